import { strict as assert } from "assert";
import type { RunResult } from "../../commands/shared/runResult";
import { selfSigned } from "../support/certificate";
import { actions, changes, losses, resourceName } from "./support/actions";
import { TestCluster } from "./support/cluster";

interface HttpRoute {
    spec: { rules: { backendRefs: { kind: string; name: string; namespace: string }[] }[] };
}

interface ReferenceGrant {
    spec: { to: { kind: string; name: string }[] };
}

describe("the modes on a live stack", function () {
    const cluster = new TestCluster();
    const scheduler = "llm-d-inference-scheduler";
    const simulator = "llm-d-sim";
    const serviceRoute = "llm-d-inference-scheduling";
    const poolRoute = `${serviceRoute}-pool`;
    /** All that a switch of the backend may delete of what must live on: the other kind's route. */
    const moved = (from: string) => [`delete HTTPRoute ${scheduler}/${from}`];
    const modes = {
        scheduler: {},
        notObeyed: { extProc: { enabled: true } },
        pool: { extProc: { enabled: true }, routing: { backend: "InferencePool" } },
    };

    const autoscaled = { ...modes.pool, autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 6 } };

    before(async function () {
        this.timeout(45 * 60_000);
        await (await cluster.open(modes.scheduler)).up();
    });
    after(() => cluster.stop());

    /** The backend of the one route that there is. */
    function backend(): { kind: string; name: string } {
        const routes = cluster.names("httproute", scheduler);
        assert.equal(routes.length, 1, routes.join(", "));
        const { spec } = cluster.get<HttpRoute>("httproute", scheduler, routes[0]!);
        return spec.rules[0]!.backendRefs[0]!;
    }

    /** Asserts that these steps were taken, and in this order. */
    function assertOrder(result: RunResult, steps: string[]): void {
        const order = changes(result).map(
            ({ op, type, urn }) => `${op} ${type.split(":").at(-1)!} ${resourceName(urn)}`,
        );
        for (const step of steps) {
            assert.ok(order.includes(step), `${step} is not in ${order.join(", ")}`);
        }
        assert.deepEqual(
            order.filter((step) => steps.includes(step)),
            steps,
        );
    }

    function granted(): { kind: string; name: string }[] {
        return cluster
            .names("referencegrant", simulator)
            .flatMap((name) => cluster.get<ReferenceGrant>("referencegrant", simulator, name).spec.to);
    }

    it("moves from the proxy to the pool: the new path is there before the old one goes", async () => {
        const result = await (await cluster.open(modes.pool)).up();
        assert.deepEqual(losses(result), moved(serviceRoute));
        const created = `create HTTPRoute ${scheduler}/${poolRoute}`;
        const deleted = `delete HTTPRoute ${scheduler}/${serviceRoute}`;
        for (const needed of [
            `create ReferenceGrant ${simulator}/${serviceRoute}-to-inferencepool`,
            `create InferencePool ${simulator}/gaie-inference-scheduling`,
            `create Service ${simulator}/gaie-inference-scheduling-epp`,
        ]) {
            assertOrder(result, [needed, created, deleted]);
        }
        assertOrder(result, [
            created,
            deleted,
            `delete ReferenceGrant ${simulator}/${serviceRoute}-to-service`,
        ]);
        assertOrder(result, [created, `delete Deployment ${scheduler}/gaie-inference-scheduling-epp`]);
    });

    it("then has the pool, its EPP beside it, a grant for that pool alone, and no EnvoyFilter", () => {
        const pool = cluster.get<{ spec: Record<string, unknown> }>(
            "inferencepool",
            simulator,
            "gaie-inference-scheduling",
        );
        assert.deepEqual(pool.spec.targetPorts, [{ number: 8200 }]);
        assert.deepEqual(pool.spec.endpointPickerRef, {
            group: "",
            kind: "Service",
            name: "gaie-inference-scheduling-epp",
            port: { number: 9002 },
            failureMode: "FailClose",
        });
        assert.deepEqual(cluster.names("envoyfilter", scheduler), []);
        assert.ok(cluster.names("service", simulator).includes("gaie-inference-scheduling-epp"));
        assert.ok(!cluster.names("service", scheduler).includes("gaie-inference-scheduling-epp"));
        assert.equal(backend().kind, "InferencePool");
        assert.deepEqual(
            granted().map(({ kind, name }) => ({ kind, name })),
            [{ kind: "InferencePool", name: "gaie-inference-scheduling" }],
        );
    });

    it("keeps the direct path in every mode", () => {
        assert.ok(cluster.names("service", simulator).includes("gaie-inference-scheduling-proxy"));
    });

    it("moves on to scores that are not obeyed, and back, and loses nothing", async () => {
        const toProxy = await (await cluster.open(modes.notObeyed)).up();
        assert.deepEqual(losses(toProxy), moved(poolRoute));
        // What the pool's route needs goes after it.
        const created = `create HTTPRoute ${scheduler}/${serviceRoute}`;
        const filter = `EnvoyFilter ${scheduler}/gaie-inference-scheduling-epp-ext-proc`;
        for (const needed of [
            `ReferenceGrant ${simulator}/${serviceRoute}-to-inferencepool`,
            `InferencePool ${simulator}/gaie-inference-scheduling`,
            `Service ${simulator}/gaie-inference-scheduling-epp`,
            `Deployment ${simulator}/gaie-inference-scheduling-epp`,
        ]) {
            assertOrder(toProxy, [
                created,
                `create ${filter}`,
                `delete HTTPRoute ${scheduler}/${poolRoute}`,
                `delete ${needed}`,
            ]);
        }
        assert.equal(backend().kind, "Service");
        assert.deepEqual(
            granted().map(({ kind }) => kind),
            ["Service"],
        );

        const toPool = await (await cluster.open(modes.pool)).up();
        assert.deepEqual(losses(toPool), moved(serviceRoute));
        // No request is asked about twice, and none of an EPP that is gone.
        const forgotten = `delete ${filter}`;
        assertOrder(toPool, [forgotten, `delete HTTPRoute ${scheduler}/${serviceRoute}`]);
        assertOrder(toPool, [forgotten, `delete Service ${scheduler}/gaie-inference-scheduling-epp`]);

        const back = await (await cluster.open(modes.scheduler)).up();
        assert.deepEqual(losses(back), moved(poolRoute));
        assert.deepEqual(cluster.names("inferencepool", simulator), []);
    });

    it("adds models behind the same Gateway, each with its own pool, EPP, proxy and grant", async () => {
        const models = {
            "inference-scheduling": { modelRelease: "sim", match: { modelName: true } },
            llama: { simulator: { model: "meta-llama/Llama-3.1-8B" }, match: { path: "/llama" } },
        };
        const result = await (await cluster.open({ ...modes.pool, models })).up();
        assert.deepEqual(losses(result), moved(serviceRoute));
        assert.deepEqual(cluster.names("inferencepool", simulator), [
            "gaie-inference-scheduling",
            "gaie-llama",
        ]);
        assert.deepEqual(cluster.names("gateway", scheduler), [
            "infra-inference-scheduling-inference-gateway",
        ]);
        assert.deepEqual(cluster.names("httproute", scheduler), [
            "llm-d-inference-scheduling-pool",
            "llm-d-llama-pool",
        ]);
        assert.deepEqual(
            granted()
                .map(({ name }) => name)
                .sort(),
            ["gaie-inference-scheduling", "gaie-llama"],
        );
    });

    it("accepts everything that can be set, on the real API server", async () => {
        const certificate = selfSigned(`gaie-inference-scheduling-epp.${simulator}.svc`);
        const everything = {
            ...modes.pool,
            routing: {
                backend: "InferencePool",
                hostnames: ["llm.example.com"],
                headers: { "x-tenant": "blue" },
                requestTimeout: "30s",
                backendRequestTimeout: "25s",
            },
            gateway: {
                tlsSecretName: "gateway-tls",
                serviceAnnotations: { "example.com/lb": "internal" },
                istioRevision: "canary",
            },
            replicas: { decode: 3, prefill: 2, epp: 1 },
            images: { pullSecrets: ["registry"] },
            epp: {
                tracing: true,
                otlpEndpoint: "http://otel.observability:4317",
                metricsAuth: true,
                tls: { ...certificate, ca: certificate.certificate },
                drainTimeout: "3m",
                extraArgs: ["--enable-pprof=true"],
                env: { GOGC: "200", TOKEN: { secretName: "tokens", key: "epp" } },
            },
            simulator: {
                servedModelNames: ["llama"],
                loraModules: ["summaries"],
                startupDelay: "5s",
                failureInjection: { rate: 1, types: ["rate_limit"] },
                env: { HF_TOKEN: { secretName: "hugging-face", key: "token" } },
            },
            pods: { fixedUser: false },
            placement: {
                decode: { tolerations: [{ key: "gpu", operator: "Exists", effect: "NoSchedule" }] },
            },
            autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 6 },
            objectives: { interactive: 10, batch: -10 },
            networkPolicies: { enabled: true },
        };
        const engine = await cluster.open(everything);
        // The model that the test before added goes.
        const lost = losses(await engine.up()).filter((loss) => !loss.includes("-llama-"));
        assert.deepEqual(lost, []);
        assert.deepEqual(cluster.names("inferenceobjectives.llm-d.ai", simulator), ["batch", "interactive"]);
        const tls = cluster.get<{ data: Record<string, string> }>(
            "secret",
            scheduler,
            "gaie-inference-scheduling-epp-ca",
        );
        assert.equal(Buffer.from(tls.data["ca.crt"]!, "base64").toString(), certificate.certificate);
        assert.equal(cluster.names("networkpolicy", simulator).length, 3);
        assert.deepEqual(actions(await engine.up()), [], "a second up changes nothing");
    });

    it("leaves the number of pods to the autoscaler", async () => {
        const decode = "ms-sim-llm-d-modelservice-decode";
        const replicas = () =>
            cluster.get<{ spec: { replicas: number } }>("deployment", simulator, decode).spec.replicas;
        assert.equal(replicas(), 3, "what was there when the autoscaler took over stays");
        // What an autoscaler does; there are no metrics here for it to act on.
        cluster.kubectl("--namespace", simulator, "scale", "deployment", decode, "--replicas", "5");
        const simulation = { simulator: { maxNumSeqs: 7 } };
        const result = await (await cluster.open({ ...autoscaled, ...simulation })).up();
        assert.ok(actions(result).includes("update Deployment"));
        assert.equal(replicas(), 5);
    });

    it("keeps a ReferenceGrant where it is when it is written in another version", async () => {
        const name = "llm-d-inference-scheduling-to-inferencepool";
        const grant = () =>
            cluster.get<{ metadata: { uid: string } }>("referencegrant", simulator, name).metadata.uid;
        const before = grant();
        for (const referenceGrantVersion of ["v1", "v1beta1"]) {
            const routing = { backend: "InferencePool", referenceGrantVersion };
            const engine = await cluster.open({ ...autoscaled, routing });
            const result = await engine.up();
            const taken = changes(result).filter(({ type }) => type.endsWith(":ReferenceGrant"));
            assert.deepEqual(
                taken.map(({ op }) => op),
                ["update"],
            );
            assert.equal(grant(), before);
            assert.deepEqual(actions(await engine.up()), [], "a second up changes nothing");
        }
    });
});
