import type { Captured } from "../captured";
import type { Generator, Mutation, Verdict } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Manifest } from "../../policy/support/resources";
import type { Mode } from "../../../components/deploymentOutput";
import type { Program } from "../program";

const selectors = breaking("selectors", "mandatory");

const role = "llm-d.ai/role";

/** Selectors that select nothing, or too much. */
export const selectorRule: Generator = function* (program) {
    const proxy = program.get("Service", /-proxy$/);
    yield* selectorMutations("proxy", proxy, ["spec", "selector"], "scheduler");
    yield selectors("proxy: no selector", (copy) => {
        copy.get("Service", /-proxy$/).unset("spec.selector");
    });
    for (const pool of program.ofKind("InferencePool").slice(0, 1)) {
        yield* selectorMutations("pool", pool, ["spec", "selector", "matchLabels"], "scoring");
        yield selectors("pool: of the experimental API group, which the route does not name", (copy) => {
            copy.get("InferencePool").set("apiVersion", "inference.networking.x-k8s.io/v1alpha2");
        });
        yield selectors(
            "route: to the experimental API group, which the pool is not of",
            (copy) => {
                copy.get("HTTPRoute", new RegExp(`^${routeTo(copy, pool)}$`)).set(
                    "spec.rules.0.backendRefs.0.group",
                    "inference.networking.x-k8s.io",
                );
            },
            {
                id: "route-backend-mismatch",
                message: /of group "inference\.networking\.x-k8s\.io"/,
                on: ["scoring"],
            },
        );
        if (pool.get(["spec", "selector", "matchLabels", role]) === undefined) {
            yield* disaggregationMutations(pool);
        }
        yield breaking("selectors", "advisory")(
            "the pool is not in the program",
            (copy) => {
                copy.remove("InferencePool", new RegExp(`^${pool.kubernetesName}$`));
            },
            { id: "pool-missing", message: /InferencePool .* does not exist/, on: ["scoring"] },
        );
    }
    if (program.ofKind("HTTPRoute")[0]?.get("spec.rules.0.backendRefs.0.kind") === "Service") {
        yield breaking("selectors", "advisory")(
            "the proxy is not in the program",
            (copy) => {
                copy.remove("Service", /-proxy$/);
            },
            { id: "proxy-missing", message: /gaie-.*-proxy does not exist/, on: ["scheduler"] },
        );
    }
    yield selectors("a decode Deployment of another model beside the first", (copy) => {
        addDecode(copy, "other/model");
    });
    yield harmless("a second decode Deployment of the same model", (copy) => {
        addDecode(copy, undefined);
    });
    for (const pool of program.ofKind("InferencePool").slice(0, 1)) {
        yield breaking("selectors", "advisory")("a second pool over the same pods", (copy) => {
            copy.add({
                ...(structuredClone(pool.inputs) as unknown as Manifest),
                metadata: { ...(pool.get("metadata") as object), name: "second" },
            });
        });
    }
    yield selectors(
        "the decode Deployment is missing",
        (copy) => {
            copy.remove("Deployment", decodeOf(copy));
        },
        { id: "server-deployment-missing", message: /-decode does not exist/, on: ["scheduler"] },
    );
    yield harmless(
        "every decode pod is gone",
        (copy) => {
            copy.get("Deployment", decodeOf(copy)).set("spec.replicas", 0);
        },
        { id: "decode-scaled-to-zero", message: /scaled to 0/, on: ["scheduler"] },
    );
    yield selectors("the decode Deployment is in another namespace", (copy) => {
        copy.get("Deployment", decodeOf(copy)).set("metadata.namespace", "default");
    });
    for (const workload of ["decode", "prefill", "epp"]) {
        const name = new RegExp(`-${workload}$`);
        yield selectors(`${workload}: the template lost a label of the selector`, (copy) => {
            const deployment = copy.get("Deployment", name);
            const [key = ""] = Object.keys(deployment.get("spec.selector.matchLabels") as object);
            deployment.unset(["spec", "template", "metadata", "labels", key]);
        });
        yield selectors(`${workload}: the selector has a label that the template lacks`, (copy) => {
            copy.get("Deployment", name).set("spec.selector.matchLabels.extra", "yes");
        });
    }
    yield selectors(
        "the decode pods' release label is renamed, in the Deployment's selector as well",
        (copy) => {
            const deployment = copy.get("Deployment", decodeOf(copy));
            for (const labels of [
                ["spec", "selector", "matchLabels"],
                ["spec", "template", "metadata", "labels"],
            ]) {
                deployment.set([...labels, "llm-d.ai/model-release"], "other");
            }
        },
    );
};

