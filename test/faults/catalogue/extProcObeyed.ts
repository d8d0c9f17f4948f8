import type { Generator } from "../mutation";
import { breaking } from "../mutation";
import { addExtProc } from "./picker";

const advised = breaking("ext-proc-obeyed", "advisory");

/** Routes to Services on a Gateway that asks an endpoint picker. */
export const extProcObeyed: Generator = function* (program) {
    if (!program.has("EnvoyFilter")) {
        if (!program.has("InferencePool")) {
            yield advised(
                "an ext_proc filter by hand, where none is wanted",
                (copy) => {
                    addExtProc(copy, "llm-d-inference-scheduler", copy.get("Gateway").kubernetesName);
                },
                {
                    id: "ext-proc-filter-unexpected",
                    message: /extProc\.enabled: false/,
                    on: ["scheduler"],
                },
            );
        }
        return;
    }
    yield advised("a second rule that routes to the proxy", (copy) => {
        const route = copy.get("HTTPRoute");
        route.list("spec.rules").push(structuredClone(route.list("spec.rules")[0]));
    });
    yield advised("a Service that the program does not have", (copy) => {
        copy.get("HTTPRoute").set("spec.rules.0.backendRefs.0.name", "elsewhere");
    });
};
