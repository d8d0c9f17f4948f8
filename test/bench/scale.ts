import Table from "cli-table3";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { controlPlaneStatus, stopControlPlane } from "../../local/controlplane";
import { openSession } from "../../local/session";

/**
 * What models cost: `npm run bench:scale [-- COUNT ...]`. Each count is deployed on a control plane of its own, by the
 * real engine, with one decode pod and one EPP a model. Times are of one run on this machine; what matters is the
 * growth from line to line.
 *
 * The engine's checkpoints are left out: on the file backend each step writes the whole state again, so that they grow
 * with the square of the resources and would hide everything else (Pulumi Cloud keeps a journal instead).
 */

const counts = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10, 50, 200];

Object.assign(process.env, { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" });

interface Measurement {
    models: number;
    resources: number;
    /** In seconds. */
    preview: number;
    up: number;
    unchanged: number;
    /** In bytes: the program's peak, and all servers together after `up`. */
    programMemory: number;
    serverMemory: number;
}

function modelsConfig(count: number): Record<string, unknown> {
    const names = Array.from({ length: count }, (_, index) => `model-${String(index + 1).padStart(3, "0")}`);
    return {
        routing: { backend: "InferencePool" },
        extProc: { enabled: true },
        replicas: { decode: 1, prefill: 0 },
        readiness: { timeoutSeconds: 1800 },
        models: Object.fromEntries(names.map((name) => [name, { match: { path: `/${name}` } }])),
    };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
    const started = process.hrtime.bigint();
    await work();
    return Number(process.hrtime.bigint() - started) / 1e9;
}

async function measure(models: number): Promise<Measurement> {
    const state = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-scale-"));
    try {
        const { engine } = await openSession({
            stack: "dev",
            config: modelsConfig(models),
            report: () => undefined,
            state,
        });
        const preview = await seconds(() => engine.preview());
        const up = await seconds(() => engine.up());
        const unchanged = await seconds(() => engine.up());
        const exported = await engine.stack.exportStack();
        const { components } = await controlPlaneStatus(state);
        return {
            models,
            resources: (exported.deployment as { resources: unknown[] }).resources.length,
            preview,
            up,
            unchanged,
            programMemory: process.resourceUsage().maxRSS * 1024,
            serverMemory: components.reduce((sum, { memory = 0 }) => sum + memory, 0),
        };
    } finally {
        await stopControlPlane(state);
    }
}

async function main(): Promise<void> {
    if (counts.some((count) => !Number.isInteger(count) || count < 1 || count > 500)) {
        throw new Error(
            `COUNT: ${process.argv.slice(2).join(" ")} is not allowed; allowed: whole numbers from 1 to 500.`,
        );
    }
    const mebibytes = (bytes: number) => `${String(Math.round(bytes / 2 ** 20))} MiB`;
    const table = new Table({
        head: [
            "models",
            "resources",
            "preview",
            "up",
            "up, unchanged",
            "up a resource",
            "program",
            "servers",
        ],
        style: { head: [], border: [], compact: true },
    });
    for (const count of counts) {
        console.log(`${String(count)} models ...`);
        const result = await measure(count);
        table.push([
            result.models,
            result.resources,
            `${result.preview.toFixed(1)} s`,
            `${result.up.toFixed(1)} s`,
            `${result.unchanged.toFixed(1)} s`,
            `${((result.up / result.resources) * 1000).toFixed(0)} ms`,
            mebibytes(result.programMemory),
            mebibytes(result.serverMemory),
        ]);
    }
    console.log(table.toString());
    console.log(
        "Without the engine's checkpoints, which on a file backend grow with the square of the resources.",
    );
}

main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
});
