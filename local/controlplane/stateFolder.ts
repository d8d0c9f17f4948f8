import { randomUUID } from "crypto";
import * as fs from "fs";
import * as path from "path";

/** Says that a folder is a control plane's, and may therefore be deleted with all that is in it. */
const markerName = ".llm-d-control-plane";
const lockName = "lock";

/** Where the files of one control plane are. */
export interface StateLayout {
    folder: string;
    /** The administrator's kubeconfig, for users and for Pulumi. */
    kubeconfig: string;
    /** Held while the control plane is started or stopped. */
    lock: string;
    certificates: string;
    etcdData: string;
    logs: string;
    /** Records of processes, ports, and the servers' own kubeconfigs. */
    run: string;
    /** How the API server reaches pods and Services. */
    egressConfig: string;
}

/** Folder of Unix sockets within the state folder. */
export const socketsFolder = "sockets";

/** Names the files of the control plane that lives in `stateDir`; touches none. */
export function stateLayout(stateDir: string): StateLayout {
    // Absolute, because the components run in another folder than whoever names this one.
    const folder = path.resolve(stateDir);
    return {
        folder,
        kubeconfig: path.join(folder, "kubeconfig"),
        lock: path.join(folder, lockName),
        certificates: path.join(folder, "certificates"),
        etcdData: path.join(folder, "etcd"),
        logs: path.join(folder, "logs"),
        run: path.join(folder, "run"),
        egressConfig: path.join(folder, "run", "egress.yaml"),
    };
}

/**
 * Claims a folder for a control plane: makes it, readable by its owner only, and marks it. Whoever wants to keep
 * files of the same lifetime there (deleted with the control plane) before it starts, calls this first.
 * Calling it again changes nothing.
 *
 * @throws Error when the folder holds files and is not a control plane's: it would be deleted one day.
 */
export function prepareStateFolder(stateDir: string): void {
    refuseForeignFolder(stateDir);
    fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    fs.chmodSync(stateDir, 0o700);
    fs.writeFileSync(
        path.join(stateDir, markerName),
        "This folder is deleted when the embedded control plane is stopped.\n",
        { mode: 0o600 },
    );
    const layout = stateLayout(stateDir);
    for (const folder of [layout.logs, layout.run, path.join(stateDir, socketsFolder)]) {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
}

/** Whether a control plane has claimed the folder. */
export function isStateFolder(folder: string): boolean {
    return fs.existsSync(path.join(folder, markerName));
}

/** @throws Error when it is no folder, or holds files and is not a control plane's; nothing in it is read or written. */
export function refuseForeignFolder(stateDir: string): void {
    const found = fs.statSync(stateDir, { throwIfNoEntry: false });
    if (found !== undefined && !found.isDirectory()) {
        throw new Error(`${stateDir} is no folder. Name an empty or a new folder.`);
    }
    const names = found === undefined ? [] : fs.readdirSync(stateDir);
    // A lock alone is of a process that is just starting or stopping a control plane here.
    const foreign = names.filter((name) => name !== lockName && !name.startsWith(`${lockName}.`));
    if (foreign.length > 0 && !isStateFolder(stateDir)) {
        throw new Error(
            `${stateDir} is not an embedded control plane's folder: it holds ${foreign.slice(0, 3).join(", ")}. ` +
                "Name an empty or a new folder.",
        );
    }
}

/**
 * Deletes the folder and all in it, the marker last, so that an interrupted deletion can be done again.
 * The caller holds the folder's lock, which goes with it.
 */
export function deleteStateFolder(stateDir: string): void {
    const last = [markerName, lockName];
    for (const name of fs.readdirSync(stateDir)) {
        if (!last.includes(name)) {
            fs.rmSync(path.join(stateDir, name), { recursive: true, force: true, maxRetries: 5 });
        }
    }
    for (const name of last) {
        fs.rmSync(path.join(stateDir, name), { force: true });
    }
    try {
        fs.rmdirSync(stateDir);
    } catch (error) {
        // Another process has taken the lock meanwhile, to start a control plane here: the folder is its own now.
        if ((error as NodeJS.ErrnoException).code !== "ENOTEMPTY") {
            throw error;
        }
    }
}

/**
 * Writes a file that only its owner can read, whole or not at all, and only where its contents change: whoever reads it
 * meanwhile has the old one or the new one.
 *
 * @param mode default: readable and writable by the owner.
 */
export function writePrivateFile(file: string, contents: string, mode = 0o600): void {
    if (fs.existsSync(file) && fs.readFileSync(file, "utf8") === contents) {
        return;
    }
    const unfinished = `${file}.${randomUUID()}`;
    fs.writeFileSync(unfinished, contents, { mode });
    fs.renameSync(unfinished, file);
}

/** Makes a symbolic link lead to a file, in one step and only where it leads elsewhere. */
export function linkTo(target: string, link: string): void {
    if (fs.lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink() && fs.readlinkSync(link) === target) {
        return;
    }
    const unfinished = `${link}.${randomUUID()}`;
    fs.symlinkSync(target, unfinished);
    fs.renameSync(unfinished, link);
}

/** @returns the parsed JSON of a file, or undefined where it is missing or damaged. */
export function readJson(file: string): unknown {
    try {
        return JSON.parse(fs.readFileSync(file, "utf8"));
    } catch {
        return undefined;
    }
}
