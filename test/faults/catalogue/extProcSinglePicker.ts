import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { addExtProc } from "./picker";

const broken = breaking("ext-proc-single-picker");

const backends = "spec.rules.0.backendRefs";

function pool(name: string, namespace: string): Record<string, unknown> {
    return { group: "inference.networking.k8s.io", kind: "InferencePool", name, namespace };
}

/** Requests that two endpoint pickers are asked about, or that one is asked about for another's pods. */
export const extProcSinglePicker: Generator = function* (program) {
    yield broken("a rule with two pools", (copy) => {
        copy.get("HTTPRoute").set(backends, [pool("one", "llm-d-sim"), pool("two", "llm-d-sim")]);
    });
    yield broken("a rule with a pool and a Service", (copy) => {
        copy.get("HTTPRoute").set(backends, [
            pool("one", "llm-d-sim"),
            { name: "gaie-inference-scheduling-proxy", namespace: "llm-d-sim", port: 8200 },
        ]);
    });
    const gateway = program.get("Gateway").kubernetesName;
    if (program.has("EnvoyFilter")) {
        yield broken("a pool behind the Gateway that has the filter", (copy) => {
            copy.get("HTTPRoute").set(backends, [pool("gaie-inference-scheduling", "llm-d-sim")]);
        });
    }
    if (program.has("InferencePool")) {
        yield broken(
            "the filter on the Gateway of the pool",
            (copy) => {
                addExtProc(copy, "llm-d-inference-scheduler", gateway);
            },
            {
                id: "ext-proc-filter-beside-pool",
                message: /ext-proc .* beside the one that Istio makes/,
                on: ["scoring"],
            },
        );
        yield broken(
            "a rule with the pool and its proxy",
            (copy) => {
                copy.get("HTTPRoute")
                    .list(backends)
                    .push({
                        ...{
                            group: "",
                            kind: "Service",
                            name: copy.get("Service", /-proxy$/).kubernetesName,
                        },
                        ...{ namespace: "llm-d-sim", port: 8200, weight: 1 },
                    });
            },
            { id: "route-mixed-backends", message: /one rule has one endpoint picker/, on: ["scoring"] },
        );
        yield harmless("a Service of the program in a rule of its own", (copy) => {
            copy.get("HTTPRoute")
                .list("spec.rules")
                .push({
                    matches: [{ path: { type: "PathPrefix", value: "/direct" } }],
                    backendRefs: [{ name: "status", port: 80 }],
                });
            copy.add({
                apiVersion: "v1",
                kind: "Service",
                metadata: { name: "status", namespace: "llm-d-inference-scheduler" },
                spec: { type: "ExternalName", externalName: "status.example.com" },
            });
        });
        yield harmless("the same pool twice in a rule", (copy) => {
            const route = copy.get("HTTPRoute");
            route.list(backends).push(structuredClone(route.list(backends)[0]));
        });
    }
};
