import * as fs from "fs";
import * as path from "path";
import { stopControlPlane } from "../../local/controlplane";
import { isStateFolder } from "../../local/controlplane/stateFolder";
import { stopLab } from "../../local/lab";

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
    const ended: string[] = [];
    for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) {
            ended.push(...(await endLeftovers(path.join(folder, entry.name))));
        }
    }
    return ended;
}
