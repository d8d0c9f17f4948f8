import * as fs from "fs";
import * as path from "path";
import { poll } from "../../commands/shared/poll";
import { stopControlPlane } from "../../local/controlplane";
import { isStateFolder } from "../../local/controlplane/stateFolder";
import { stopLab } from "../../local/lab";
import { processesKnowing } from "./processes";

/**
 * Ends the labs and control planes whose state is in `folder` or below it: those of tests that were interrupted, or
 * that do not end what they start.
 *
 * @returns their state folders.
 */
export async function endLeftovers(folder: string): Promise<string[]> {
    if (isStateFolder(folder)) {
        await stopLab(folder);
        await stopControlPlane(folder);
        return [folder];
    }
    // What an interrupted test started may still be deleting its own.
    const entries = fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : [];
    const ended: string[] = [];
    for (const entry of entries) {
        if (entry.isDirectory()) {
            ended.push(...(await endLeftovers(path.join(folder, entry.name))));
        }
    }
    return ended;
}

/** How long processes may take to see that what started them is gone. */
const endPatience = { every: 100, atMost: 20_000 };

/**
 * Kills the processes that know of `folder` by their arguments or environment, if they do not end by themselves.
 *
 * @returns their command lines.
 */
export async function killLeftovers(folder: string): Promise<string[]> {
    const left = await poll(
        () => processesKnowing(folder),
        ({ length }) => length === 0,
        endPatience,
    );
    for (const { pid } of left) {
        try {
            process.kill(pid, "SIGKILL");
        } catch {
            // It has ended after all.
        }
    }
    return left.map(({ command }) => command);
}
