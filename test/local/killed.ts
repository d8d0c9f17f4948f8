import { spawn } from "child_process";
import { once } from "events";
import { setTimeout as sleep } from "timers/promises";
import { projectRoot } from "../../local/paths";

/**
 * Runs a script in the project's folder and kills it.
 *
 * @param script TypeScript's modules can be required in it; it writes "go" when what is to be disturbed begins.
 * @param delay how long after that it is killed, in milliseconds.
 */
export async function runAndKill(script: string, delay: number): Promise<void> {
    const args = ["-r", "./commands/shared/register.js", "-e", script];
    const child = spawn(process.execPath, args, { cwd: projectRoot, stdio: ["ignore", "pipe", "inherit"] });
    // Listened for from the beginning: it may be done before it is killed.
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    await sleep(delay);
    child.kill("SIGKILL");
    await ended;
}
