/** One thing wrong in a file of the corpus. */
export interface Break {
    file: string;
    /** What is wrong. */
    what: string;
    /** A text that the file has once, and what takes its place. */
    from: string;
    to: string;
    /** What finds it. */
    rule: string;
    /** A part of the line where it is found. */
    line: string;
    /** Whether there is exactly one right answer, which `--fix` gives. */
    fixed: boolean;
}

export const breaks: readonly Break[] = [
    {
        file: "optimized-baseline.yaml",
        what: "a health port that the picker does not serve",
        from: "{ name: grpc-health, containerPort: 9003 }",
        to: "{ name: grpc-health, containerPort: 9004 }",
        rule: "epp-ports",
        line: "containerPort: 9004",
        fixed: true,
    },
    {
        file: "optimized-baseline.yaml",
        what: "a declared port that vLLM does not listen at",
        from: "{ name: modelserver, containerPort: 8000 }",
        to: "{ name: modelserver, containerPort: 8080 }",
        rule: "inference-port",
        line: "containerPort: 8080",
        fixed: true,
    },
    {
        file: "optimized-baseline.yaml",
        what: "a flag with one dash",
        from: "            - --zap-encoder",
        to: "            - -zap-encoder",
        rule: "epp-flags",
        line: "- -zap-encoder",
        fixed: true,
    },
    {
        file: "optimized-baseline.yaml",
        what: "a plugin of no release",
        from: "- type: token-load-scorer",
        to: "- type: token-load-score",
        rule: "epp-config",
        line: "optimized-baseline-plugins.yaml: |",
        fixed: false,
    },
    {
        file: "pd-disaggregation.yaml",
        what: "a pool that leads past the routing sidecar",
        from: "    - number: 8000",
        to: "    - number: 8200",
        rule: "inference-port",
        line: "- number: 8200",
        fixed: true,
    },
    {
        file: "pd-disaggregation.yaml",
        what: "a picker that runs one profile for both roles",
        from: "    - type: prefill-filter\n",
        to: "",
        rule: "selectors",
        line: "selector:",
        fixed: false,
    },
    {
        file: "pd-disaggregation.yaml",
        what: "plain text for a picker that serves TLS",
        from: "      mode: SIMPLE",
        to: "      mode: DISABLE",
        rule: "ext-proc-tls",
        line: "tls:",
        fixed: false,
    },
    {
        file: "precise-prefix-cache.yaml",
        what: "a protocol by which ext_proc is not HTTP/2",
        from: "appProtocol: kubernetes.io/h2c",
        to: "appProtocol: http",
        rule: "epp-service",
        line: "- name: grpc-ext-proc",
        fixed: true,
    },
    {
        file: "precise-prefix-cache.yaml",
        what: "an account without the right to read pods",
        from: '  - { apiGroups: [""], resources: [pods], verbs: [get, watch, list] }\n',
        to: '  - { apiGroups: [""], resources: [pods], verbs: [get] }\n',
        rule: "epp-rbac",
        line: "apiVersion: apps/v1",
        fixed: false,
    },
    {
        file: "gie-chart.yaml",
        what: "an objective for a pool of the experimental group",
        from: '    group: "inference.networking.k8s.io"\n    name: vllm-qwen3-32b',
        to: '    group: "inference.networking.x-k8s.io"\n    name: vllm-qwen3-32b',
        rule: "objective-pool",
        line: "poolRef:",
        fixed: true,
    },
    {
        file: "gie-chart.yaml",
        what: "an objective of a group that GIE's picker does not read",
        from: "apiVersion: inference.networking.x-k8s.io/v1alpha2",
        to: "apiVersion: llm-d.ai/v1alpha2",
        rule: "objective-pool",
        line: "apiVersion: llm-d.ai/v1alpha2",
        fixed: true,
    },
    {
        file: "router-gateway-chart.yaml",
        what: "a probe that asks a follower what only the leader is",
        from: "service: readiness",
        to: "service: inference-extension",
        rule: "epp-flags",
        line: "service: inference-extension",
        fixed: true,
    },
    {
        file: "router-gateway-chart.yaml",
        what: "a route to a pool of the experimental group",
        from: "        - group: inference.networking.k8s.io",
        to: "        - group: inference.networking.x-k8s.io",
        rule: "selectors",
        line: "- group: inference.networking.x-k8s.io",
        fixed: true,
    },
    {
        file: "router-gateway-chart.yaml",
        what: "a picker without the port that its pool names",
        from: "    port:\n      number: 9002",
        to: "    port:\n      number: 9090",
        rule: "epp-ports",
        line: "number: 9090",
        fixed: true,
    },
    {
        file: "modelservice.yaml",
        what: "no grant",
        from: `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: pd, namespace: llm-d }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: gateways }]
  to: [{ group: "", kind: Service, name: pd-proxy }]
`,
        to: "",
        rule: "reference-grant-presence",
        line: "- name: pd-proxy",
        fixed: true,
    },
    {
        file: "modelservice.yaml",
        what: "a route to the port behind the sidecar",
        from: "          port: 8000",
        to: "          port: 8200",
        rule: "inference-port",
        line: "          port: 8200",
        fixed: true,
    },
    {
        file: "modelservice.yaml",
        what: "a proxy for prefill pods",
        from: '    llm-d.ai/inference-serving: "true"\n    llm-d.ai/role: decode\n',
        to: '    llm-d.ai/inference-serving: "true"\n',
        rule: "selectors",
        line: "selector:",
        fixed: false,
    },
    {
        file: "kserve.yaml",
        what: "a pool that names no Service of its namespace",
        from: "    name: qwen-epp-service",
        to: "    name: qwen-epp",
        rule: "epp-service",
        line: "endpointPickerRef:",
        fixed: true,
    },
    {
        file: "kserve.yaml",
        what: "a Service that leads to a port of no pod",
        from: "      targetPort: 8000",
        to: "      targetPort: 8001",
        rule: "inference-port",
        line: "targetPort: 8001",
        fixed: true,
    },
    {
        file: "istio.yaml",
        what: "a pool that calls the health port",
        from: "    port:\n      number: 9002",
        to: "    port:\n      number: 9003",
        rule: "epp-ports",
        line: "number: 9003",
        fixed: true,
    },
    {
        file: "istio.yaml",
        what: "a listener that the Gateway does not have",
        from: "sectionName: http,",
        to: "sectionName: https,",
        rule: "gateway",
        line: "    - {",
        fixed: false,
    },
    {
        file: "istio.yaml",
        what: "a flag that the simulator does not have",
        from: "- --max-loras",
        to: "- --max-lora",
        rule: "simulator-flags",
        line: "- --max-lora",
        fixed: false,
    },
];
