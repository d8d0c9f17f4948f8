import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { tableText } from "../../../commands/shared/table";
import type { Usage } from "./runs";
import { run, writeManifests } from "./runs";

const sizes = [1, 1_000, 5_000];
const repetitions = 5;

/** `npm run judge:bench`: prints what a judgement of so many objects takes, as medians. */
async function main(): Promise<void> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llm-d-judge-bench-"));
    const rows: (string | number)[][] = [];
    try {
        for (const size of sizes) {
            const file = writeManifests(folder, size);
            const runs: Usage[] = [];
            for (let repetition = 0; repetition < repetitions; repetition++) {
                runs.push(await run(file));
            }
            const median = (part: "cpu" | "wall" | "memory") =>
                runs.map((usage) => usage[part]).sort((a, b) => a - b)[Math.floor(repetitions / 2)]!;
            rows.push([
                size,
                `${median("cpu").toFixed(2)} s`,
                `${median("wall").toFixed(2)} s`,
                `${median("memory").toFixed(0)} MiB`,
            ]);
        }
    } finally {
        fs.rmSync(folder, { recursive: true, force: true });
    }
    console.log(tableText(["objects", "CPU", "wall", "memory"], rows));
}

void main();
