import { tableText } from "../../../commands/shared/table";
import { each, isolated } from "../../../policy/framework/finding";
import { StackIndex } from "../../../objects/stackIndex";
import { rules } from "../../../policy/rules";
import { Pack } from "../support/pack";
import type { Manifest } from "../support/resources";
import { resource } from "../support/resources";
import { manifests, plain } from "./synthetic";

const sizes = [10, 100, 1_000, 5_000];
const repetitions = 5;
/** Growth of time over growth of size, from 1,000 to 5,000 resources: 1 is linear; quadratic would be 5. */
const mostGrowth = 2;

/** Prints the pack's time by the number of resources; fails where it grows much faster than they do. */
async function main(): Promise<void> {
    const pack = await Pack.start();
    const rows: (string | number)[][] = [];
    let previous: { size: number; inProcess: number; overGrpc: number } | undefined;
    let steepest = 0;
    try {
        await measure(manifests(100), pack);
        for (const size of sizes) {
            const { inProcess, overGrpc, single } = await measure(manifests(size), pack);
            const growth = (now: number, before: number | undefined) =>
                previous && before ? now / before / (size / previous.size) : undefined;
            const growths = [growth(inProcess, previous?.inProcess), growth(overGrpc, previous?.overGrpc)];
            if (size === sizes.at(-1)) {
                steepest = Math.max(...growths.map((value) => value ?? 0));
            }
            const [first = "", second = ""] = growths.map((value) => value?.toFixed(2) ?? "");
            rows.push([size, ms(inProcess), first, ms(overGrpc), second, ms(single / size)]);
            previous = { size, inProcess, overGrpc };
        }
    } finally {
        pack.stop();
    }
    console.log(
        tableText(["resources", "index + rules", "growth", "AnalyzeStack", "growth", "Analyze, each"], rows),
    );
    console.log(
        `growth: time over size, 1.00 is linear; from 1,000 to 5,000 resources ${steepest.toFixed(2)}, at most ${String(mostGrowth)} allowed`,
    );
    process.exitCode = steepest <= mostGrowth ? 0 : 1;
}

/** The medians, in milliseconds. */
async function measure(program: readonly Manifest[], pack: Pack) {
    const wire = program.map(plain);
    const inProcess = await median(() => {
        judge(program);
    });
    const overGrpc = await median(() => pack.analyzeStack(wire));
    const single = await median(async () => {
        for (const one of wire.slice(0, 200)) {
            await pack.analyze(one);
        }
    });
    return { inProcess, overGrpc, single: (single * wire.length) / Math.min(200, wire.length) };
}

/** What a stack analysis does once the resources are decoded. */
function judge(program: readonly Manifest[]): void {
    const index = new StackIndex(program.map(resource));
    for (const { checkResource, checkStack, config } of rules) {
        const settings = config?.defaults ?? {};
        if (checkResource) {
            exhaust(each(index.objects, (object) => checkResource(object, settings)));
        }
        if (checkStack) {
            exhaust(isolated(() => checkStack(index, settings)));
        }
    }
}

function exhaust(findings: Iterable<unknown>): void {
    for (const finding of findings) {
        void finding;
    }
}

async function median(work: () => unknown): Promise<number> {
    const times: number[] = [];
    for (let run = 0; run < repetitions; run++) {
        const start = performance.now();
        await work();
        times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[Math.floor(repetitions / 2)] ?? 0;
}

function ms(value: number): string {
    return `${value.toFixed(value < 10 ? 2 : 0)} ms`;
}

void main();
