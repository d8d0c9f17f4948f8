module llm-d-inference/local/toolchain/crds

go 1.26

require (
	istio.io/api v1.28.0
	sigs.k8s.io/gateway-api v1.4.1
	sigs.k8s.io/gateway-api-inference-extension v1.5.0
)
