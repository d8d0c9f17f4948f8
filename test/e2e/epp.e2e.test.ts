import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { parse, stringify } from "yaml";
import type { Role } from "../../components/contract";
import { podSelector, ports } from "../../components/contract";
import type { PickerConfig } from "../../releases";
import { findEpp, presetsOf } from "../../releases";
import { deepMerge } from "../../objects/merge";
import type { EndpointPickers } from "../../local/toolchain";
import { ensureEpp } from "../../local/toolchain";
import { versions } from "../../local/toolchain/versions";
import type { Pod } from "./support/cluster";
import { log, TestCluster } from "./support/cluster";
import type { DeployedEpp } from "./support/eppDeployment";
import { deployedEpps } from "./support/eppDeployment";
import { EppProcess } from "./support/eppProcess";
import type { Picked } from "./support/extProcClient";
import { destinationHeader, processRequest } from "./support/extProcClient";
import { OtlpReceiver } from "./support/otlpReceiver";

const scheduler = "llm-d-inference-scheduler";
const simulator = "llm-d-sim";
const name = "gaie-inference-scheduling-epp";

const pool = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };
const standalone = { extProc: { enabled: true } };
/** Images of llm-d's own builds; the oldest needs a flag that names the metric of its simulator. */
const llmd040 = {
    images: {
        epp: `ghcr.io/llm-d/llm-d-inference-scheduler:${versions.llmdOldestScheduler}`,
        simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.7.1",
    },
};
const llmd071 = { images: { epp: `ghcr.io/llm-d/llm-d-inference-scheduler:${versions.llmdScheduler}` } };

/** What GIE's own build stands for. */
const llmd051 = { images: { epp: "registry.example.com/llm-d/llm-d-inference-scheduler:v0.5.1" } };

/** Clears what the API server gives to an object by itself, so that it can be created again. */
const ofNoObject = {
    creationTimestamp: undefined,
    managedFields: undefined,
    resourceVersion: undefined,
    uid: undefined,
};

type Config = Record<string, unknown>;

/** A request that is longer than what a decode pod prefills by itself. */
const prompt = "Write a story about a gateway that asked before it routed. ".repeat(20);

