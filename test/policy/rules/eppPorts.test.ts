import { strict as assert } from "assert";
import { eppPorts as rule } from "../../../policy/rules/eppPorts";
import type { Manifest } from "../support/resources";
import { checkResource, checkStack, unknown } from "../support/resources";
import { destinationRule, extProc, picker, pickerPool, pickerService } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);

const port = (name: string, containerPort: unknown) =>
    picker({ container: { ports: [{ name, containerPort }] } });

function annotated(value: string): Manifest {
    const { spec, ...rest } = picker() as Manifest & { spec: { template: { metadata: object } } };
    Object.assign(spec.template.metadata, { annotations: { "prometheus.io/port": value } });
    return { ...rest, spec };
}

/** Nothing but a reference says that this is an endpoint picker. */
const custom = picker({
    args: [],
    image: "example.com/scorer:1.0",
    container: { livenessProbe: { grpc: { port: 9002 } } },
});

describe("epp-ports", () => {
    it("passes an endpoint picker whose ports agree", () => {
        assert.deepEqual(checkResource(rule, picker()), []);
        assert.deepEqual(check(picker(), pickerService(), pickerPool(), extProc(), destinationRule()), []);
    });

    it("reads arguments in one part and in two", () => {
        assert.deepEqual(checkResource(rule, picker({ args: ["--pool-name=pool", "--grpc-port=9012"] })), [
            "Deployment models/epp: Deployment models/epp: the endpoint picker's gRPC port is 9012 (--grpc-port at spec.template.spec.containers.0.args.1), but it has to be 9002.",
            "Deployment models/epp: Deployment models/epp: container port grpc-ext-proc is 9002 (spec.template.spec.containers.0.ports.0.containerPort), but the endpoint picker serves gRPC at 9012 (--grpc-port at spec.template.spec.containers.0.args.1).",
        ]);
        assert.deepEqual(
            checkResource(rule, picker({ args: ["--pool-name", "pool", "--grpc-health-port", "9013"] })),
            [
                "Deployment models/epp: Deployment models/epp: the endpoint picker's health port is 9013 (--grpc-health-port at spec.template.spec.containers.0.args.2), but it has to be 9003.",
                "Deployment models/epp: Deployment models/epp: container port grpc-health is 9003 (spec.template.spec.containers.0.ports.1.containerPort), but the endpoint picker serves health at 9013 (--grpc-health-port at spec.template.spec.containers.0.args.2).",
                "Deployment models/epp: Deployment models/epp: livenessProbe asks port 9003 (spec.template.spec.containers.0.livenessProbe.grpc.port), but the endpoint picker serves health at 9013 (--grpc-health-port at spec.template.spec.containers.0.args.2).",
                "Deployment models/epp: Deployment models/epp: readinessProbe asks port 9003 (spec.template.spec.containers.0.readinessProbe.grpc.port), but the endpoint picker serves health at 9013 (--grpc-health-port at spec.template.spec.containers.0.args.2).",
            ],
        );
        assert.deepEqual(
            checkResource(
                rule,
                picker({ args: ["--endpoint-selector=a=b", "--metrics-port=x"], container: { ports: [] } }),
            ),
            [
                "Deployment models/epp: Deployment models/epp: the endpoint picker's metrics port is no number (--metrics-port at spec.template.spec.containers.0.args.1), but it has to be 9090.",
            ],
        );
    });

    it("takes the ports that the config says", () => {
        assert.deepEqual(checkResource(rule, picker({ container: { ports: [] } }), { metrics: 9191 }), [
            "Deployment models/epp: Deployment models/epp: the endpoint picker's metrics port is 9090 (the default of --metrics-port), but it has to be 9191.",
        ]);
    });

    it("reports a container port that disagrees", () => {
        assert.deepEqual(checkResource(rule, port("grpc-ext-proc", 9012)), [
            "Deployment models/epp: Deployment models/epp: container port grpc-ext-proc is 9012 (spec.template.spec.containers.0.ports.0.containerPort), but the endpoint picker serves gRPC at 9002 (the default of --grpc-port).",
        ]);
        assert.deepEqual(checkResource(rule, port("grpc-health", 9013)), [
            "Deployment models/epp: Deployment models/epp: container port grpc-health is 9013 (spec.template.spec.containers.0.ports.0.containerPort), but the endpoint picker serves health at 9003 (the default of --grpc-health-port).",
            "Deployment models/epp: Deployment models/epp: the endpoint picker serves gRPC at 9002 (the default of --grpc-port), which is not among the ports of its container: 9013 (grpc-health) (spec.template.spec.containers.0.ports).",
        ]);
        assert.deepEqual(checkResource(rule, port("metrics", 9091)), [
            "Deployment models/epp: Deployment models/epp: container port metrics is 9091 (spec.template.spec.containers.0.ports.0.containerPort), but the endpoint picker serves metrics at 9090 (the default of --metrics-port).",
            "Deployment models/epp: Deployment models/epp: the endpoint picker serves gRPC at 9002 (the default of --grpc-port), which is not among the ports of its container: 9091 (metrics) (spec.template.spec.containers.0.ports).",
        ]);
        assert.deepEqual(checkResource(rule, port("web", 80)), [
            "Deployment models/epp: Deployment models/epp: the endpoint picker serves gRPC at 9002 (the default of --grpc-port), which is not among the ports of its container: 80 (web) (spec.template.spec.containers.0.ports).",
        ]);
    });

    it("accepts a container that declares no ports", () => {
        assert.deepEqual(checkResource(rule, picker({ container: { ports: undefined } })), []);
    });

    it("lets a startup probe ask whether the ext_proc server listens, and no other probe", () => {
        const asks = (probe: string) =>
            checkResource(rule, picker({ container: { [probe]: { tcpSocket: { port: "grpc-ext-proc" } } } }));
        assert.deepEqual(asks("startupProbe"), []);
        assert.equal(asks("readinessProbe").length, 1);
    });

    it("reports a probe of another port", () => {
        assert.deepEqual(
            checkResource(rule, picker({ container: { livenessProbe: { grpc: { port: 9002 } } } })),
            [
                "Deployment models/epp: Deployment models/epp: livenessProbe asks port 9002 (spec.template.spec.containers.0.livenessProbe.grpc.port), but the endpoint picker serves health at 9003 (the default of --grpc-health-port).",
            ],
        );
        assert.deepEqual(
            checkResource(
                rule,
                picker({ container: { readinessProbe: { tcpSocket: { port: "metrics" } } } }),
            ),
            [
                "Deployment models/epp: Deployment models/epp: readinessProbe asks port metrics (spec.template.spec.containers.0.readinessProbe.tcpSocket.port), but the endpoint picker serves health at 9003 (the default of --grpc-health-port).",
            ],
        );
    });

    it("reports an annotation for another port", () => {
        assert.deepEqual(checkResource(rule, annotated("9003")), [
            "Deployment models/epp: Deployment models/epp: the annotation prometheus.io/port of its pods is 9003, but the endpoint picker serves metrics at 9090 (the default of --metrics-port).",
        ]);
        assert.deepEqual(checkResource(rule, annotated("9090")), []);
    });

    it("reports a pool that calls another port", () => {
        assert.deepEqual(checkResource(rule, pickerPool({ port: { number: 9003 } })), [
            "InferencePool models/pool: InferencePool models/pool calls its endpoint picker at port 9003 (spec.endpointPickerRef.port.number), but it has to be 9002.",
        ]);
        assert.deepEqual(
            checkResource(rule, {
                ...pickerPool(),
                apiVersion: "inference.networking.x-k8s.io/v1alpha2",
                spec: { extensionRef: { name: "epp", portNumber: 9003 } },
            }),
            [
                "InferencePool models/pool: InferencePool models/pool calls its endpoint picker at port 9003 (spec.extensionRef.portNumber), but it has to be 9002.",
            ],
        );
        assert.deepEqual(check(picker(), pickerService(), pickerPool({ port: { number: 9090 } })), [
            "InferencePool models/pool: InferencePool models/pool calls port 9090 of Service models/epp (spec.endpointPickerRef.port.number), which leads to 9090 of Deployment models/epp, but that serves gRPC at 9002 (the default of --grpc-port).",
        ]);
        assert.deepEqual(check(picker(), pickerService(), pickerPool({ port: { number: 1 } })), [
            "InferencePool models/pool: InferencePool models/pool calls port 1 of Service models/epp (spec.endpointPickerRef.port.number), which has no such port: 9002, 9090 (spec.ports).",
        ]);
    });

    it("reports a Service that leads elsewhere", () => {
        assert.deepEqual(check(picker(), pickerService({}, { targetPort: 9003 })), [
            "Service models/epp: Service models/epp: port 9002 (spec.ports.0) leads to 9003 of Deployment models/epp, which serves health at 9003 (the default of --grpc-health-port): the Service's port has to be the same.",
        ]);
        assert.deepEqual(check(picker(), pickerService({}, { targetPort: undefined })), []);
    });

    it("reports an ext_proc filter that calls another port", () => {
        assert.deepEqual(
            check(
                picker(),
                pickerService(),
                extProc({
                    grpc_service: {
                        envoy_grpc: { cluster_name: "outbound|9090||epp.models.svc.cluster.local" },
                    },
                }),
            ),
            [
                "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc sends ext_proc to port 9090 of Service models/epp (spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name), which leads to 9090 of Deployment models/epp, but that serves gRPC at 9002 (the default of --grpc-port).",
            ],
        );
    });

    it("reports a DestinationRule for a port that the Service does not have", () => {
        assert.deepEqual(
            check(
                picker(),
                pickerService(),
                destinationRule({ portLevelSettings: [{ port: { number: 9012 } }] }, { host: "other" }),
            ),
            [],
        );
    });

    it("checks what is called as an endpoint picker, whatever its image", () => {
        assert.deepEqual(check(custom, pickerService({}, { targetPort: 9003 }), pickerPool()), [
            "Deployment models/epp: Deployment models/epp: livenessProbe asks port 9002 (spec.template.spec.containers.0.livenessProbe.grpc.port), but the endpoint picker serves health at 9003 (the default of --grpc-health-port).",
            "Service models/epp: Service models/epp: port 9002 (spec.ports.0) leads to 9003 of Deployment models/epp, which serves health at 9003 (the default of --grpc-health-port): the Service's port has to be the same.",
            "InferencePool models/pool: InferencePool models/pool calls port 9002 of Service models/epp (spec.endpointPickerRef.port.number), which leads to 9003 of Deployment models/epp, but that serves gRPC at 9002 (the default of --grpc-port).",
        ]);
        assert.deepEqual(check(custom, pickerService({}, { targetPort: 9003 })), []);
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(checkResource(rule, picker({ args: ["--pool-name=pool", unknown] })), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
        ]);
        assert.deepEqual(checkResource(rule, picker({ args: [], image: unknown })), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.image of Deployment models/epp is not known in preview",
        ]);
        assert.deepEqual(check(picker(), pickerService({}, { port: unknown })), [
            "waits: Service models/epp: spec.ports.0.port of Service models/epp is not known in preview",
        ]);
        assert.deepEqual(check(picker({ args: [], image: unknown })), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.image of Deployment models/epp is not known in preview",
        ]);
    });
});
