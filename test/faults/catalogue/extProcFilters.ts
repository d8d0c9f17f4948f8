import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";

const broken = breaking("ext-proc-filters");

const cors = { type: "CORS", cors: { allowOrigins: ["https://app.example.com"] } };

/** Filters that take the place of a pool's ext_proc settings. */
export const extProcFilters: Generator = function* (program) {
    if (!program.has("InferencePool")) {
        yield harmless("CORS on a rule with a Service", (copy) => {
            copy.get("HTTPRoute").set("spec.rules.0.filters", [cors]);
        });
        return;
    }
    const gateway = program.get("Gateway").kubernetesName;
    const namespace = "llm-d-inference-scheduler";
    const envoyFilter = (name: string, namespace: string) => ({
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "added", namespace },
        spec: {
            configPatches: [
                {
                    applyTo: "HTTP_FILTER",
                    patch: { operation: "INSERT_BEFORE", value: { name } },
                },
            ],
        },
    });
    const virtualService = (gateways: string[], route: Record<string, unknown>) => ({
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "added", namespace },
        spec: { hosts: ["*"], gateways, http: [route] },
    });
    const fault = { fault: { abort: { httpStatus: 500, percentage: { value: 10 } } } };
    yield broken("CORS on the rule", (copy) => {
        copy.get("HTTPRoute").set("spec.rules.0.filters", [cors]);
    });
    yield broken("CORS on the backend", (copy) => {
        copy.get("HTTPRoute").set("spec.rules.0.backendRefs.0.filters", [cors]);
    });
    for (const name of ["fault", "cors"]) {
        yield broken(`Envoy's filter for ${name}`, (copy) => {
            copy.add(envoyFilter(`envoy.filters.http.${name}`, namespace));
        });
    }
    yield broken("a fault of a VirtualService", (copy) => {
        copy.add(virtualService([gateway], fault));
    });
    yield broken("a fault of a VirtualService, with the Gateway's namespace", (copy) => {
        copy.add(virtualService([`${namespace}/${gateway}`], fault));
    });
    yield broken("a CORS policy of a VirtualService", (copy) => {
        copy.add(virtualService([gateway], { corsPolicy: { allowMethods: ["GET"] } }));
    });
    yield harmless("a header filter on the rule", (copy) => {
        copy.get("HTTPRoute").set("spec.rules.0.filters", [
            { type: "RequestHeaderModifier", requestHeaderModifier: { set: [{ name: "x", value: "y" }] } },
        ]);
    });
    yield harmless("Envoy's filter for faults in another namespace", (copy) => {
        copy.add(envoyFilter("envoy.filters.http.fault", "web"));
    });
    yield harmless("Envoy's filter for something else", (copy) => {
        copy.add(envoyFilter("envoy.filters.http.lua", namespace));
    });
    yield harmless("a fault of a VirtualService in the mesh", (copy) => {
        copy.add(virtualService(["mesh"], fault));
    });
};
