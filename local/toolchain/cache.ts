import { createHash, randomUUID } from "crypto";
import * as fs from "fs";
import * as path from "path";
import { pipeline } from "stream/promises";
import { withLock } from "./lock";

/** Something that takes long to make and is kept: a built tool, or files copied out of a module. */
export interface CacheEntry {
    /** Unique among the entries asked for together. */
    name: string;
    version: string;
    /** Of everything that the contents depend on besides name and version; see {@link fingerprint}. */
    fingerprint: string;
    /** What is made along the way and kept by the tools themselves; entries with the same are not made at once. */
    shares?: string;
    /** Fills the empty folder it is given. May throw; a half-filled folder is never used. */
    produce(folder: string): Promise<void>;
}

interface Manifest {
    /** By path relative to the entry's folder, with forward slashes. */
    files: Record<string, { size: number; sha256: string; mtimeMs: number }>;
}

const manifestName = "manifest.json";

/** How many entries are made at once: linking keeps one core busy, and leaves the others to the next build. */
const concurrency = 2;

/** How often a long step says that it is still being worked on, in milliseconds. */
const progressInterval = 15_000;

/** A short hash of the parts, for {@link CacheEntry.fingerprint}. */
export function fingerprint(...parts: string[]): string {
    const hash = createHash("sha256");
    for (const part of parts) {
        hash.update(`${Buffer.byteLength(part)}:${part}`);
    }
    return hash.digest("hex").slice(0, 12);
}

/** Where an entry's files are, once {@link ensureEntries} has returned. */
export function entryFolder(root: string, entry: CacheEntry): string {
    return path.join(
        root,
        `${entry.name}-${entry.version}-${process.platform}-${process.arch}-${entry.fingerprint}`,
    );
}

/**
 * Makes every entry that is not in the cache whole, {@link concurrency} at a time, begun in the order given.
 *
 * What is there is checked against its manifest first: a file that is missing, or differs in size or contents,
 * is said in one line and the entry is made again. Processes that need the same cache at once wait for each other.
 *
 * @param root the cache's folder; made if it is not there.
 * @param report takes one line of progress at a time.
 * @throws whatever an entry's `produce` throws; entries made before it, or at the same time, stay.
 */
export async function ensureEntries(
    root: string,
    entries: CacheEntry[],
    report: (line: string) => void,
): Promise<void> {
    if ((await findProblems(root, entries)).length === 0) {
        return;
    }
    const waiting = (pid: number) => report(`Waiting for process ${pid}, which is building the same tools`);
    await withLock(path.join(root, "lock"), waiting, async () => {
        // Looked at again: another process may have made them while this one waited.
        const problems = await findProblems(root, entries);
        await sideBySide([...problems.entries()], {
            shares: ([, { entry }]) => entry.shares,
            work: async ([index, { entry, problem }]) => {
                if (problem !== undefined) {
                    report(
                        `${entry.name} ${entry.version} in the cache is damaged (${problem}); making it again`,
                    );
                }
                await produceEntry(root, entry, `[${index + 1}/${problems.length}]`, report);
            },
        });
    });
}

/**
 * Works on {@link concurrency} items at a time, begun in their order, but never on two that share something.
 *
 * @throws what the first failed `work` throws, once what was under way has ended; nothing is begun after a failure.
 */
async function sideBySide<T>(
    items: T[],
    { shares, work }: { shares: (item: T) => string | undefined; work: (item: T) => Promise<void> },
): Promise<void> {
    const left = [...items];
    const underWay = new Set<string | undefined>();
    const takeNext = () => {
        const at = left.findIndex((item) => shares(item) === undefined || !underWay.has(shares(item)));
        return at < 0 ? undefined : left.splice(at, 1)[0];
    };
    const worker = async () => {
        for (let item = takeNext(); item !== undefined; item = takeNext()) {
            underWay.add(shares(item));
            try {
                await work(item);
            } catch (error) {
                left.length = 0;
                throw error;
            } finally {
                underWay.delete(shares(item));
            }
        }
    };
    const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, worker));
    const failure = outcomes.find((outcome) => outcome.status === "rejected");
    if (failure !== undefined) {
        throw failure.reason;
    }
}

