import { strict as assert } from "assert";
import { setTimeout as sleep } from "timers/promises";
import { randomOf } from "../../commands/compare/random";
import type { KubeObject } from "../../commands/shared/cluster";
import { controlPlaneStatus, startControlPlane } from "../../local/controlplane";
import { EngineError } from "../../local/engine";
import type { Session } from "../../local/session";
import { ensureToolchain } from "../../local/toolchain";
import { modes } from "../lab/support/modes";
import { leftToDo } from "./support/actions";
import { fullNameOf } from "./support/clusterEditor";
import { log, TestCluster } from "./support/cluster";
import { startOperation, type Operation } from "./support/operationProcess";

/** Killing anything at any moment: the next run takes up what is left. */
describe("an interrupted deployment", function () {
    const cluster = new TestCluster();
    /** What is done over and over, from nothing to nothing. */
    const cycle = [
        { name: "creating", kind: "up", config: modes.scheduler },
        { name: "changing the mode", kind: "up", config: modes.scoring },
        { name: "deleting", kind: "destroy", config: modes.scoring },
    ] as const;
    const stepBefore = (index: number) => (index + cycle.length - 1) % cycle.length;
    /** The step of the cycle that was completed last; none while one is under way, or after it has failed. */
    let completed: number | undefined;

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
            (await objectsInState(engine)).forEach((object) => kinds.add(fullNameOf(object)));
        }
        completed = stepBefore(0);
    });
    after(() => cluster.stop());

    /** The Kubernetes objects in the stack's state. */
    async function objectsInState({ stack }: Session["engine"]): Promise<KubeObject[]> {
        const { deployment } = (await stack.exportStack()) as {
            deployment: {
                resources?: { type: string; outputs: KubeObject }[];
                pending_operations?: unknown[];
            };
        };
        assert.deepEqual(deployment.pending_operations ?? [], []);
        return (deployment.resources ?? [])
            .filter(({ type }) => type.startsWith("kubernetes:"))
            .map(({ outputs }) => outputs);
    }

    /** Their kinds, namespaces and names, sorted. */
    function namesOf(objects: readonly KubeObject[]): string[] {
        return objects
            .map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`)
            .sort();
    }

    function objectsOnCluster(): KubeObject[] {
        const selector = ["--selector", "app.kubernetes.io/part-of=llm-d-inference"];
        const listed = cluster.kubectl(
            ...["get", [...kinds].join(","), "--all-namespaces", ...selector, "--output", "json"],
        );
        return (JSON.parse(listed) as { items: KubeObject[] }).items;
    }

    /** Runs a step of the cycle to its end, and checks that nothing is left to do, lost or double. */
    async function complete(index: number): Promise<void> {
        const { kind, config } = cycle[index]!;
        const engine = await cluster.open(config);
        await engine[kind]();
        if (kind === "up") {
            assert.deepEqual(await leftToDo(engine, { refresh: true }), []);
        }
        const there = namesOf(objectsOnCluster());
        assert.deepEqual(there, namesOf(await objectsInState(engine)));
        assert.equal(there.length > 0, kind === "up");
        completed = index;
    }

    /** Brings about what a step of the cycle starts from, and begins it. */
    async function begin(index: number): Promise<void> {
        if (completed !== stepBefore(index)) {
            await complete(stepBefore(index));
        }
        completed = undefined;
    }

    /** Runs `action` when the operation has reported so many steps, and ends when its process has. */
    async function disturb(operation: Operation, atStep: number, action: (pid: number) => void) {
        const lines: string[] = [];
        let done = false;
        const child = startOperation(operation, (line) => {
            lines.push(line);
            if (!done && child.exitCode === null && stepsIn(lines) >= atStep) {
                done = true;
                action(child.pid!);
            }
        });
        const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
        return { code, lines };
    }

    const random = randomOf(7);
    for (let kill = 0; kill < 21; kill++) {
        const index = kill % cycle.length;
        const { name, kind, config } = cycle[index]!;
        const share = random();
        const alone = random() < 0.5;
        const what = alone ? "the program" : "the program and the engine";
        it(`goes on after a kill of ${what} at ${(share * 100).toFixed(0)} % of ${name}`, async () => {
            // Not at the very last one, after which it may have ended by itself.
            const atStep = 1 + Math.floor(share * (stepCounts[index]! - 1));
            const killed = async () => {
                await begin(index);
                return disturb({ kind, config, state: cluster.state }, atStep, (pid) =>
                    process.kill(alone ? pid : -pid, "SIGKILL"),
                );
            };
            let { code, lines } = await killed();
            // On a busy machine a kill can come too late.
            for (let again = 0; code === 0 && again < 3; again++) {
                ({ code, lines } = await killed());
            }
            // A signal, and no exit code, ended it.
            assert.equal(code, null, lines.join("\n"));
            await complete(index);
        });
    }

    for (const share of [0.2, 0.5, 0.8]) {
        it(`goes on after the API server restarts at ${String(share * 100)} % of creating`, async () => {
            await begin(0);
            const engine = await cluster.open(cycle[0].config);
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
                    assert.match(error.message, /connection|EOF|unreachable|failed to fully initialize/);
                })
                .finally(() => (ended = true));
            while (!ended && stepsIn(log.slice(before)) < share * stepCounts[0]!) {
                await sleep(5);
            }
            assert.ok(!ended, log.slice(before).join("\n"));
            process.kill(pid!, "SIGKILL");
            await startControlPlane({ toolchain, stateDir: cluster.state, report });
            await operation;
            await complete(0);
        });
    }
});
