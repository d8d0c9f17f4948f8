import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { environment, type Program } from "./programs";

/** When a process came to what, in milliseconds since it started: see `phases.js`. */
interface Phases {
    /** It began to load the program or the pack; until then Node and Pulumi's launcher were loaded. */
    started: number;
    /** All its modules are loaded. */
    loaded: number;
    /** Its end; a pack has none, because the engine kills it. */
    ended?: number;
    /** Of loading, what the packages of Pulumi take. */
    sdk: number;
    /** Of loading, what making JavaScript takes. */
    compile: number;
}

/** One preview. Times are in milliseconds. */
export interface Run {
    /** Of the whole `pulumi preview`. */
    total: number;
    /** Resources that it would create, the stack's own included. */
    resources: number;
    program: Required<Phases>;
    /** Only with a pack. */
    pack?: Phases;
}

/**
 * Previews a program once, as a process of its own.
 *
 * @param env the CLI's, with the cluster in KUBECONFIG.
 * @throws Error with what the CLI says, when the preview fails.
 */
export function preview({ folder, policyPack }: Program, env: NodeJS.ProcessEnv): Run {
    const notes = fs.mkdtempSync(path.join(path.dirname(folder), "phases-"));
    const before = performance.now();
    const { status, stdout, stderr } = spawnSync(
        "pulumi",
        [
            ...["preview", "--stack", environment, "--non-interactive"],
            ...(policyPack === undefined ? [] : ["--policy-pack", policyPack]),
        ],
        {
            cwd: folder,
            encoding: "utf8",
            env: {
                ...env,
                BENCH_PHASES: notes,
                // Node reads quotes there as JSON has them.
                NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, "phases.js"))}`,
            },
        },
    );
    const total = performance.now() - before;
    if (status !== 0) {
        throw new Error(`${folder}: the preview failed:\n${stdout}${stderr}`);
    }
    const phases = (process: string) =>
        JSON.parse(fs.readFileSync(path.join(notes, `${process}.json`), "utf8")) as Required<Phases>;
    return {
        total,
        resources: Number(/\+ (\d+) to create/.exec(stdout)![1]),
        program: phases("run"),
        ...(policyPack === undefined ? {} : { pack: phases("run-policy-pack") }),
    };
}