interface Problem {
    entry: CacheEntry;
    /** undefined: the entry was simply never made. */
    problem: string | undefined;
}

async function findProblems(root: string, entries: CacheEntry[]): Promise<Problem[]> {
    const problems: Problem[] = [];
    for (const entry of entries) {
        const folder = entryFolder(root, entry);
        const problem = fs.existsSync(folder) ? await findDamage(folder) : undefined;
        if (problem !== undefined || !fs.existsSync(folder)) {
            problems.push({ entry, problem });
        }
    }
    return problems;
}

/**
 * Compares a folder with its manifest. The contents of a file that still has the size and modification time it was
 * made with are not read again: hashing half a gigabyte at each start would cost a second or more.
 */
async function findDamage(folder: string): Promise<string | undefined> {
    let manifest: Manifest;
    try {
        manifest = JSON.parse(fs.readFileSync(path.join(folder, manifestName), "utf8")) as Manifest;
        if (Object.keys(manifest.files).length === 0) {
            return "its manifest lists no file";
        }
    } catch {
        return "its manifest is missing or unreadable";
    }
    let touched = false;
    for (const [name, expected] of Object.entries(manifest.files)) {
        const file = path.join(folder, name);
        const stat = fs.statSync(file, { throwIfNoEntry: false });
        if (stat === undefined) {
            return `${name} is missing`;
        }
        if (stat.size !== expected.size) {
            return `${name} is ${stat.size} bytes long instead of ${expected.size}`;
        }
        if (stat.mtimeMs !== expected.mtimeMs) {
            if ((await sha256(file)) !== expected.sha256) {
                return `${name} has other contents than it was made with`;
            }
            expected.mtimeMs = stat.mtimeMs;
            touched = true;
        }
    }
    if (touched) {
        // Restored or copied caches have new modification times; remembering them saves the next hashing.
        writeManifest(folder, manifest);
    }
    return undefined;
}

async function produceEntry(
    root: string,
    entry: CacheEntry,
    position: string,
    report: (line: string) => void,
): Promise<void> {
    const folder = entryFolder(root, entry);
    removeLeftovers(folder);
    const started = Date.now();
    const seconds = () => Math.round((Date.now() - started) / 1000);
    report(`${position} Making ${entry.name} ${entry.version}`);
    const ticker = setInterval(() => {
        report(`${position} Still making ${entry.name} ${entry.version} (${seconds()} s)`);
    }, progressInterval);
    const unfinished = `${folder}.unfinished-${randomUUID()}`;
    try {
        fs.mkdirSync(unfinished, { recursive: true });
        await entry.produce(unfinished);
        writeManifest(unfinished, await describe(unfinished));
        fs.rmSync(folder, { recursive: true, force: true });
        fs.renameSync(unfinished, folder);
    } finally {
        clearInterval(ticker);
        fs.rmSync(unfinished, { recursive: true, force: true });
    }
    report(`${position} Made ${entry.name} ${entry.version} in ${seconds()} s`);
}

/** Only the lock's holder makes entries, so unfinished folders of this entry are of processes that were killed. */
function removeLeftovers(folder: string): void {
    const prefix = `${path.basename(folder)}.unfinished-`;
    for (const name of fs.readdirSync(path.dirname(folder))) {
        if (name.startsWith(prefix)) {
            fs.rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true });
        }
    }
}

async function describe(folder: string): Promise<Manifest> {
    const manifest: Manifest = { files: {} };
    for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) {
            const file = path.join(entry.parentPath, entry.name);
            const { size, mtimeMs } = fs.statSync(file);
            const name = path.relative(folder, file).split(path.sep).join("/");
            manifest.files[name] = { size, sha256: await sha256(file), mtimeMs };
        }
    }
    return manifest;
}

function writeManifest(folder: string, manifest: Manifest): void {
    const file = path.join(folder, manifestName);
    fs.writeFileSync(`${file}.new`, JSON.stringify(manifest, undefined, 2));
    fs.renameSync(`${file}.new`, file);
}

async function sha256(file: string): Promise<string> {
    const hash = createHash("sha256");
    await pipeline(fs.createReadStream(file), hash);
    return hash.digest("hex");
}
