import { spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as path from "path";
import { text } from "stream/consumers";
import type { Readable } from "stream";
import { stringify } from "yaml";
import { npmRun } from "../../../commands/shared/npmRun";
import { manifests } from "../../policy/bench/synthetic";

/** What a run of `judge` used. */
export interface Usage {
    /** Of the process, in seconds: the user's and the system's. */
    cpu: number;
    /** In seconds. */
    wall: number;
    /** The most that was resident, in MiB. */
    memory: number;
    /** The packages of node_modules that it loaded. */
    loaded: readonly string[];
}

/** Writes a program's manifests, as `helm template` would. */
export function writeManifests(folder: string, size: number): string {
    const file = path.join(folder, `${String(size)}.yaml`);
    fs.writeFileSync(
        file,
        manifests(size)
            .map((manifest) => stringify(manifest))
            .join("---\n"),
    );
    return file;
}

/** Judges a file as `npm run judge` does, without npm's own start. */
export async function run(file: string): Promise<Usage> {
    const begun = performance.now();
    const preload = ["-r", path.join(__dirname, "usage.js")];
    const child = spawn(process.execPath, [...preload, ...npmRun("commands/judge/main.ts"), file], {
        stdio: ["ignore", "ignore", "inherit", "pipe"],
    });
    const [told] = await Promise.all([text(child.stdio[3] as Readable), once(child, "exit")]);
    const { userCPUTime, systemCPUTime, maxRSS, loaded } = JSON.parse(told) as NodeJS.ResourceUsage & {
        loaded: string[];
    };
    return {
        cpu: (userCPUTime + systemCPUTime) / 1e6,
        wall: (performance.now() - begun) / 1000,
        memory: maxRSS / 1024,
        loaded,
    };
}
