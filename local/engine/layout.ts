import { randomBytes } from "crypto";
import * as fs from "fs";
import * as path from "path";

/**
 * Where the embedded engine keeps the files of one stack. Stacks of a state folder share all but what says how it is
 * with one of them. Nothing of it is in the checkout, or in the user's own `~/.pulumi`.
 */
export interface EngineLayout {
    /** Copies of the project's and the stack's settings; the CLI's working directory. */
    work: string;
    /** The file backend: the stacks' states. */
    backend: string;
    /** The CLI's own files: plugins, credentials, workspaces. */
    home: string;
    /** The passphrase that encrypts secrets in the states. */
    passphrase: string;
    /** Held by the run that changes the stack. */
    lock: string;
    /** There while the stack's state may lag behind the cluster: its next operation refreshes. */
    needsRefresh: string;
}

/** The files of the engine of a state folder, for one of its stacks. */
export function engineLayout(stateDir: string, stack: string): EngineLayout {
    const root = path.join(stateDir, "pulumi");
    const ofStack = path.join(root, "stacks", stack);
    return {
        work: path.join(root, "work"),
        backend: path.join(root, "backend"),
        home: path.join(root, "home"),
        passphrase: path.join(root, "passphrase"),
        lock: path.join(ofStack, "lock"),
        needsRefresh: path.join(ofStack, "needs-refresh"),
    };
}

/** The state of a project's stack, as a backend in files keeps it. */
export function stateFile({ backend }: EngineLayout, project: string, stack: string): string {
    return path.join(backend, ".pulumi", "stacks", project, `${stack}.json`);
}

/** Makes the folders, readable by their owner only, and the passphrase, once. */
export function prepareLayout(layout: EngineLayout): void {
    const ofStack = path.dirname(layout.needsRefresh);
    for (const folder of [layout.work, layout.backend, layout.home, ofStack]) {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    leaveUnlogged(layout.home);
    if (!fs.existsSync(layout.passphrase)) {
        fs.writeFileSync(layout.passphrase, randomBytes(24).toString("base64url"), {
            mode: 0o600,
            flag: "wx",
        });
    }
}

/**
 * Has a CLI without logs of before write none: by itself it logs all that it does, at every level, whatever it is asked,
 * which takes a quarter of its processor time. It goes without where it cannot make its folder for them (pulumi 3.255,
 * `StartLogging` of pkg/logging/encrypted.go); there is no setting.
 *
 * @param home the CLI's, which is there.
 */
export function leaveUnlogged(home: string): void {
    const logs = path.join(home, "logs");
    if (!fs.existsSync(logs)) {
        fs.writeFileSync(logs, "");
    }
}

/** The passphrase of {@link prepareLayout}. */
export function readPassphrase(layout: EngineLayout): string {
    return fs.readFileSync(layout.passphrase, "utf8").trim();
}
