import { strict as assert } from "assert";
import type { V1Deployment, V1EndpointSliceList, V1Service } from "@kubernetes/client-node";
import type { AsJson, KubeObjectOf } from "../../commands/shared/cluster";
import { EngineError } from "../../local/engine";
import { eventually } from "../support/eventually";
import { actions } from "./support/actions";
import { TestCluster } from "./support/cluster";

describe("the dev stack on the real engine and API server", function () {
    const cluster = new TestCluster();
    const scheduler = "llm-d-inference-scheduler";
    const simulator = "llm-d-sim";

    // The first file to run builds the tools, which takes minutes.
    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open({ replicas: { decode: 2 } });
    });
    after(() => cluster.stop());

    it("previews everything and creates nothing", async () => {
        const engine = await cluster.open({ replicas: { decode: 2 } });
        const result = await engine.preview();
        assert.ok(actions(result).every((action) => action.startsWith("create ")));
        assert.ok(actions(result).includes("create ReferenceGrant"));
        assert.ok(!cluster.names("namespaces", "default").includes(simulator));
    });

    it("refuses a bad setting before anything is registered", async () => {
        const engine = await cluster.open({ replicas: { decode: 0 } });
        await assert.rejects(
            engine.up(),
            (error) =>
                error instanceof EngineError &&
                error.message.includes(
                    "replicas.decode: 0 is not allowed; allowed: a whole number from 1 to 1000.",
                ),
        );
        assert.ok(!cluster.names("namespaces", "default").includes(simulator));
    });

    it("creates every resource of the scheduler path", async () => {
        const engine = await cluster.open({ replicas: { decode: 2 } });
        await engine.up();

        const gateway = cluster.get<{ spec: { gatewayClassName: string; listeners: { port: number }[] } }>(
            "gateway",
            scheduler,
            "infra-inference-scheduling-inference-gateway",
        );
        assert.equal(gateway.spec.gatewayClassName, "istio");
        assert.deepEqual(
            gateway.spec.listeners.map((listener) => listener.port),
            [80],
        );

        const route = cluster.get<{ spec: { rules: { backendRefs: Record<string, unknown>[] }[] } }>(
            "httproute",
            scheduler,
            "llm-d-inference-scheduling",
        );
        const [backend] = route.spec.rules[0]!.backendRefs;
        assert.equal(backend!.name, "gaie-inference-scheduling-proxy");
        assert.equal(backend!.namespace, simulator);
        assert.equal(backend!.port, 8200);

        const grants = cluster.names("referencegrant", simulator);
        assert.equal(grants.length, 1);
        const grant = cluster.get<{ spec: unknown }>("referencegrant", simulator, grants[0]!);
        assert.deepEqual(grant.spec, {
            from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: scheduler }],
            to: [{ group: "", kind: "Service", name: "gaie-inference-scheduling-proxy" }],
        });

        const epp = cluster.get<KubeObjectOf<V1Service>>(
            "service",
            scheduler,
            "gaie-inference-scheduling-epp",
        );
        assert.deepEqual(
            epp.spec!.ports!.map(({ port }) => port),
            [9002, 9003, 9090],
        );
    });

    it("puts exactly the ready decode pods behind the proxy Service, on 8200", async () => {
        const service = "kubernetes.io/service-name=gaie-inference-scheduling-proxy";
        let slices: AsJson<V1EndpointSliceList>["items"] = [];
        const endpoints = () => slices.flatMap((slice) => slice.endpoints ?? []);
        // Their controller follows the pods a moment later.
        await eventually("two endpoints are ready", () => {
            const text = cluster.kubectl(
                ...["--namespace", simulator, "get", "endpointslices", "--selector", service],
                ...["--output", "json"],
            );
            slices = (JSON.parse(text) as AsJson<V1EndpointSliceList>).items;
            return endpoints().length === 2 && endpoints().every(({ conditions }) => conditions!.ready);
        });
        assert.ok(
            endpoints().every(({ targetRef }) =>
                targetRef!.name!.startsWith("ms-sim-llm-d-modelservice-decode-"),
            ),
        );
        assert.deepEqual(
            slices.flatMap((slice) => slice.ports!.map(({ port }) => port)),
            [8200],
        );
    });

    it("gives addresses, a ready-made curl and the path in force", async () => {
        const engine = await cluster.open({ replicas: { decode: 2 } });
        const outputs = await engine.outputs();
        const direct = outputs.directPath!.value as { address: string; curl: string };
        assert.equal(
            direct.address,
            "http://gaie-inference-scheduling-proxy.llm-d-sim.svc.cluster.local:8200",
        );
        assert.ok(direct.curl.includes(`${direct.address}/v1/completions`));
        assert.match(outputs.path!.value as string, /^scheduler: /);
    });

    it("changes nothing the second time", async () => {
        const engine = await cluster.open({ replicas: { decode: 2 } });
        const result = await engine.up();
        assert.deepEqual(actions(result), []);
        assert.deepEqual(Object.keys(result.changes), ["same"]);
    });

    it("scales decode from 2 to 5 by one update", async () => {
        const engine = await cluster.open({ replicas: { decode: 5 } });
        const result = await engine.up();
        assert.deepEqual(actions(result), ["update Deployment"]);
        const { status } = cluster.get<KubeObjectOf<V1Deployment>>(
            "deployment",
            simulator,
            "ms-sim-llm-d-modelservice-decode",
        );
        assert.equal(status?.readyReplicas, 5);
    });

    it("changes an image by one update", async () => {
        const engine = await cluster.open({
            replicas: { decode: 5 },
            images: { epp: "registry.example/epp:team", eppVersion: "0.10" },
        });
        assert.deepEqual(actions(await engine.up()), ["update Deployment"]);
    });

    it("adds the EnvoyFilter, and nothing else, when ext_proc is turned on, and removes it again", async () => {
        const image = { images: { epp: "registry.example/epp:team", eppVersion: "0.10" } };
        const on = await cluster.open({ replicas: { decode: 5 }, extProc: { enabled: true }, ...image });
        const result = await on.up();
        assert.deepEqual(actions(result), ["create EnvoyFilter"]);
        assert.ok(
            result.diagnostics.some(({ message }) => message.includes("scoring, not obeyed")),
            "the program warns that scores are not obeyed",
        );
        const off = await cluster.open({ replicas: { decode: 5 }, ...image });
        assert.deepEqual(actions(await off.up()), ["delete EnvoyFilter"]);
        assert.deepEqual(cluster.names("envoyfilter", scheduler), []);
    });

    it("repairs what was deleted with kubectl", async () => {
        const [grant] = cluster.names("referencegrant", simulator);
        cluster.kubectl("--namespace", simulator, "delete", "referencegrant", grant!);
        const engine = await cluster.open({ replicas: { decode: 5 } });
        await engine.up({ refresh: true });
        assert.deepEqual(cluster.names("referencegrant", simulator), [grant]);
    });

    const decode = "ms-sim-llm-d-modelservice-decode";
    const changeDecode = (...flags: string[]) => {
        const drift = JSON.stringify({ spec: { replicas: 1 } });
        cluster.kubectl(
            ...["--namespace", simulator, "patch", "deployment", decode, "--patch", drift, ...flags],
        );
    };
    const decodeReplicas = () =>
        cluster.get<KubeObjectOf<V1Deployment>>("deployment", simulator, decode).spec!.replicas;

    it("takes a field back that kubectl changed", async () => {
        changeDecode();
        await (await cluster.open({ replicas: { decode: 5 } })).up({ refresh: true });
        assert.equal(decodeReplicas(), 5);
    });

    for (const [manager, change] of [
        ["somebody-else", () => changeDecode("--field-manager", "somebody-else")],
        // By the subresource, which the provider does not take for its own, as it does what kubectl patches.
        ["kubectl", () => cluster.kubectl("scale", "-n", simulator, "deployment", decode, "--replicas", "3")],
    ] as const) {
        it(`names who else owns a field that was changed, and takes it back when told to: ${manager}`, async () => {
            change();
            const polite = await cluster.open({ replicas: { decode: 5 } });
            await assert.rejects(
                polite.up({ refresh: true }),
                (error) =>
                    error instanceof EngineError &&
                    error.message.includes(`"${manager}"`) &&
                    error.message.includes(".spec.replicas"),
            );
            const forceful = await cluster.open({ replicas: { decode: 5 } }, { forceConflicts: true });
            await forceful.up({ refresh: true });
            assert.equal(decodeReplicas(), 5);
        });
    }

    it("waits until a controller has programmed the Gateway and resolved the route, and gives its address", async () => {
        const engine = await cluster.open({ replicas: { decode: 5 }, readiness: { gateway: true } });
        let settled = false;
        const running = engine.up().finally(() => (settled = true));
        // Long enough to fail if nothing is waited for; nobody plays the controller yet.
        await new Promise((resolve) => setTimeout(resolve, 15_000));
        assert.equal(settled, false, "up went on without a programmed Gateway");

        const gateway = "infra-inference-scheduling-inference-gateway";
        setStatus("gateway", gateway, {
            addresses: [{ type: "IPAddress", value: "203.0.113.7" }],
            conditions: conditions("Accepted", "Programmed"),
        });
        setStatus("httproute", "llm-d-inference-scheduling", {
            parents: [
                {
                    parentRef: { name: gateway, sectionName: "http" },
                    controllerName: "example.com/played-by-the-test",
                    conditions: conditions("Accepted", "ResolvedRefs"),
                },
            ],
        });
        await running;
        const { schedulerPath } = await engine.outputs();
        assert.equal((schedulerPath!.value as { address: string }).address, "http://203.0.113.7:80");
    });

    /** What a controller would write, with every condition True. */
    function conditions(...types: string[]): Record<string, string>[] {
        const lastTransitionTime = new Date().toISOString();
        return types.map((type) => ({ type, status: "True", reason: type, message: "", lastTransitionTime }));
    }

    function setStatus(kind: string, name: string, status: Record<string, unknown>): void {
        cluster.kubectl(
            ...["--namespace", scheduler, "patch", kind, name, "--subresource", "status"],
            ...["--type", "merge", "--patch", JSON.stringify({ status })],
        );
    }

    it("leaves nothing when it is destroyed", async () => {
        const engine = await cluster.open({ replicas: { decode: 5 } });
        await engine.destroy();
        const namespaces = cluster.names("namespaces", "default");
        assert.ok(!namespaces.includes(simulator) && !namespaces.includes(scheduler), namespaces.join(" "));
        const rights = cluster.names("clusterroles,clusterrolebindings", "default");
        assert.deepEqual(
            rights.filter((name) => name.includes("gaie-")),
            [],
        );
    });
});
