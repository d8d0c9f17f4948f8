import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { epp, replaceArgument, setDeployment } from "./picker";

const broken = breaking("epp-service");

const scaleToZero = setDeployment("spec.replicas", 0);

/** Services of the endpoint picker that are elsewhere, lead elsewhere, or speak HTTP/1.1. */
export const eppService: Generator = function* (program) {
    const appProtocol = (value: string) => (copy: typeof program) => {
        copy.get("Service", epp).set("spec.ports.0.appProtocol", value);
    };
    for (const value of ["http", "tcp", "https"]) {
        yield broken(`appProtocol ${value}`, appProtocol(value));
    }
    yield broken("appProtocol grpc-web, which is HTTP/1.1", appProtocol("grpc-web"), {
        id: "epp-app-protocol",
        message: /appProtocol grpc-web/,
        on: ["scoring"],
    });
    yield broken(
        "neither appProtocol nor a name that tells",
        (copy) => {
            copy.get("Service", epp).unset("spec.ports.0.appProtocol").set("spec.ports.0.name", "ext-proc");
        },
        { id: "epp-app-protocol", message: /appProtocol \(none\).*gRPC status 14/, on: ["scoring"] },
    );
    yield harmless("no appProtocol, but a name that tells", (copy) => {
        copy.get("Service", epp).unset("spec.ports.0.appProtocol");
    });
    for (const value of ["grpc", "kubernetes.io/h2c", "HTTP2"]) {
        yield harmless(`appProtocol ${value}`, appProtocol(value));
    }
    yield harmless("the endpoint picker has no pod", scaleToZero, {
        id: "epp-scaled-to-zero",
        message: /FailClose refuses every request/,
        on: ["scoring", "scoring-not-obeyed"],
    });
    if (!program.has("InferencePool")) {
        return;
    }
    yield broken(
        "the endpoint picker's Deployment is gone",
        (copy) => {
            copy.remove("Deployment", epp);
        },
        { id: "epp-deployment-missing", message: /Deployment .*-epp does not exist/, on: ["scoring"] },
    );
    const { kubernetesName } = program.get("InferencePool");
    for (const flag of ["pool-name", "pool-namespace", "pool-group"]) {
        yield broken(
            `the endpoint picker answers for another --${flag}`,
            replaceArgument(flag, `--${flag}=other`),
            { id: "epp-pool-mismatch", message: new RegExp(`--${flag} is other`), on: ["scoring"] },
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
    yield broken(
        "the Service is gone",
        (copy) => {
            copy.remove("Service", service);
        },
        { id: "epp-service-missing", message: /Service .*-epp does not exist/, on: ["scoring"] },
    );
    yield broken(
        "the pool calls a Service that is not there",
        (copy) => {
            copy.get("InferencePool", pool).set("spec.endpointPickerRef.name", "no-such-epp");
        },
        {
            id: "pool-picker-mismatch",
            message: /Service no-such-epp port 9002, which does not exist/,
            on: ["scoring"],
        },
    );
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
    for (const failureMode of ["FailClose", "FailOpen"]) {
        yield broken(
            `the Service selects nothing, and the pool has ${failureMode}`,
            (copy) => {
                copy.get("InferencePool", pool).set("spec.endpointPickerRef.failureMode", failureMode);
                copy.get("Service", service).set("spec.selector", { app: "none" });
            },
            {
                id: "epp-service-selects-nothing",
                message: new RegExp(`selects app=none.*: failureMode ${failureMode} `),
                on: ["scoring"],
            },
        );
    }
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
        const open = (copy: typeof program) => {
            copy.get("InferencePool", pool).set("spec.endpointPickerRef.failureMode", "FailOpen");
        };
        yield harmless("the pool is open on failure", open, {
            id: "pool-failure-mode-mismatch",
            message: /failureMode FailOpen, and the stack says FailClose/,
            on: ["scoring"],
            warning: true,
        });
        yield harmless(
            "the pool is open on failure, and the endpoint picker has no pod",
            (copy) => {
                open(copy);
                scaleToZero(copy);
            },
            {
                id: "epp-scaled-to-zero",
                message: /scaled to 0: failureMode FailOpen passes requests on unscored/,
                on: ["scoring"],
            },
        );
    }
};
