module llm-d-inference/local/toolchain/crds

go 1.26

require (
	github.com/kedacore/keda/v2 v2.19.0
	istio.io/api v1.29.2
	sigs.k8s.io/gateway-api v1.5.1
	sigs.k8s.io/gateway-api-inference-extension v1.5.0
)
