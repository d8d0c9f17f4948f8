import { strict as assert } from "assert";
import * as fs from "fs";
import type { Condition } from "../../commands/shared/conditions";
import { gatewayNames, podSelector, serviceHost } from "../../components/contract";
import { openEntrances } from "../../local/lab";
import { selfSigned } from "../support/certificate";
import { modes } from "./support/modes";
import { sharedLab } from "./support/sharedLab";
import { TestLab } from "./support/lab";

interface Conditioned {
    status: { conditions: Condition[] };
}

interface Comparison {
    paths: Record<"direct" | "gateway", { good: number; pods: Record<string, number> }>;
}

interface Routed {
    status: { parents: Conditioned["status"][] };
}

const scheduler = "llm-d-inference-scheduler";
const simulator = "llm-d-sim";
const gateway = "infra-inference-scheduling-inference-gateway";
const route = "llm-d-inference-scheduling";
const epp = "gaie-inference-scheduling-epp";
const decode = podSelector("sim", "decode");

describe("the lab: real Istio, Envoy, endpoint picker and simulator", function () {
    const lab = sharedLab;
    /** Where the Gateway's pods have their Envoy: below a folder that they share with this machine. */
    const envoy = "/usr/local/bin/envoy";
    const envoyOfMachine = () => fs.statSync(envoy, { throwIfNoEntry: false })?.size;
    const envoyBefore = envoyOfMachine();

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        await lab.deploy(modes.scheduler, { refresh: true });
        await lab.cluster.rolledOut();
    });

    function routeReason(): string | undefined {
        const { status } = lab.cluster.get<Routed>("httproute", scheduler, route);
        return status.parents[0]?.conditions.find(({ type }) => type === "ResolvedRefs")?.reason;
    }

    async function decodePods(): Promise<string[]> {
        const pods = await lab.cluster.pods(simulator, decode);
        return pods.map(({ metadata }) => metadata.name);
    }

    const answered = ({ status }: { status: number }) => status === 200;

    /** The three commands, as a user runs them. */
    function provesItself(mode: keyof typeof modes): void {
        it("`verify` passes", async () => {
            const { exitCode, stdout, stderr } = await lab.prove("verify", "--json");
            assert.equal(exitCode, 0, stdout + stderr);
            const report = JSON.parse(stdout) as { mode: string; outcome: string };
            assert.equal(report.outcome, "passed");
            assert.equal(report.mode, mode);
        });

        it("`compare` measures both paths without an error", async () => {
            const few = ["--rounds", "3", "--warmup", "1", "--requests", "20", "--json"];
            const { exitCode, stdout, stderr } = await lab.prove("compare", ...few);
            assert.equal(exitCode, 0, stderr);
            const { paths } = JSON.parse(stdout) as Comparison;
            // 3 rounds of 20 requests.
            assert.deepEqual([paths.direct.good, paths.gateway.good], [60, 60], stdout);
            const pods = await decodePods();
            for (const { pods: answers } of [paths.direct, paths.gateway]) {
                assert.ok(Object.keys(answers).every((pod) => pods.includes(pod)));
            }
        });

        it("`topology` draws it with nothing in red", async () => {
            const { exitCode, stdout, stderr } = await lab.prove("topology");
            assert.equal(exitCode, 0, stderr);
            assert.equal(stderr, "");
            assert.match(stdout, /^flowchart /);
        });
    }

    describe("in the mode scheduler", () => {
        provesItself("scheduler");

        it("Istio has programmed the Gateway and resolved the route by the time that `up` ends", () => {
            const { status } = lab.cluster.get<Conditioned>("gateway", scheduler, gateway);
            const programmed = status.conditions.find(({ type }) => type === "Programmed");
            assert.equal(programmed?.status, "True", programmed?.message);
            assert.equal(routeReason(), "ResolvedRefs");
        });

        it("answers on both paths, by decode pods only", async () => {
            const pods = await decodePods();
            assert.equal(pods.length, 3);
            for (const on of ["gateway", "direct"] as const) {
                const answer = await lab.askUntil(on, answered);
                assert.ok(pods.includes(answer.pod ?? ""), `${on}: ${answer.pod ?? answer.body}`);
            }
        });

        it("starts a decode pod again whose process dies, and goes on answering meanwhile", async () => {
            const [victim] = await lab.cluster.pods(simulator, decode);
            lab.kill(victim!);
            const deaths = async () => {
                const pods = await lab.cluster.pods(simulator, decode);
                const same = pods.find(({ metadata }) => metadata.name === victim!.metadata.name)!;
                return same.status!.containerStatuses![0]!;
            };
            for (let sent = 0; sent < 10; sent++) {
                const answer = await lab.ask("gateway");
                assert.equal(answer.status, 200, answer.body);
            }
            await lab.until(deaths, ({ restartCount, ready }) => restartCount === 1 && ready);
            // Back in turn, without a restart of anything else.
            await lab.askUntil("gateway", ({ pod }) => pod === victim!.metadata.name);
        });

        it("refuses requests when the grant is gone, says so in the route's status, and recovers with `up`", async () => {
            lab.cluster.kubectl("--namespace", simulator, "delete", "referencegrant", "--all");
            await lab.until(routeReason, (reason) => reason === "RefNotPermitted");
            await lab.askUntil("gateway", ({ status }) => status === 500);
            assert.equal((await lab.ask("direct")).status, 200, "the direct path needs no grant");
            await lab.deploy(modes.scheduler, { refresh: true });
            await lab.askUntil("gateway", answered);
            assert.equal(routeReason(), "ResolvedRefs");
        });

        it("gives the logs of a pod", async () => {
            const [pod] = await lab.cluster.pods(simulator, decode);
            const log = lab.cluster.kubectl("--namespace", simulator, "logs", pod!.metadata.name);
            assert.match(log, /8200/);
            const [line, ...more] = lab.cluster
                .kubectl("--namespace", simulator, "logs", pod!.metadata.name, "--tail", "1")
                .trimEnd()
                .split("\n");
            assert.ok(log.trimEnd().endsWith(line!));
            assert.deepEqual(more, []);
        });

        it("ends pods that are deleted while they start", async () => {
            const deployment = "ms-sim-llm-d-modelservice-decode";
            const scale = (replicas: number) =>
                lab.cluster.kubectl(
                    ...["--namespace", simulator, "scale", "deployment", deployment],
                    ...["--replicas", String(replicas)],
                );
            for (let round = 0; round < 3; round++) {
                scale(8);
                // The node hears of them one after the other: some start, some wait, of some it has not heard.
                await lab.until(decodePods, (names) => names.length > 3);
                scale(3);
            }
            await lab.until(
                () => lab.cluster.endingPods(),
                (pods) => pods.length === 0,
            );
            await lab.until(
                () => lab.cluster.pods(simulator, decode),
                (pods) =>
                    pods.length === 3 &&
                    pods.every((pod) => pod.status?.containerStatuses?.[0]?.ready ?? false),
            );
        });

        it("leaves the machine's own folders as they were", async () => {
            const gatewayPods = await lab.cluster.pods(scheduler, {
                "gateway.networking.k8s.io/gateway-name": gateway,
            });
            assert.equal(gatewayPods.length, 1);
            assert.equal(envoyOfMachine(), envoyBefore);
        });

        it("says of an image that it has no program for which ones it has", async () => {
            const image = "ghcr.io/llm-d/llm-d-inference-sim:v0.6.1";
            lab.cluster.kubectl("run", "unknown", "--image", image);
            const waiting = () =>
                lab.cluster.kubectl(
                    ...["get", "pod", "unknown", "--output"],
                    "jsonpath={.status.containerStatuses[0].state.waiting}",
                );
            const text = await lab.until(waiting, (state) => state.includes("ErrImagePull"));
            assert.match(text, /v0\.6\.1; there are: llm-d-inference-sim:v0\.10\.2/);
            lab.cluster.kubectl("delete", "pod", "unknown");
        });
    });

    for (const mode of ["scoring-not-obeyed", "scoring"] as const) {
        describe(`in the mode ${mode}`, () => {
            const namespace = mode === "scoring" ? simulator : scheduler;
            /** With a pool Istio itself tells Envoy what to do; with a Service the EnvoyFilter does. */
            const failOpen = { extProc: { enabled: true, failureMode: "FailOpen" } };

            before(async () => {
                await lab.deploy(modes[mode]);
                await lab.askUntil("gateway", answered);
            });

            provesItself(mode);

            it("the endpoint picker counts every request through the Gateway, and none on the direct path", async () => {
                const before = await counted();
                await lab.ask("direct");
                for (let sent = 0; sent < 5; sent++) {
                    assert.equal((await lab.ask("gateway")).status, 200);
                }
                await lab.until(counted, (now) => now - before === 5);
            });

            if (mode === "scoring") {
                it("a prompt goes back to the pod that has its prefix", async () => {
                    const prompts = [1, 2, 3].map((topic) => `Topic ${String(topic)}. `.repeat(200));
                    for (const prompt of prompts) {
                        const first = (await lab.ask("gateway", prompt)).pod;
                        assert.notEqual(first, undefined);
                        for (let again = 0; again < 4; again++) {
                            assert.equal((await lab.ask("gateway", prompt)).pod, first);
                        }
                    }
                });
            }

            it("refuses requests while a picker that fails closed is gone, and recovers by itself", async () => {
                scaleEpp(0);
                await lab.askUntil("gateway", ({ status }) => status >= 500);
                assert.equal((await lab.ask("direct")).status, 200);
                scaleEpp(1);
                await lab.askUntil("gateway", answered);
            });

            it("passes requests on while a picker that fails open is gone", async () => {
                await lab.deploy({ ...modes[mode], ...failOpen });
                await lab.askUntil("gateway", answered);
                scaleEpp(0);
                await lab.until(
                    () => lab.cluster.pods(namespace, { "app.kubernetes.io/name": epp }),
                    (pods) => pods.length === 0,
                );
                // Envoy hears of both changes a moment after the API server; while it fails closed it never answers so.
                await lab.askUntil("gateway", answered);
                for (let sent = 0; sent < 5; sent++) {
                    const answer = await lab.ask("gateway");
                    assert.equal(answer.status, 200, answer.body);
                }
                scaleEpp(1);
            });

            function scaleEpp(replicas: number): void {
                lab.cluster.kubectl(
                    ...["--namespace", namespace, "scale", "deployment", epp],
                    ...["--replicas", String(replicas)],
                );
            }

            async function counted(): Promise<number> {
                const [pod] = await lab.cluster.pods(namespace, { "app.kubernetes.io/name": epp });
                const metrics = lab.cluster.kubectl(
                    "get",
                    "--raw",
                    `/api/v1/namespaces/${namespace}/pods/${pod!.metadata.name}:9090/proxy/metrics`,
                );
                return [...metrics.matchAll(/^inference_objective_request_total\{.*\} (\d+)$/gm)].reduce(
                    (sum, [, value]) => sum + Number(value),
                    0,
                );
            }
        });
    }

    describe("with TLS", () => {
        before(() => lab.deploy({ ...modes.scheduler, gateway: { tls: selfSigned("llm.example.com") } }));

        provesItself("scheduler");

        it("sends who comes in clear to the same place with TLS, and nowhere else", async () => {
            const place = `${serviceHost(gatewayNames("inference-scheduling", "istio").gatewayService, scheduler)}:80`;
            const entrances = await openEntrances(lab.cluster.state, [place]);
            const answer = await fetch(`http://127.0.0.1:${String(entrances[place])}/v1/models?x=1`, {
                redirect: "manual",
            });
            assert.equal(answer.status, 301);
            assert.match(
                answer.headers.get("location") ?? "",
                /^https:\/\/127\.0\.0\.1(?::\d+)?\/v1\/models\?x=1$/,
            );
        });
    });
});
