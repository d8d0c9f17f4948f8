import { strict as assert } from "assert";
import { setTimeout as sleep } from "timers/promises";
import { randomOf } from "../../commands/compare/random";
import { controlPlaneStatus, startControlPlane } from "../../local/controlplane";
import { EngineError } from "../../local/engine";
import { ensureToolchain } from "../../local/toolchain";
import { actions } from "./support/actions";
import { log, TestCluster } from "./support/cluster";
import { startOperation, type Operation } from "./support/operationProcess";

/** Killing anything at any moment: the next run takes up what is left. */
describe("an interrupted deployment", function () {
    this.timeout(300_000);
    const cluster = new TestCluster();
    const scheduler = {};
    const scoring = { routing: { backend: "InferencePool" }, extProc: { enabled: true } };

    /** What is done over and over, from nothing to nothing. */
    const cycle = [
        { name: "creating", kind: "up", config: scheduler },
        { name: "changing the mode", kind: "up", config: scoring },
        { name: "deleting", kind: "destroy", config: scoring },
    ] as const;

    /** How many beginnings and ends of changes to a resource the engine has reported; it repeats some. */
    const stepsIn = (lines: readonly string[]) =>
        new Set(
            lines.flatMap(
                (line) => /^ [-+~]+\s+(\S+ \S+ (?:creat|updat|delet)(?:ing|ed))\b/.exec(line)?.[1] ?? [],
            ),
        ).size;
    /** As many as each operation of the cycle has when nobody disturbs it. */
    const stepCounts: number[] = [];
    const kinds = new Set<string>();

    before(async function () {
        this.timeout(45 * 60_000);
        for (const { kind, config } of cycle) {
            const engine = await cluster.open(config);
            const before = log.length;
            await engine[kind]();
            stepCounts.push(stepsIn(log.slice(before)));
            (await resources()).forEach(({ type }) => kinds.add(kindOf(type)));
        }
    });
    after(() => cluster.stop());

    interface StateResource {
        type: string;
        id: string;
        outputs: { metadata: { namespace?: string; name: string } };
    }

    /** The Kubernetes objects in the stack's state. */
    async function resources(): Promise<StateResource[]> {
        const engine = await cluster.open(scheduler);
        const { deployment } = (await engine.stack.exportStack()) as {
            deployment: { resources?: StateResource[]; pending_operations?: unknown[] };
        };
        assert.deepEqual(deployment.pending_operations ?? [], []);
        return (deployment.resources ?? []).filter(({ type }) => type.startsWith("kubernetes:"));
    }

    /** `Gateway.gateway.networking.k8s.io`, as kubectl takes it, of `kubernetes:gateway.networking.k8s.io/v1:Gateway`. */
    function kindOf(type: string): string {
        const [, groupVersion, kind] = type.split(":") as [string, string, string];
        const group = groupVersion.split("/")[0]!;
        // The SDK writes core groups without their domain.
        const isCore = group === "core" || !group.includes(".");
        return isCore ? kind : `${kind}.${group}`;
    }

    /** What is on the cluster, and what the state says is there; sorted. */
    async function bothSides(): Promise<{ cluster: string[]; state: string[] }> {
        const selector = ["--selector", "app.kubernetes.io/part-of=llm-d-inference"];
        const listed = JSON.parse(
            cluster.kubectl("get", [...kinds].join(","), "--all-namespaces", ...selector, "--output", "json"),
        ) as { items: { kind: string; metadata: { namespace?: string; name: string } }[] };
        const nameOf = (kind: string, { namespace, name }: { namespace?: string; name: string }) =>
            `${kind} ${namespace ?? ""}/${name}`;
        return {
            cluster: listed.items.map(({ kind, metadata }) => nameOf(kind, metadata)).sort(),
            state: (await resources())
                .map(({ type, outputs }) => nameOf(type.split(":").at(-1)!, outputs.metadata))
                .sort(),
        };
    }

    /** Runs the operation to its end, and checks that nothing is left to do, lost or double. */
    async function completeAndCheck({ kind, config }: Pick<Operation, "kind" | "config">): Promise<void> {
        const engine = await cluster.open(config);
        await engine[kind]();
        if (kind === "up") {
            const left = actions(await engine.preview({ refresh: true }));
            assert.deepEqual(
                left.filter((action) => !action.startsWith("refresh ")),
                [],
            );
        }
        const { cluster: there, state } = await bothSides();
        assert.deepEqual(there, state);
        assert.equal(there.length > 0, kind === "up");
    }

    /** Runs `action` when the operation has reported so many steps, and ends when its process has. */
    async function disturb(operation: Operation, atStep: number, action: (pid: number) => void) {
        const lines: string[] = [];
        let done = false;
        const child = startOperation(operation, (line) => {
            lines.push(line);
            if (!done && stepsIn(lines) >= atStep) {
                done = true;
                action(child.pid!);
            }
        });
        const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
        return { code, lines };
    }

    const random = randomOf(7);
    for (let index = 0; index < 21; index++) {
        const step = cycle[index % cycle.length]!;
        const share = random();
        const alone = random() < 0.5;
        const what = alone ? "the program" : "the program and the engine";
        it(`goes on after ${what} is killed at ${(share * 100).toFixed(0)} % of ${step.name}`, async () => {
            const atStep = 1 + Math.floor(share * stepCounts[index % cycle.length]!);
            const { code, lines } = await disturb(
                { kind: step.kind, config: step.config, state: cluster.state },
                atStep,
                (pid) => process.kill(alone ? pid : -pid, "SIGKILL"),
            );
            // A signal, and no exit code, ended it.
            assert.equal(code, null, lines.join("\n"));
            await completeAndCheck(step);
        });
    }

    for (const share of [0.2, 0.5, 0.8]) {
        it(`goes on after the API server restarts at ${String(share * 100)} % of creating`, async () => {
            const engine = await cluster.open(scheduler);
            const { components } = await controlPlaneStatus(cluster.state);
            const { pid } = components.find(({ name }) => name === "kube-apiserver")!;
            const toolchain = await ensureToolchain(() => undefined);
            const report = () => undefined;
            const before = log.length;
            let ended = false;
            const operation = engine
                .up()
                .catch((error: unknown) => {
                    assert.ok(error instanceof EngineError);
                    // Either the request that failed, or what an object was still waiting for.
                    assert.match(
                        error.message,
                        /ECONNREFUSED|ECONNRESET|socket hang up|was not ready within/,
                    );
                })
                .finally(() => (ended = true));
            while (stepsIn(log.slice(before)) < share * stepCounts[0]!) {
                await sleep(5);
            }
            assert.ok(!ended);
            process.kill(pid!, "SIGKILL");
            await startControlPlane({ toolchain, stateDir: cluster.state, report });
            await operation;
            await completeAndCheck(cycle[0]);
            await completeAndCheck(cycle[2]);
        });
    }
});
