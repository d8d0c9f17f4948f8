import * as os from "os";
import * as path from "path";

/** The checkout this program stands in. */
export const projectRoot = path.resolve(__dirname, "..");

/**
 * Everything a running embedded control plane owns (certificates, data, logs, the stack's local backend).
 * Git-ignored; `make down` removes it. `LLMD_LOCAL_STATE` moves it, so that tests run beside a user's own stack.
 */
export const stateDir = path.resolve(process.env.LLMD_LOCAL_STATE || path.join(projectRoot, ".local"));

/**
 * Built tools, shared by every checkout of this user and keyed by version.
 * `LLMD_LOCAL_CACHE` moves it; otherwise it follows the XDG base directory specification.
 */
export const cacheDir = path.resolve(
    process.env.LLMD_LOCAL_CACHE ||
        path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache"), "llm-d-inference"),
);
