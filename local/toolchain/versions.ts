/**
 * The version of everything the embedded control plane is built from. The `go.mod` files under `go/` must name the
 * same ones (a test holds them together); their `go.sum` files pin the contents.
 */
export const versions = {
    pulumi: "v3.255.0",
    /** Of the official Kubernetes provider: the newest commit of a release whose Go module can be had. */
    kubernetesProvider: "v4.0.0-20260115033456-f47bc2d6f199",
    /** The release that is that commit, and its day. */
    kubernetesProviderRelease: "4.25.0",
    kubernetesProviderDate: "2026-01-15",
    etcd: "v3.6.13",
    kubernetes: "v1.36.1",
    /** Kubernetes' staging modules (`k8s.io/api`, ...) follow its version with a major version of 0. */
    kubernetesStaging: "v0.36.1",
    kwok: "v0.8.0",
    gatewayApi: "v1.5.1",
    /** Of its custom resource definitions. */
    inferenceExtension: "v1.5.0",
    /** GIE's endpoint picker that tests run: the GIE that the program's default endpoint picker is made of. */
    epp: "v1.3.1",
    /** llm-d's own endpoint picker, which the lab runs: the newest one whose Go module can be had. */
    llmdScheduler: "v0.7.1",
    /** Of the index of what model servers cache, in llm-d's endpoint picker 0.9, whose own Go module cannot be had. */
    kvCache: "v0.9.0",
    /** The oldest one that the program deploys, built with stand-ins for what needs native libraries. */
    llmdOldestScheduler: "v0.4.0",
    istioApi: "v1.29.2",
    /** Of its custom resource definitions. */
    keda: "v2.19.0",
    /** Of the lab's istiod and pilot-agent: the one version of the module that can be had, on the way to 1.31. */
    istio: "v0.0.0-20260827124520-eed52ebb66ad",
    /** Of the lab's Envoy. */
    envoy: "1.40.0",
    /** Of the lab's model servers: the program's default. */
    simulator: "v0.10.2",
    /** Of the linter that tests hold the GitHub workflows against. */
    actionlint: "v1.7.12",
    /** Of the package manager that `npm run bench:scale` compares with: the newest one on Kubernetes' libraries of ours. */
    helm: "v3.20.2",
    /** Of the language host of YAML programs that tests run: the newest one whose Go module can be had. */
    pulumiYaml: "v1.25.0",
    /** Of the name server that the Gateway API's conformance suite deploys: the tag of its image. */
    coredns: "v1.12.2",
    /** Our own tool; raised by hand when what it does changes its meaning. */
    labnet: "v1",
} as const;

/** The oldest Go release that the `go.mod` files accept, as [major, minor]. */
export const minimumGo: readonly [number, number] = [1, 26];

/** The oldest Pulumi CLI that `@pulumi/pulumi` of this checkout is used with, as [major, minor]. */
export const minimumPulumi: readonly [number, number] = [3, 248];