describe("real endpoint pickers", function () {
    const cluster = new TestCluster();
    const running = new Set<EppProcess>();
    let executables: EndpointPickers;

    before(async function () {
        this.timeout(60 * 60_000);
        executables = await ensureEpp((line) => log.push(line));
        await cluster.open();
    });
    after(async () => {
        await stopAll();
        await cluster.stop();
    });

    async function stopAll(): Promise<void> {
        await Promise.all([...running].map((epp) => epp.kill()));
        running.clear();
    }

    async function deploy(config: Config): Promise<void> {
        await (await cluster.open(config)).up();
        await cluster.rolledOut();
    }

    async function start(
        build: keyof EndpointPickers,
        deployed: DeployedEpp,
        config = deployed.config,
    ): Promise<EppProcess> {
        const report = (line: string) => {
            log.push(line);
            console.log(`      ${line}`);
        };
        const epp = await EppProcess.start(executables[build], deployed, { config, report });
        running.add(epp);
        return epp;
    }

    function pods(role: Role): Promise<Pod[]> {
        return cluster.pods(simulator, podSelector("sim", role));
    }

    async function names(...roles: Role[]): Promise<string[]> {
        const found = await Promise.all(roles.map(pods));
        return found.flat().map(({ metadata }) => metadata.name);
    }

    async function addresses(role: Role): Promise<string[]> {
        const found = await pods(role);
        return found.map(({ status }) => `${status!.podIP!}:${ports.inference}`);
    }

    /**
     * Asks for a pod as the Gateway's Envoy does, in two chunks of the body. No pod here answers with metrics, which
     * keeps no endpoint picker from picking: it refuses sheddable requests only.
     */
    async function pick(epp: EppProcess): Promise<Picked> {
        const body = JSON.stringify({ model: "random", prompt, max_tokens: 1 });
        const headers = {
            ":authority": "llm.example.com",
            ":method": "POST",
            ":path": "/v1/completions",
            ":scheme": "http",
            "content-type": "application/json",
            "x-request-id": "b6a5a7c2-6f5e-4d0e-9f3c-0a6d7f7f7d11",
        };
        const picked = await processRequest(epp.ports.grpc, {
            headers,
            body: [body.slice(0, 20), body.slice(20)],
        });
        assert.deepEqual(JSON.parse(picked.body), JSON.parse(body));
        assert.equal(picked.headers["content-length"], String(Buffer.byteLength(picked.body)));
        assert.equal(picked.metadataEndpoint, picked.headers[destinationHeader]);
        return picked;
    }

    async function assertPickedDecodePod({ headers }: Picked): Promise<void> {
        const chosen = headers[destinationHeader] ?? "";
        const allowed = await addresses("decode");
        assert.ok(allowed.includes(chosen), `${chosen} is none of ${allowed.join(", ")}`);
    }

    interface Case {
        title: string;
        build: keyof EndpointPickers;
        config: Config;
        /** Namespace of the endpoint picker. */
        namespace: string;
        /** Makes of the deployed configuration what the build can read. */
        rewrite?: (config: string) => string;
        /** Whose pods it is to find. Default: those of decode alone. */
        finds?: Role[];
        /** Whether the number of decode pods changes while it runs. */
        scales?: boolean;
    }

    function itWorks(given: Case): void {
        const { title, build, config, namespace, rewrite = (text) => text } = given;
        const finds = given.finds ?? ["decode"];

        describe(title, () => {
            let epp: EppProcess;

            before(async () => {
                await deploy(deepMerge(config, { replicas: { decode: 3, prefill: 2 } }) as Config);
                const [deployed, ...others] = await deployedEpps(cluster, namespace, name);
                assert.deepEqual(others, []);
                epp = await start(build, deployed!, rewrite(deployed!.config));
            });
            after(stopAll);

            it("serves, by the health service that the probes ask", async () => {
                await epp.untilHealth("liveness", "SERVING");
                await epp.untilHealth("readiness", "SERVING");
            });

            it(`finds the pods of ${finds.join(" and ")}, and no others`, async () => {
                assert.equal((await names("decode")).length, 3);
                assert.equal((await names("prefill")).length, 2);
                await epp.untilPods(await names(...finds));
            });

            it("picks a decode pod over ext_proc", async () => {
                const picked = await pick(epp);
                await assertPickedDecodePod(picked);
                const prefiller = picked.headers["x-prefiller-host-port"];
                if (finds.includes("prefill")) {
                    const allowed = await addresses("prefill");
                    assert.ok(allowed.includes(prefiller ?? ""), `prefiller: ${prefiller}`);
                } else {
                    assert.equal(prefiller, undefined);
                }
            });

            if (given.scales) {
                it("follows when decode is scaled", async () => {
                    await deploy(deepMerge(config, { replicas: { decode: 5, prefill: 2 } }) as Config);
                    assert.equal((await names("decode")).length, 5);
                    await epp.untilPods(await names(...finds));
                    await assertPickedDecodePod(await pick(epp));
                });
            }

            it("still runs, and was refused nothing", () => {
                assert.ok(epp.running);
                assert.doesNotMatch(epp.log, /forbidden/i);
            });
        });
    }

    for (const [release, build, images] of [
        ["0.4.0", "llmdOldest", llmd040],
        ["0.7.1", "llmd", llmd071],
    ] as const) {
        describe(`llm-d's ${release} with a pool`, () => {
            for (const preset of presetsOf(findEpp(release)!)) {
                itWorks({
                    title: `and the preset ${preset}`,
                    build,
                    config: { ...pool, ...images, epp: { plugins: preset } },
                    namespace: simulator,
                    ...(preset === "pd-disaggregated" && { finds: ["decode", "prefill"] }),
                    scales: preset === "default" || preset === "pd-disaggregated",
                });
            }
        });
    }

    itWorks({
        title: "llm-d's 0.4.0 without a pool, which selects pods by their labels",
        build: "llmdOldest",
        config: { ...standalone, ...llmd040 },
        namespace: scheduler,
        scales: true,
    });

    // llm-d's 0.5.1 cannot be built here; its GIE can.
    describe("GIE's 1.3.1 in place of llm-d's 0.5.1, with its queue-scorer for load-aware-scorer and no decode-filter", () => {
        itWorks({
            title: "with a pool",
            build: "gie",
            config: { ...pool, ...llmd051 },
            namespace: simulator,
            rewrite: withGiePlugins,
            scales: true,
        });

        itWorks({
            title: "without a pool, which selects pods by their labels",
            build: "gie",
            config: { ...standalone, ...llmd051 },
            namespace: scheduler,
            rewrite: withGiePlugins,
            scales: true,
        });
    });

    describe("with tracing, the spans of a request reach the collector from", () => {
        const collector = new OtlpReceiver();
        let tracing: Config;

        before(async () => {
            const otlpEndpoint = `http://127.0.0.1:${String(await collector.start())}`;
            tracing = { epp: { tracing: true, traceSampleRatio: 1, otlpEndpoint } };
        });
        after(() => collector.stop());
        afterEach(stopAll);

        // The first release with spans of its own (GIE 1.4.0).
        it("llm-d's 0.7.1", async () => {
            await deploy({ ...pool, ...llmd071, ...tracing });
            const [deployed] = await deployedEpps(cluster, simulator, name);
            const epp = await start("llmd", deployed!);
            await epp.untilHealth("readiness", "SERVING");
            await epp.untilPods(await names("decode"));
            collector.spans.length = 0;
            await pick(epp);
            const span = await epp.until("exports a span", () => collector.spans[0]);
            assert.equal(span.resource["service.name"], name);
            assert.equal(span.resource["k8s.namespace.name"], simulator);
            assert.ok(span.resource["k8s.pod.name"]?.startsWith(name), JSON.stringify(span));
        });
    });

    describe("two of llm-d's 0.7.1 with leader election", () => {
        let leader: EppProcess;
        let standby: EppProcess;

        before(async () => {
            await deploy({ ...pool, ...llmd071, replicas: { decode: 3, prefill: 2, epp: 2 } });
            const deployed = await deployedEpps(cluster, simulator, name);
            assert.equal(deployed.length, 2);
            leader = await start("llmd", deployed[0]!);
            // Started once the first leads, so that which of the two it is is known.
            await leader.untilHealth("readiness", "SERVING");
            standby = await start("llmd", deployed[1]!);
        });
        after(stopAll);

        function holder(): string {
            const [lease, ...others] = cluster.names("lease", simulator);
            assert.deepEqual(others, []);
            return cluster.get<{ spec: { holderIdentity: string } }>("lease", simulator, lease!).spec
                .holderIdentity;
        }

        it("both are live, and the leader alone is ready", async () => {
            await standby.untilHealth("liveness", "SERVING");
            assert.equal(await standby.health("readiness"), "NOT_SERVING");
            assert.equal(await leader.health("liveness"), "SERVING");
            assert.equal(await leader.health("readiness"), "SERVING");
            await assertPickedDecodePod(await pick(leader));
        });

        it("the other takes over from a leader that dies, and finds the decode pods", async () => {
            const before = holder();
            await leader.kill();
            await standby.untilHealth("readiness", "SERVING");
            assert.notEqual(holder(), before);
            await standby.untilPods(await names("decode"));
            await assertPickedDecodePod(await pick(standby));
        });

        it("neither was refused anything", () => {
            assert.ok(standby.running);
            assert.doesNotMatch(leader.log + standby.log, /forbidden/i);
        });
    });

    describe("what stops llm-d's endpoint pickers", () => {
        before(() => deploy({ ...pool, ...llmd071 }));
        afterEach(stopAll);

        /** Waits until the log says that the API server refused its ServiceAccount to list each of these. */
        async function untilRefused(epp: EppProcess, namespace: string, resources: string[]): Promise<void> {
            for (const resource of resources) {
                const refusal = `User "system:serviceaccount:${namespace}:${name}" cannot list resource "${resource}"`;
                await epp.until(
                    `is refused ${resource}`,
                    // Errors are quoted once more within a line of the log.
                    () => epp.log.replaceAll('\\"', '"').includes(refusal) || undefined,
                );
            }
        }

        it("a plugin that it does not know", async () => {
            const [deployed] = await deployedEpps(cluster, simulator, name);
            const config = deployed!.config.replaceAll("load-aware-scorer", "load-unaware-scorer");
            assert.notEqual(config, deployed!.config);
            const epp = await start("llmd", deployed!, config);
            assert.equal(await epp.exitCode(), 1);
            assert.match(epp.log, /load-unaware-scorer/);
        });

        it("no RoleBinding: it names what is forbidden, and serves once it is back", async () => {
            const [deployed] = await deployedEpps(cluster, simulator, name);
            const binding = `${name}-pool-reader`;
            const { metadata, ...rest } = cluster.get<{ metadata: object }>(
                "rolebinding",
                simulator,
                binding,
            );
            cluster.kubectl("--namespace", simulator, "delete", "rolebinding", binding);
            const epp = await start("llmd", deployed!);
            await untilRefused(epp, simulator, ["inferencepools", "inferenceobjectives", "pods"]);
            await epp.untilHealth("readiness", "NOT_SERVING");
            assert.deepEqual(await epp.pods(), []);

            const file = path.join(cluster.state, "binding.json");
            fs.writeFileSync(file, JSON.stringify({ ...rest, metadata: { ...metadata, ...ofNoObject } }));
            cluster.kubectl("create", "--filename", file);
            await epp.untilHealth("readiness", "SERVING");
            await epp.untilPods(await names("decode"));
        });

        it("no pool and no RoleBinding: 0.4.0 names what is forbidden and picks no pod, but says that it serves", async () => {
            await deploy({ ...standalone, ...llmd040 });
            const [deployed] = await deployedEpps(cluster, scheduler, name);
            cluster.kubectl("--namespace", simulator, "delete", "rolebinding", `${name}-pod-reader`);
            const epp = await start("llmdOldest", deployed!);
            await untilRefused(epp, scheduler, ["pods"]);
            // Its health is that of the pool, and what it selects by itself counts as one that is there.
            await epp.untilHealth("readiness", "SERVING");
            assert.deepEqual(await epp.pods(), []);
            await assert.rejects(pick(epp), /answered 503/);
        });
    });
});

/** GIE has none of llm-d's plugins. The pool, or the selector, holds decode pods only, so a filter is not missed. */
function withGiePlugins(text: string): string {
    const config = parse(text) as PickerConfig;
    const nearest = (type: string) => (type === "load-aware-scorer" ? "queue-scorer" : type);
    const kept = (type: string) => type !== "decode-filter";
    return stringify({
        ...config,
        plugins: config.plugins
            .filter(({ type }) => kept(type))
            .map((plugin) => ({ ...plugin, type: nearest(plugin.type) })),
        schedulingProfiles: config.schedulingProfiles.map((profile) => ({
            ...profile,
            plugins: profile.plugins
                .filter(({ pluginRef }) => kept(pluginRef))
                .map((plugin) => ({ ...plugin, pluginRef: nearest(plugin.pluginRef) })),
        })),
    });
}
