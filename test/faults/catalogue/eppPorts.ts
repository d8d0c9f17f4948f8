import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { clusterName, container, editArguments, epp, replaceArgument, setDeployment } from "./picker";

const broken = breaking("epp-ports");

/** One place of the endpoint picker's ports that says another number. */
export const eppPorts: Generator = function* (program) {
    const ports = { "grpc-port": 9012, "grpc-health-port": 9013, "metrics-port": 9091 };
    for (const [flag, number] of Object.entries(ports)) {
        yield broken(
            `argument --${flag}`,
            replaceArgument(flag, `--${flag}=${String(number)}`),
            flag === "grpc-port"
                ? {
                      id: "epp-port-mismatch",
                      message: /--grpc-port is 9012, and must be 9002/,
                      on: ["scoring"],
                  }
                : undefined,
        );
        yield broken(`argument --${flag}, in two parts`, replaceArgument(flag, `--${flag}`, String(number)));
        yield harmless(`argument --${flag} left to its default`, replaceArgument(flag));
    }
    yield broken("--grpc-port is no number", replaceArgument("grpc-port", "--grpc-port=grpc"));
    for (const [position, number] of Object.values(ports).entries()) {
        const at = String(position);
        yield broken(`container port ${at}`, setDeployment(`${container}.ports.${at}.containerPort`, number));
        yield broken(`port ${at} of the Service`, (copy) => {
            copy.get("Service", epp).set(`spec.ports.${at}.port`, number);
        });
        yield broken(`targetPort ${at} by a wrong number`, (copy) => {
            copy.get("Service", epp).set(`spec.ports.${at}.targetPort`, number);
        });
        yield broken(`targetPort ${at} by a wrong name`, (copy) => {
            copy.get("Service", epp).set(`spec.ports.${at}.targetPort`, "web");
        });
        yield broken(
            `the name of container port ${at}`,
            setDeployment(`${container}.ports.${at}.name`, "web"),
        );
        yield harmless(`targetPort ${at} by its number`, (copy) => {
            const service = copy.get("Service", epp);
            service.set(`spec.ports.${at}.targetPort`, service.get(`spec.ports.${at}.port`));
        });
    }
    yield broken("gRPC and health exchanged in the Service", (copy) => {
        copy.get("Service", epp)
            .set("spec.ports.0.targetPort", "grpc-health")
            .set("spec.ports.1.targetPort", "grpc-ext-proc");
    });
    for (const probe of ["livenessProbe", "readinessProbe"]) {
        yield broken(`${probe} asks the gRPC port`, setDeployment(`${container}.${probe}.grpc.port`, 9002));
    }
    yield broken("the DestinationRule sets another port", (copy) => {
        copy.get("DestinationRule", epp).set("spec.trafficPolicy.portLevelSettings.0.port.number", 9012);
    });
    yield harmless(
        "the arguments in another order",
        editArguments((all) => [...all].reverse()),
    );
    yield harmless("the Service has a port for something else", (copy) => {
        copy.get("Service", epp).list("spec.ports").push({ name: "tcp-zmq", port: 5557, targetPort: 5557 });
    });
    if (
        program
            .get("Deployment", epp)
            .get(["spec", "template", "metadata", "annotations", "prometheus.io/port"])
    ) {
        yield broken("the annotation for Prometheus", (copy) => {
            copy.get("Deployment", epp).set(
                ["spec", "template", "metadata", "annotations", "prometheus.io/port"],
                "9003",
            );
        });
    }
    if (program.has("EnvoyFilter")) {
        for (const number of ["9003", "9012"]) {
            yield broken(
                `ext_proc to port ${number}`,
                (copy) => {
                    copy.get("EnvoyFilter").update<string>(clusterName, (name) =>
                        name.replace("9002", number),
                    );
                },
                {
                    id: "ext-proc-filter-wrong-cluster",
                    message: new RegExp(`asks cluster outbound\\|${number}\\|`),
                    on: ["scoring-not-obeyed"],
                },
            );
        }
    }
    if (program.has("InferencePool")) {
        for (const number of [9003, 9012]) {
            yield broken(
                `the pool calls port ${String(number)}`,
                (copy) => {
                    copy.get("InferencePool").set("spec.endpointPickerRef.port.number", number);
                },
                {
                    id: "pool-picker-mismatch",
                    message: new RegExp(`port ${String(number)}; the EPP is Service .* port 9002`),
                    on: ["scoring"],
                },
            );
        }
    }
};
