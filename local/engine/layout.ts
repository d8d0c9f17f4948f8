import { randomBytes } from "crypto";
import * as fs from "fs";
import * as path from "path";

/** Where one embedded engine keeps its files. Nothing of it is in the checkout, or in the user's own `~/.pulumi`. */
export interface EngineLayout {
    /** Copies of the project's and the stack's settings; the CLI's working directory. */
    work: string;
    /** The file backend: the stacks' states. */
    backend: string;
    /** The CLI's own files: plugins, credentials, workspaces. */
    home: string;
    /** The passphrase that encrypts secrets in the states. */
    passphrase: string;
    /** Who runs an operation now, or was running one when it was killed. */
    owner: string;
    /** There while the state may lag behind the cluster: the next operation refreshes. */
    needsRefresh: string;
}

/** The files of the engine of a state folder. */
export function engineLayout(stateDir: string): EngineLayout {
    const root = path.join(stateDir, "pulumi");
    return {
        work: path.join(root, "work"),
        backend: path.join(root, "backend"),
        home: path.join(root, "home"),
        passphrase: path.join(root, "passphrase"),
        owner: path.join(root, "owner.json"),
        needsRefresh: path.join(root, "needs-refresh"),
    };
}

/** Makes the folders, readable by their owner only, and the passphrase, once. */
export function prepareLayout(layout: EngineLayout): void {
    for (const folder of [layout.work, layout.backend, layout.home]) {
        fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    }
    if (!fs.existsSync(layout.passphrase)) {
        fs.writeFileSync(layout.passphrase, randomBytes(24).toString("base64url"), {
            mode: 0o600,
            flag: "wx",
        });
    }
}

/** The passphrase of {@link prepareLayout}. */
export function readPassphrase(layout: EngineLayout): string {
    return fs.readFileSync(layout.passphrase, "utf8").trim();
}
