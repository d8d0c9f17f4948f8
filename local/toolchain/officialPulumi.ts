import * as fs from "fs";
import * as path from "path";
import { runCommand } from "./command";
import { minimumPulumi } from "./versions";

/** What a look for an official Pulumi CLI on PATH came to. */
export type OfficialPulumi =
    | { found: true; executable: string; version: string }
    /** `why` reads as the end of a sentence about the `pulumi` that was, or was not, found. */
    | { found: false; why: string };

/**
 * Looks on PATH for a Pulumi CLI of an official release, which (unlike one built from its Go module) comes with the
 * language host for Node.js and is recent enough.
 */
export async function findOfficialPulumi(): Promise<OfficialPulumi> {
    const executable = onPath("pulumi");
    if (executable === undefined) {
        return { found: false, why: "there is none on PATH" };
    }
    let version: string;
    try {
        const options = {
            step: "Asking pulumi for its version",
            env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        };
        version = (await runCommand(executable, ["version"], options)).trim();
    } catch {
        return { found: false, why: `${executable} does not run` };
    }
    const release = /^v(\d+)\.(\d+)\.\d+$/.exec(version);
    if (release === null) {
        return { found: false, why: `${executable} is no release (it says "${version}")` };
    }
    const [major, minor] = [Number(release[1]), Number(release[2])];
    if (major !== minimumPulumi[0] || minor < minimumPulumi[1]) {
        return { found: false, why: `${executable} is ${version}, and ${minimumPulumi.join(".")} is needed` };
    }
    if (onPath("pulumi-language-nodejs") === undefined) {
        return { found: false, why: `${executable} comes without pulumi-language-nodejs` };
    }
    return { found: true, executable, version };
}

function onPath(name: string): string | undefined {
    for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
        const file = path.join(folder, name);
        try {
            fs.accessSync(file, fs.constants.X_OK);
            if (path.isAbsolute(folder) && fs.statSync(file).isFile()) {
                return file;
            }
        } catch {
            // Not in this folder of PATH.
        }
    }
    return undefined;
}