/** Adds a copy of the decode Deployment, of another model where one is given. */
function addDecode(program: Program, model: string | undefined): void {
    const decode = program.get("Deployment", decodeOf(program));
    const inputs = structuredClone(decode.inputs) as unknown as Manifest;
    program.add({ ...inputs, metadata: { ...inputs.metadata, name: "ms-second-decode" } });
    if (model !== undefined) {
        program
            .get("Deployment", /^ms-second-decode$/)
            .update<string[]>("spec.template.spec.containers.0.args", (all) => [
                ...all.filter((argument) => !/^--(model|served-model-name)/.test(argument)),
                `--model=${model}`,
            ]);
    }
}

/** Ways for a pool of both roles to lose what tells them apart. */
function* disaggregationMutations(pool: Captured): Iterable<Mutation> {
    const find = (program: Program) => program.get("InferencePool", new RegExp(`^${pool.kubernetesName}$`));
    const config = ["data", "epp-config.yaml"];
    yield breaking("selectors", "advisory")("pool of both roles: fails open, to any pod", (copy) => {
        find(copy).set("spec.endpointPickerRef.failureMode", "FailOpen");
    });
    yield selectors("pool of both roles: its endpoint picker runs one profile only", (copy) => {
        copy.get("ConfigMap", /-epp$/).update<string>(config, (text) =>
            text.replace(/(pd|disagg)-profile-handler/g, "single-profile-handler"),
        );
    });
    yield selectors("pool of both roles: its endpoint picker does not filter by role", (copy) => {
        copy.get("ConfigMap", /-epp$/).update<string>(config, (text) =>
            text.replaceAll("decode-filter", "max-score-picker"),
        );
    });
}

/** The decode Deployment that the first proxy selects; with several models, there are more. */
function decodeOf(program: Program): RegExp {
    const selected = program.get("Service", /-proxy$/).get(["spec", "selector", "llm-d.ai/model-release"]);
    return new RegExp(`^ms-${String(selected)}-.*-decode$`);
}

function routeTo(program: Program, pool: Captured): string {
    const route = program
        .ofKind("HTTPRoute")
        .find((candidate) => candidate.get("spec.rules.0.backendRefs.0.name") === pool.kubernetesName);
    return route?.kubernetesName ?? "";
}

function* selectorMutations(
    title: "proxy" | "pool",
    backend: Captured,
    labels: string[],
    on: Mode,
): Iterable<Mutation> {
    const found = (what: string, message: RegExp): Verdict => ({ id: `${title}-${what}`, message, on: [on] });
    const find = (program: Program) => program.get(backend.kind, new RegExp(`^${backend.kubernetesName}$`));
    yield selectors(`${title}: selects prefill`, (copy) => {
        find(copy).set([...labels, role], "prefill");
    });
    // Where the endpoint picker tells the roles apart, the pool selects both, without that label.
    if (backend.get([...labels, role]) !== undefined) {
        yield selectors(
            `${title}: the role label is gone, so prefill as well`,
            (copy) => {
                find(copy).unset([...labels, role]);
            },
            found("selects-prefill", /and so prefill pods too/),
        );
        yield selectors(`${title}: a label key with another spelling`, (copy) => {
            find(copy)
                .unset([...labels, role])
                .set([...labels, "llm-d.ai/Role"], "decode");
        });
    }
    yield selectors(`${title}: a role that no pod has`, (copy) => {
        find(copy).set([...labels, role], "decoder");
    });
    yield selectors(`${title}: another model's release`, (copy) => {
        find(copy).set([...labels, "llm-d.ai/model-release"], "absent");
    });
    yield selectors(`${title}: in a namespace without pods`, (copy) => {
        find(copy).set("metadata.namespace", "default");
    });
    yield selectors(
        `${title}: a selector by a label that nothing has`,
        (copy) => {
            const path = labels.join(".");
            find(copy).set(path, { app: "absent" });
        },
        found("selects-nothing", /selects app=absent/),
    );
}
