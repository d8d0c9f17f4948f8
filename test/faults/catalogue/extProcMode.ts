import { extProcFilterSpec } from "../../support/extProc";
import type { Generator, Verdict } from "../mutation";
import { breaking, harmless } from "../mutation";
import { clusterName, epp, typedConfig } from "./picker";

const broken = breaking("ext-proc-mode");

const selector = ["spec", "workloadSelector", "labels", "gateway.networking.k8s.io/gateway-name"];

/** Filters that send too little, to the wrong place, or from nowhere. */
export const extProcMode: Generator = function* (program) {
    if (!program.has("EnvoyFilter")) {
        return;
    }
    const found = (id: string, message: RegExp): Verdict => ({ id, message, on: ["scoring-not-obeyed"] });
    yield harmless(
        "the filter is gone",
        (copy) => {
            copy.remove("EnvoyFilter");
        },
        found("ext-proc-filter-missing", /the Gateway asks no EPP/),
    );
    const set = (path: string | string[], value: unknown) => (copy: typeof program) => {
        copy.get("EnvoyFilter").set(path, value);
    };
    const mode = `${typedConfig}.processing_mode`;
    for (const direction of ["request", "response"]) {
        for (const value of ["BUFFERED", "STREAMED", "NONE", "BUFFERED_PARTIAL"]) {
            yield broken(
                `${direction} bodies ${value}`,
                set(`${mode}.${direction}_body_mode`, value),
                direction === "request" && value === "BUFFERED"
                    ? found("ext-proc-filter-wrong-modes", /request_body_mode BUFFERED.*stays idle/)
                    : undefined,
            );
        }
        for (const part of ["header", "trailer"]) {
            yield broken(`${direction} ${part}s skipped`, set(`${mode}.${direction}_${part}_mode`, "SKIP"));
        }
        yield broken(`${direction} trailers by default`, (copy) => {
            copy.get("EnvoyFilter").unset(`${mode}.${direction}_trailer_mode`);
        });
        yield harmless(`${direction} headers by default`, (copy) => {
            copy.get("EnvoyFilter").unset(`${mode}.${direction}_header_mode`);
        });
    }
    yield broken("no processing mode", (copy) => {
        copy.get("EnvoyFilter").unset(mode);
    });
    yield broken("another Gateway", set(selector, "other"));
    yield broken("another namespace", set("metadata.namespace", "default"));
    yield broken(
        "pods of something else",
        set("spec.workloadSelector.labels", { app: "web" }),
        found("ext-proc-filter-wrong-workload", /not for the pods of Gateway/),
    );
    yield broken(
        "a host without a namespace",
        set(clusterName, "outbound|9002||gaie-inference-scheduling-epp"),
    );
    yield broken("a host that no Service has", (copy) => {
        copy.get("EnvoyFilter").update<string>(clusterName, (name) => name.replace("-epp.", "-picker."));
    });
    yield broken("a host in another namespace", (copy) => {
        copy.get("EnvoyFilter").update<string>(clusterName, (name) =>
            name.replace(".llm-d-inference-scheduler.", ".llm-d-sim."),
        );
    });
    yield broken(
        "the proxy in place of the endpoint picker",
        set(clusterName, "outbound|9002||gaie-inference-scheduling-proxy.llm-d-sim.svc.cluster.local"),
    );
    yield broken("an inbound cluster", (copy) => {
        copy.get("EnvoyFilter").update<string>(clusterName, (name) => name.replace("outbound", "inbound"));
    });
    yield broken("no cluster", (copy) => {
        copy.get("EnvoyFilter").unset(`${typedConfig}.grpc_service`);
    });
    yield broken("the endpoint picker's Service is gone", (copy) => {
        copy.remove("Service", epp);
    });
    yield broken(
        "the endpoint picker's Service selects nothing",
        (copy) => {
            copy.get("Service", epp).set("spec.selector", { app: "none" });
        },
        found("epp-service-selects-nothing", /selects app=none/),
    );
    yield broken("the endpoint picker's Deployment is in another namespace", (copy) => {
        copy.get("Deployment", epp).set("metadata.namespace", "default");
    });
    yield harmless("fields in camel case", (copy) => {
        const filter = copy.get("EnvoyFilter");
        const processing = filter.get(mode) as Record<string, string>;
        filter
            .unset(mode)
            .set(
                `${typedConfig}.processingMode`,
                Object.fromEntries(
                    Object.entries(processing).map(([key, value]) => [
                        key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
                        value,
                    ]),
                ),
            );
    });
    yield harmless("a target reference in place of the selector", (copy) => {
        const filter = copy.get("EnvoyFilter");
        const name = filter.get(selector);
        filter
            .unset("spec.workloadSelector")
            .set("spec.targetRefs", [{ group: "gateway.networking.k8s.io", kind: "Gateway", name }]);
    });
    yield harmless("no selector, hence the whole namespace", (copy) => {
        copy.get("EnvoyFilter").unset("spec.workloadSelector");
    });
    yield harmless("an ext_proc filter for something else", (copy) => {
        copy.add({
            apiVersion: "networking.istio.io/v1alpha3",
            kind: "EnvoyFilter",
            metadata: { name: "firewall", namespace: "web" },
            spec: extProcFilterSpec({
                cluster: "outbound|9000||firewall.web.svc.cluster.local",
                processingMode: { request_body_mode: "BUFFERED" },
            }),
        });
    });
    yield harmless("another time-out", set(`${typedConfig}.message_timeout`, "1s"));
};
