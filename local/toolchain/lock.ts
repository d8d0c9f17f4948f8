import { randomUUID } from "crypto";
import * as fs from "fs";
import * as path from "path";
import { setTimeout as sleep } from "timers/promises";
import { isRunning, processIdentity } from "./processIdentity";

interface Owner {
    pid: number;
    /** See {@link processIdentity}: a reused pid does not keep a dead owner's lock alive. */
    identity: string;
    /** Tells two holders within one process apart. */
    nonce: string;
}

/** How long between two looks at a lock that another process holds, in milliseconds. */
const pollInterval = 200;

/**
 * A takeover is a handful of file operations; one that has lasted this long (milliseconds) was killed on the way.
 */
const takeoverLimit = 10_000;

/**
 * Runs `work` while holding the lock `file`, which no two processes (nor two callers in one process) hold at once.
 * The lock of a process that died is taken over. The folder of `file` is made if it is not there.
 *
 * @param waiting called once, with the owner's pid, when another live process holds the lock.
 * @returns what `work` returns. The lock is released in any case.
 */
export async function withLock<T>(
    file: string,
    waiting: (ownerPid: number) => void,
    work: () => Promise<T>,
): Promise<T> {
    const mine: Owner = {
        pid: process.pid,
        identity: processIdentity(process.pid) ?? "",
        nonce: randomUUID(),
    };
    let announced = false;
    while (!tryAcquire(file, mine)) {
        const owner = readOwner(file);
        if (owner !== undefined && !announced) {
            waiting(owner.pid);
            announced = true;
        }
        await sleep(pollInterval);
    }
    try {
        return await work();
    } finally {
        release(file, mine);
    }
}

function tryAcquire(file: string, mine: Owner): boolean {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    if (createWith(file, mine)) {
        return true;
    }
    return !isHeld(file) && takeOver(file, mine);
}

/** Creates `file` with its contents already in it, or not at all: a link either appears whole or fails. */
function createWith(file: string, owner: Owner): boolean {
    const prepared = `${file}.${owner.nonce}`;
    try {
        fs.writeFileSync(prepared, JSON.stringify(owner), { mode: 0o600 });
        fs.linkSync(prepared, file);
        return true;
    } catch (error) {
        // ENOENT: whoever held the lock has just removed the folder it stood in.
        if (isCode(error, "EEXIST") || isCode(error, "ENOENT")) {
            return false;
        }
        throw error;
    } finally {
        fs.rmSync(prepared, { force: true });
    }
}

/**
 * Replaces a dead owner's lock. Two processes may see the same dead owner: without the guard, the slower one would
 * replace the lock that the faster one has taken meanwhile.
 */
function takeOver(file: string, mine: Owner): boolean {
    const guard = `${file}.takeover`;
    try {
        fs.mkdirSync(guard);
    } catch {
        const started = fs.statSync(guard, { throwIfNoEntry: false })?.mtimeMs;
        if (started !== undefined && Date.now() - started > takeoverLimit) {
            fs.rmSync(guard, { recursive: true, force: true });
        }
        return false;
    }
    try {
        if (isHeld(file)) {
            return false;
        }
        fs.rmSync(file, { force: true });
        return createWith(file, mine);
    } finally {
        fs.rmSync(guard, { recursive: true, force: true });
    }
}

function isHeld(file: string): boolean {
    const owner = readOwner(file);
    return owner !== undefined && isRunning(owner.pid, owner.identity);
}

/** An unreadable lock belongs to nobody: locks appear whole, so it was damaged after its owner's death. */
function readOwner(file: string): Owner | undefined {
    try {
        const owner = JSON.parse(fs.readFileSync(file, "utf8")) as Partial<Owner>;
        return typeof owner.pid === "number" && typeof owner.identity === "string"
            ? { pid: owner.pid, identity: owner.identity, nonce: String(owner.nonce) }
            : undefined;
    } catch {
        return undefined;
    }
}

function release(file: string, mine: Owner): void {
    if (readOwner(file)?.nonce === mine.nonce) {
        fs.rmSync(file, { force: true });
    }
}

function isCode(error: unknown, code: string): boolean {
    return (error as NodeJS.ErrnoException).code === code;
}
