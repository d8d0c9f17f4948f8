import { strict as assert } from "assert";
import { eppService as rule } from "../../../policy/rules/eppService";
import type { Manifest } from "../support/resources";
import { checkResource, checkStack, unknown } from "../support/resources";
import { deployment } from "./fixtures";
import { picker, pickerPool, pickerService, simulator } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);
const decode = simulator();
const hidden = { ...picker(), spec: { template: { metadata: { labels: unknown } } } };

describe("epp-service", () => {
    it("passes a Service in the pool's namespace that speaks HTTP/2", () => {
        assert.deepEqual(check(picker(), pickerService(), pickerPool()), []);
        assert.deepEqual(checkResource(rule, pickerPool()), []);
    });

    it("leaves other kinds of endpoint pickers alone", () => {
        assert.deepEqual(check(pickerPool({ kind: "Picker", group: "example.com" })), []);
        assert.deepEqual(
            checkResource(rule, pickerPool({ kind: "Picker", group: "example.com", port: undefined })),
            [],
        );
    });

    it("reports a Service that leads to no endpoint picker", () => {
        assert.deepEqual(check(picker(), pickerService({ selector: undefined }), pickerPool()), [
            "InferencePool models/pool: InferencePool models/pool calls Service epp as its endpoint picker (spec.endpointPickerRef), which selects no endpoint picker (spec.selector of Service models/epp).",
        ]);
    });

    it("reports a gRPC port that is not said to be HTTP/2", () => {
        assert.deepEqual(check(picker(), pickerService({}, { appProtocol: undefined, name: "grpc-web" })), [
            "Service models/epp: Service models/epp: gRPC port 9002 (spec.ports.0) has no appProtocol, and its name grpc-web does not say it either, so that ext_proc is not sent as HTTP/2. It takes one of http2, grpc, kubernetes.io/h2c.",
        ]);
        assert.deepEqual(check(picker(), pickerService({}, { appProtocol: undefined, name: undefined })), [
            'Service models/epp: Service models/epp: gRPC port 9002 (spec.ports.0) has no appProtocol, and its name "" does not say it either, so that ext_proc is not sent as HTTP/2. It takes one of http2, grpc, kubernetes.io/h2c.',
        ]);
    });

    it("takes the port's name where there is no appProtocol", () => {
        assert.deepEqual(
            check(picker(), pickerService({}, { appProtocol: undefined, name: "grpc-ext-proc" })),
            [],
        );
        assert.deepEqual(check(picker(), pickerService({}, { appProtocol: undefined, name: "http2" })), []);
    });

    it("takes the protocols that the config says", () => {
        assert.deepEqual(
            checkStack(rule, [picker(), pickerService()], { config: { appProtocols: ["grpc"] } }),
            [
                "Service models/epp: Service models/epp: gRPC port 9002 (spec.ports.0) has appProtocol http2, so that ext_proc is not sent as HTTP/2. It takes one of grpc.",
            ],
        );
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(checkResource(rule, pickerPool({ port: { number: unknown } })), [
            "waits: InferencePool models/pool: spec.endpointPickerRef.port.number of InferencePool models/pool is not known in preview",
        ]);
        assert.deepEqual(check(picker(), pickerService(), pickerPool({ name: unknown })), [
            "waits: InferencePool models/pool: spec.endpointPickerRef.name of InferencePool models/pool is not known in preview",
        ]);
        assert.deepEqual(check(picker(), pickerService({}, { appProtocol: unknown })), [
            "waits: Service models/epp: spec.ports.0.appProtocol of Service models/epp is not known in preview",
        ]);
        assert.deepEqual(check(hidden, pickerService(), pickerPool()), [
            "waits: InferencePool models/pool: spec.template.metadata.labels of Deployment models/epp is not known in preview",
        ]);
    });

    it("waits for no labels where a Service selects nothing, whatever they are", () => {
        assert.deepEqual(check(hidden, pickerService({ selector: undefined }), pickerPool()), [
            "InferencePool models/pool: InferencePool models/pool calls Service epp as its endpoint picker (spec.endpointPickerRef), which selects no endpoint picker (spec.selector of Service models/epp).",
        ]);
    });

    it("reports an endpoint picker that answers for another pool", () => {
        const second = (
            fields: Record<string, unknown> = {},
            labels: Record<string, unknown> = {},
        ): Manifest => ({
            ...pickerPool(),
            metadata: { name: "second", namespace: "models" },
            spec: {
                ...(pickerPool().spec as object),
                selector: { matchLabels: { app: "other", ...labels } },
            },
            ...fields,
        });
        const labels = { app: "other" };
        const other = deployment({ name: "other", labels });
        const program = [picker(), pickerService(), pickerPool(), decode, other];
        assert.deepEqual(check(...program, second()), [
            'InferencePool models/second: InferencePool models/second in group "inference.networking.k8s.io" calls Deployment models/epp as its endpoint picker, which answers for models/pool in group "inference.networking.k8s.io" (--pool-name at spec.template.spec.containers.0.args.0).',
        ]);
        const samePods = { ...second(), spec: pickerPool().spec };
        assert.match(check(...program, samePods)[0] ?? "", /^advisory: InferencePool models\/second/);
    });

    it("reports an endpoint picker of another namespace's or group's pool", () => {
        const arguments_ = (...args: string[]) =>
            check(picker({ args: ["--pool-name=pool", ...args] }), pickerService(), pickerPool(), decode)
                .length;
        assert.equal(arguments_("--pool-namespace=models"), 0);
        assert.equal(arguments_("--pool-namespace=other"), 1);
        assert.equal(arguments_("--pool-namespace=models", "--pool-group=inference.networking.x-k8s.io"), 1);
        assert.equal(
            check(picker({ args: ["--pool-name=$(POOL)"] }), pickerService(), pickerPool(), decode).length,
            0,
        );
        const selecting = ["--endpoint-selector=a=b", "--endpoint-target-ports=8200"];
        assert.equal(check(picker({ args: selecting }), pickerService(), pickerPool(), decode).length, 0);
    });
});
