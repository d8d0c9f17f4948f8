import * as fs from "fs";

/** How often to look whether the engine is still there, in milliseconds. */
const checkInterval = 500;

/**
 * Ends this process, a plugin, when the engine that started it is gone, however it went: a plugin must never stay
 * behind. The engine holds our standard input open; where that is no pipe, the parent's process id tells.
 */
export function endWithEngine(): void {
    const parent = process.ppid;
    setInterval(() => {
        if (process.ppid !== parent) {
            process.exit(0);
        }
    }, checkInterval);
    if (fs.fstatSync(0).isFIFO()) {
        process.stdin.on("end", () => process.exit(0));
        process.stdin.resume();
    }
}
