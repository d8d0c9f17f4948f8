import { strict as assert } from "assert";
import { kvEvents as rule } from "../../../policy/rules/kvEvents";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import {
    configMap,
    picker,
    pickerConfig,
    pickerPool,
    pickerService,
    poolArguments,
    simulator,
} from "./pickerFixtures";

const router = { image: "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0", args: poolArguments };
const host = "epp.models.svc.cluster.local";
const byPort = [{ name: "POD_IP", value: "$(POD_ADDRESS):8200" }];
const byAddress = [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }];

const precise = (kvEventsConfig: object = { zmqEndpoint: "tcp://0.0.0.0:5557" }) =>
    configMap({
        ...pickerConfig,
        plugins: [{ type: "precise-prefix-cache-producer", parameters: { kvEventsConfig } }],
    });

function servers(
    args: unknown = [`--zmq-endpoint=tcp://${host}:5557`],
    env: unknown = byPort,
    image?: string,
): Manifest {
    const all = Array.isArray(args) ? ["--enable-kvcache=true", ...(args as unknown[])] : args;
    const manifest = structuredClone(simulator(image, all)) as Manifest & {
        spec: { template: { spec: { containers: object[] } } };
    };
    Object.assign(manifest.spec.template.spec.containers[0]!, { env });
    return manifest;
}

const service = (port: object = { name: "tcp-kv-events", port: 5557, targetPort: 5557 }) =>
    pickerService({
        ports: [{ name: "grpc", port: 9002, targetPort: 9002 }, port],
    });

const check = (
    simulators: Manifest = servers(),
    { config = precise(), front = service(), epp = picker(router) } = {},
) => checkStack(rule, [epp, config, pickerPool(), front, simulators]);

const lost = "so that precise-prefix-cache-producer of Deployment models/epp gives each of its pods 0.";

describe("kv-events", () => {
    it("passes simulators that tell the endpoint picker what they cache", () => {
        for (const name of ["epp", "epp.models", "epp.models.svc", host]) {
            assert.deepEqual(check(servers([`--zmq-endpoint=tcp://${name}:5557`])), []);
        }
        assert.deepEqual(check(servers(["--zmq-endpoint", `tcp://${host}:5557`])), []);
    });

    it("passes an endpoint picker that reads no events, whatever simulators do", () => {
        assert.deepEqual(check(servers([], byAddress), { config: configMap() }), []);
        assert.deepEqual(check(servers([], byAddress), { config: configMap("a: [") }), []);
    });

    it("reports events that go elsewhere", () => {
        assert.deepEqual(check(servers([])), [
            `Deployment models/epp: Deployment models/decode publishes its cache's events to tcp://127.0.0.1:5557 (the default of --zmq-endpoint), where Deployment models/epp is not, ${lost}`,
        ]);
        const elsewhere = checkStack(rule, [
            picker(router),
            precise(),
            pickerPool(),
            service(),
            {
                ...service(),
                metadata: { name: "other", namespace: "models" },
                spec: { selector: { app: "other" }, ports: [{ port: 5557 }] },
            },
            servers(["--zmq-endpoint=tcp://other:5557"]),
        ]);
        assert.deepEqual(elsewhere, [
            `Deployment models/epp: Deployment models/decode publishes its cache's events to tcp://other:5557 (--zmq-endpoint at spec.template.spec.containers.0.args.1), where Deployment models/epp is not, ${lost}`,
        ]);
    });

    it("reports a simulator without a cache", () => {
        const server = servers();
        const [container] = (
            server as unknown as { spec: { template: { spec: { containers: { args: string[] }[] } } } }
        ).spec.template.spec.containers;
        container!.args = container!.args.slice(1);
        assert.deepEqual(check(server), [
            `Deployment models/epp: Deployment models/decode caches nothing of which it could publish events (--enable-kvcache is not set), ${lost}`,
        ]);
    });

    it("leaves a Service alone that it does not see", () => {
        assert.deepEqual(check(servers(["--zmq-endpoint=tcp://epp.elsewhere:5557"])), []);
    });

    it("reports a port that the Service does not have, or that leads elsewhere", () => {
        const said = (port: number) => [
            `Deployment models/epp: Deployment models/decode publishes its cache's events to tcp://${host}:${String(port)} (--zmq-endpoint at spec.template.spec.containers.0.args.1), but no such port of Service models/epp leads to 5557, where Deployment models/epp listens for them (kvEventsConfig.zmqEndpoint), ${lost}`,
        ];
        assert.deepEqual(check(servers([`--zmq-endpoint=tcp://${host}:5556`])), said(5556));
        assert.deepEqual(check(servers(), { front: pickerService() }), said(5557));
        assert.deepEqual(
            check(servers(), { front: service({ name: "tcp-kv-events", port: 5557, targetPort: 5558 }) }),
            said(5557),
        );
        assert.deepEqual(check(servers(), { config: precise({ zmqEndpoint: "tcp://*:5558" }) }).length, 1);
    });

    it("reports an endpoint picker that waits for pods to listen, which no simulator does", () => {
        assert.deepEqual(check(servers(), { config: precise({ discoverPods: true }) }), [
            `Deployment models/epp: Deployment models/decode listens nowhere for whoever wants its cache's events, and Deployment models/epp listens nowhere either (kvEventsConfig.zmqEndpoint), ${lost}`,
        ]);
    });

    it("reports pods that are named otherwise than the endpoint picker knows them", () => {
        const said = (name: string) => [
            `Deployment models/epp: Deployment models/decode names its pods by ${name} in its cache's events (POD_IP at spec.template.spec.containers.0.env.0), but the endpoint picker looks for address and port, <address>:8200, ${lost}`,
        ];
        assert.deepEqual(check(servers(undefined, byAddress)), said("their address alone"));
        const port = [{ name: "POD_IP", value: "$(POD_ADDRESS):8000" }];
        assert.deepEqual(check(servers(undefined, port)), said("$(POD_ADDRESS):8000"));
    });

    it("reports releases that never make the same tokens", () => {
        const scheduler = picker({ image: "llm-d-inference-scheduler:v0.7.1" });
        assert.match(
            check(servers(), { epp: scheduler }).join(),
            /is no match: EPP 0\.7 makes tokens with a real model's tokenizer/,
        );
        const older = servers(undefined, byPort, "llm-d-inference-sim:v0.9.1");
        assert.match(check(older).join(), /is no match: simulator 0\.9 does not tell the EPP which tokens/);
    });

    it("leaves other model servers alone", () => {
        assert.deepEqual(check(servers([], byAddress, "example.com/vllm:v0.21.0")), []);
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(check({ ...servers(), spec: unknown }), [
            "waits: Deployment models/epp: spec of Deployment models/decode is not known in preview",
        ]);
    });
});
