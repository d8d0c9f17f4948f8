import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { ensureNode, hasPackagedNodes, nodeLines } from "../../local/toolchain/node";
import type { NodeRun } from "./suites";
import { runMake, runMocha } from "./suites";

/**
 * What `npm run test:nodes` runs: the suites that need no server, and `make up` twice, on each release line of Node that
 * README names. A short form of it is in `make test`.
 */
async function main(): Promise<number> {
    if (!hasPackagedNodes) {
        console.error("The packages of Node that this runs are for Linux on x64.");
        return 2;
    }
    let failed = 0;
    for (const line of nodeLines) {
        const node = await ensureNode(line, console.log);
        const release = execFileSync(node, ["--version"], { encoding: "utf8" }).trim();
        const say = (what: string, { exitCode, output }: NodeRun, told: string) => {
            failed += exitCode === 0 ? 0 : 1;
            console.log(`Node ${release}, ${what}: ${exitCode === 0 ? told : `failed\n${output}`}`);
        };
        for (const suite of ["unit", "config", "policy"]) {
            const run = await runMocha(node, `test/${suite}/**/*.test.ts`, "--ignore", "**/mutate.test.ts");
            say(suite, run, summaryOf(run));
        }
        const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "llmd nodes-"));
        try {
            for (const told of ["deployed", "unchanged"]) {
                say("make up", await runMake(node, "up", stateDir), told);
            }
        } finally {
            say("make down", await runMake(node, "down", stateDir), "nothing is left");
        }
    }
    return failed === 0 ? 0 : 1;
}

/** Mocha's own: a test of its reporter prints others before. */
function summaryOf({ output }: NodeRun): string {
    return output.match(/\d+ passing.*/g)?.at(-1) ?? "no test was found";
}

void main().then((code) => (process.exitCode = code));
