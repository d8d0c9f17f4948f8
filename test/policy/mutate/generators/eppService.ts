import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { epp, replaceArgument } from "./picker";

const broken = breaking("epp-service");

/** Services of the endpoint picker that are elsewhere, lead elsewhere, or speak HTTP/1.1. */
export const eppService: Generator = function* (program) {
    for (const value of ["http", "tcp", "grpc-web", "https"]) {
        yield broken(`appProtocol ${value}`, (copy) => {
            copy.get("Service", epp).set("spec.ports.0.appProtocol", value);
        });
    }
    yield broken("neither appProtocol nor a name that tells", (copy) => {
        copy.get("Service", epp).unset("spec.ports.0.appProtocol").set("spec.ports.0.name", "ext-proc");
    });
    yield harmless("no appProtocol, but a name that tells", (copy) => {
        copy.get("Service", epp).unset("spec.ports.0.appProtocol");
    });
    for (const value of ["grpc", "kubernetes.io/h2c"]) {
        yield harmless(`appProtocol ${value}`, (copy) => {
            copy.get("Service", epp).set("spec.ports.0.appProtocol", value);
        });
    }
    if (!program.has("InferencePool")) {
        return;
    }
    const { kubernetesName } = program.get("InferencePool");
    for (const flag of ["pool-name", "pool-namespace", "pool-group"]) {
        yield broken(
            `the endpoint picker answers for another --${flag}`,
            replaceArgument(flag, `--${flag}=other`),
        );
    }
    const service = new RegExp(
        `^${String(program.get("InferencePool").get("spec.endpointPickerRef.name"))}$`,
    );
    const pool = new RegExp(`^${kubernetesName}$`);
    yield broken("the Service moves to the Gateway's namespace", (copy) => {
        copy.get("Service", service).set("metadata.namespace", "llm-d-inference-scheduler");
    });
    yield broken("the pool moves to the Gateway's namespace", (copy) => {
        copy.get("InferencePool", pool).set("metadata.namespace", "llm-d-inference-scheduler");
    });
    yield broken("the Service is gone", (copy) => {
        copy.remove("Service", service);
    });
    yield broken("the Service has another name", (copy) => {
        copy.get("Service", service).set("metadata.name", "epp");
    });
    yield broken("the pool calls the proxy", (copy) => {
        copy.get("InferencePool", pool).set(
            "spec.endpointPickerRef.name",
            copy.get("Service", /-proxy$/).kubernetesName,
        );
    });
    yield broken("the pool names no port", (copy) => {
        copy.get("InferencePool", pool).unset("spec.endpointPickerRef.port");
    });
    yield broken("the pool names nothing", (copy) => {
        copy.get("InferencePool", pool).unset("spec.endpointPickerRef.name");
    });
    yield broken("the Service is an ExternalName", (copy) => {
        copy.get("Service", service)
            .set("spec.type", "ExternalName")
            .set("spec.externalName", "epp.example.com");
    });
    yield broken("the Service selects nothing", (copy) => {
        copy.get("Service", service).set("spec.selector", { app: "none" });
    });
    yield broken("the Service selects the decode pods", (copy) => {
        copy.get("Service", service).set(
            "spec.selector",
            copy.get("InferencePool", pool).get("spec.selector.matchLabels"),
        );
    });
    yield broken("the endpoint picker's pods are in another namespace", (copy) => {
        copy.get("Deployment", epp).set("metadata.namespace", "llm-d-inference-scheduler");
    });
    yield harmless("the pool leaves group and kind to their defaults", (copy) => {
        copy.get("InferencePool", pool)
            .unset("spec.endpointPickerRef.group")
            .unset("spec.endpointPickerRef.kind");
    });
    // A pool of both roles must not be: any of its pods would be asked.
    if (program.get("InferencePool", pool).get(["spec", "selector", "matchLabels", "llm-d.ai/role"])) {
        yield harmless("the pool is open on failure", (copy) => {
            copy.get("InferencePool", pool).set("spec.endpointPickerRef.failureMode", "FailOpen");
        });
    }
};
