import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { findEpp } from "../../releases";
import { goModules } from "../../local/toolchain/go";
import { minimumGo, versions } from "../../local/toolchain/versions";

describe("toolchain versions", () => {
    const readModule = (name: string) => fs.readFileSync(path.join(goModules, name, "go.mod"), "utf8");

    /** The version that a go.mod takes of a module: what it replaces it by, or requires. */
    function required(name: string, module: string): string | undefined {
        const escaped = module.replace(/[.]/g, "\\.");
        const taken = (pattern: string) => new RegExp(pattern, "m").exec(readModule(name))?.[1];
        return taken(`^\\t${escaped} => ${escaped} (v\\S+)`) ?? taken(`^(?:\\t|require )${escaped} (v\\S+)`);
    }

    it("are those of the go.mod files", () => {
        assert.equal(required("pulumi", "github.com/pulumi/pulumi/pkg/v3"), versions.pulumi);
        assert.equal(
            required("kubernetes-provider", "github.com/pulumi/pulumi-kubernetes/provider/v4"),
            versions.kubernetesProvider,
        );
        assert.ok(
            versions.kubernetesProvider.includes(versions.kubernetesProviderDate.replaceAll("-", "")),
            "the day is that of the commit",
        );
        assert.equal(required("servers", "go.etcd.io/etcd/server/v3"), versions.etcd);
        assert.equal(required("servers", "k8s.io/kubernetes"), versions.kubernetes);
        assert.equal(required("servers", "sigs.k8s.io/kwok"), versions.kwok);
        assert.equal(required("servers", "github.com/llm-d/llm-d-inference-sim"), versions.simulator);
        assert.equal(required("servers", "istio.io/istio"), versions.istio);
        assert.equal(required("crds", "sigs.k8s.io/gateway-api"), versions.gatewayApi);
        assert.equal(
            required("crds", "sigs.k8s.io/gateway-api-inference-extension"),
            versions.inferenceExtension,
        );
        assert.equal(required("crds", "istio.io/api"), versions.istioApi);
        assert.equal(required("crds", "github.com/kedacore/keda/v2"), versions.keda);
        assert.equal(required("epp", "sigs.k8s.io/gateway-api-inference-extension"), versions.epp);
        assert.equal(
            required("llm-d-epp", "github.com/llm-d/llm-d-inference-scheduler"),
            versions.llmdScheduler,
        );
        assert.equal(
            required("llm-d-epp-0.4", "github.com/llm-d/llm-d-inference-scheduler"),
            versions.llmdOldestScheduler,
        );
        assert.equal(required("kv-index", "github.com/llm-d/llm-d-kv-cache"), versions.kvCache);
        assert.equal(required("conformance", "sigs.k8s.io/gateway-api/conformance"), versions.gatewayApi);
        assert.equal(
            required("conformance", "sigs.k8s.io/gateway-api-inference-extension/conformance"),
            versions.inferenceExtension,
        );
        assert.equal(required("coredns", "github.com/coredns/coredns"), versions.coredns);
        assert.equal(required("actionlint", "github.com/rhysd/actionlint"), versions.actionlint);
        assert.equal(required("helm", "helm.sh/helm/v3"), versions.helm);
        assert.equal(required("helm", "k8s.io/client-go"), versions.kubernetesStaging);
        assert.equal(required("pulumi-yaml", "github.com/pulumi/pulumi-yaml"), versions.pulumiYaml);
    });

    it("of the endpoint pickers are of the GIE that the matrix says", () => {
        const gie = (picker: string) => `v${findEpp(picker)?.gie ?? ""}.`;
        // In place of llm-d's 0.5, which cannot be built here.
        assert.ok(versions.epp.startsWith(gie("0.5.1")), versions.epp);
        for (const [module, version] of [
            ["llm-d-epp", versions.llmdScheduler],
            ["llm-d-epp-0.4", versions.llmdOldestScheduler],
        ] as const) {
            const underLlmd = required(module, "sigs.k8s.io/gateway-api-inference-extension") ?? "none";
            assert.ok(underLlmd.startsWith(gie(version)), underLlmd);
        }
    });

    it("are those of every Kubernetes staging module", () => {
        const replaced = [...readModule("servers").matchAll(/=> (k8s\.io\/\S+) (v\S+)/g)];
        assert.ok(replaced.length > 25);
        for (const [, module, version] of replaced) {
            assert.equal(version, versions.kubernetesStaging, module);
        }
        assert.equal(versions.kubernetesStaging, versions.kubernetes.replace("v1.", "v0."));
    });

    it("of what several tools are made of are the same, so that it is compiled once", () => {
        // GIE's endpoint picker does not compile with the parser of a later Prometheus.
        const own = ["sigs.k8s.io/gateway-api-inference-extension", "github.com/prometheus/prometheus"];
        for (const name of ["epp", "llm-d-epp", "llm-d-epp-0.4", "kv-index", "helm"]) {
            for (const [, module, version] of readModule(name).matchAll(/^(?:\t|require )(\S+) (v\S+)/gm)) {
                const shared = own.includes(module!) ? undefined : required("servers", module!);
                assert.equal(version, shared ?? version, `${name}: ${module!}`);
            }
        }
    });

    it("ask for the same Go in every go.mod", () => {
        for (const name of fs.readdirSync(goModules)) {
            assert.match(readModule(name), new RegExp(`^go ${minimumGo.join("\\.")}(\\.0)?$`, "m"), name);
        }
    });

    it("have a go.sum wherever something is required", () => {
        for (const name of fs.readdirSync(goModules)) {
            const hasRequirements = readModule(name).includes("require");
            assert.equal(fs.existsSync(path.join(goModules, name, "go.sum")), hasRequirements, name);
        }
    });
});
