import { type ChildProcess, spawn } from "child_process";
import * as path from "path";
import { projectRoot } from "../../../local/paths";
import { openSession } from "../../../local/session";
import { LineSplitter } from "../../../commands/shared/lines";
import { npmRun } from "../../../commands/shared/npmRun";

/** An operation on the dev stack, in a process of its own that can be killed. */
export interface Operation {
    kind: "up" | "destroy";
    config: Record<string, unknown>;
    /** The state folder of the cluster and of the stack. */
    state: string;
}

/** Starts an operation, as the leader of a process group of its own; `onLine` takes what it reports. */
export function startOperation(operation: Operation, onLine: (line: string) => void): ChildProcess {
    const child = spawn(
        process.execPath,
        [...npmRun(path.relative(projectRoot, __filename)), JSON.stringify(operation)],
        { cwd: projectRoot, detached: true, stdio: ["ignore", "pipe", "pipe"] },
    );
    const lines = new LineSplitter(onLine);
    for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (bytes: Buffer) => lines.add(bytes.toString()));
    }
    return child;
}

async function main({ kind, config, state }: Operation): Promise<void> {
    const { engine } = await openSession({ stack: "dev", config, state, report: console.log });
    await engine[kind]();
}

if (require.main === module) {
    void main(JSON.parse(process.argv[2]!) as Operation);
}
