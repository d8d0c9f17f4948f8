import { poll } from "../../commands/shared/poll";
import type { Certificates } from "./certificates";
import type { ComponentName } from "./components";
import { isHealthy } from "./components";
import type { ProcessSpec } from "./processes";
import { end, findRunning, lastLines, launch } from "./processes";

/** How long a component may take to become healthy after its start, in milliseconds. */
const startLimit = 180_000;

/** How long one that was running already may take, e.g. because etcd is only coming back, before it is restarted. */
const recoveryLimit = 15_000;
const pollInterval = 100;

/** How long a component may take to end by itself, in milliseconds. */
export const endGrace = 3_000;

/** A component that ended, or stayed unhealthy, right after its start. */
export class ComponentError extends Error {
    /** Whether another process took the component's port between its choice and the start. */
    readonly portTaken: boolean;

    constructor(
        readonly component: ComponentName,
        happened: string,
        logFile: string,
    ) {
        const lines = lastLines(logFile, 15);
        const shown = lines.length === 0 ? "    (nothing)" : lines.map((line) => `    ${line}`).join("\n");
        const afresh = "Stopping the control plane deletes its data, which may be what is damaged.";
        super(`${component} ${happened}. The last lines of its log (${logFile}):\n${shown}\n  ${afresh}`);
        this.name = "ComponentError";
        this.portTaken = lines.some((line) => line.includes("address already in use"));
    }
}

/**
 * Makes sure that a component runs as specified and is healthy. One that does so already is left alone.
 *
 * @returns whether a process was started.
 * @throws {@link ComponentError}
 */
export async function bringUp(
    name: ComponentName,
    port: number,
    spec: ProcessSpec,
    certificates: Certificates,
    report: (line: string) => void,
): Promise<boolean> {
    const running = findRunning(spec.recordFile);
    if (running?.fingerprint === spec.fingerprint) {
        if (await becomesHealthy(name, port, spec, certificates, recoveryLimit)) {
            return false;
        }
        report(`${name} (process ${running.pid}) does not answer; restarting it`);
    }
    await end(spec.recordFile, endGrace);
    const started = await launch(spec);
    report(`Started ${name} (process ${started.pid}, port ${port})`);
    if (!(await becomesHealthy(name, port, spec, certificates, startLimit))) {
        const ended = findRunning(spec.recordFile) === undefined;
        const happened = ended
            ? "ended right after its start"
            : `is not healthy after ${startLimit / 1000} s`;
        throw new ComponentError(name, happened, spec.logFile);
    }
    return true;
}

/** @returns false when the component ended or the time (milliseconds) is over. */
function becomesHealthy(
    name: ComponentName,
    port: number,
    spec: ProcessSpec,
    certificates: Certificates,
    limit: number,
): Promise<boolean> {
    const hasEnded = () => findRunning(spec.recordFile) === undefined;
    return poll(
        async () => !hasEnded() && isHealthy(name, port, certificates),
        (healthy) => healthy || hasEnded(),
        { every: pollInterval, atMost: limit },
    );
}
