import { execFileSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { startControlPlane, stopControlPlane } from "../../local/controlplane";
import { type Engine, type EngineOptions, openEngine } from "../../local/engine";
import { engineLayout, stateFile } from "../../local/engine/layout";
import { ensureToolchain, type Toolchain } from "../../local/toolchain";

/** A control plane of its own for the tests of a file, and stacks on it. */
export interface Harness {
    kubeconfig: string;
    toolchain: Toolchain;
    /** Folder that is deleted after the tests. */
    folder: string;
    /** Runs kubectl and gives what it prints. */
    kubectl(...args: string[]): string;
    /** Applies a manifest as somebody other than Pulumi. */
    applyElsewhere(manifest: object): void;
    /** Opens a stack called `dev` of its own state folder; the lines it reports are in `lines`. */
    open(
        name: string,
        program: EngineOptions["program"],
        options?: Partial<EngineOptions>,
    ): Promise<OpenStack>;
    /** The whole state of such a stack as it is on disk. */
    stateOf(name: string): string;
}

export interface OpenStack extends Engine {
    lines: string[];
}

/** Starts the control plane before the tests of the surrounding `describe`, and stops it after them. */
export function useControlPlane(): Harness {
    const harness = {} as Harness;
    before(async () => {
        harness.toolchain = await ensureToolchain(() => undefined);
        harness.folder = fs.mkdtempSync(path.join(os.tmpdir(), "llm-d-engine-"));
        const stateDir = path.join(harness.folder, "control-plane");
        const { toolchain } = harness;
        const started = await startControlPlane({ toolchain, stateDir, report: () => undefined });
        harness.kubeconfig = started.kubeconfig;
        const project = path.join(harness.folder, "project");
        fs.mkdirSync(project);
        fs.writeFileSync(path.join(project, "Pulumi.yaml"), "name: demo\nruntime: nodejs\n");
    });
    after(async () => {
        await stopControlPlane(path.join(harness.folder, "control-plane"));
        fs.rmSync(harness.folder, { recursive: true, force: true });
    });
    const kubectl = (args: string[], input?: string): string =>
        execFileSync(
            harness.toolchain.kubectl,
            [
                `--kubeconfig=${harness.kubeconfig}`,
                `--cache-dir=${path.join(harness.folder, "cache")}`,
                ...args,
            ],
            { encoding: "utf8", input, env: { HOME: harness.folder }, stdio: "pipe" },
        ).trim();
    harness.kubectl = (...args) => kubectl(args);
    harness.applyElsewhere = (manifest) =>
        kubectl(
            ["apply", "--server-side", "--force-conflicts", "--field-manager=somebody-else", "-f", "-"],
            JSON.stringify(manifest),
        );
    harness.open = async (name, program, options = {}) => {
        const lines: string[] = [];
        const engine = await openEngine({
            pulumi: harness.toolchain.pulumi,
            kubernetesProvider: harness.toolchain.kubernetesProvider,
            projectRoot: path.join(harness.folder, "project"),
            stateDir: path.join(harness.folder, "stacks", name),
            kubeconfig: harness.kubeconfig,
            program,
            policyPacks: [],
            report: (line) => lines.push(line),
            ...options,
        });
        return Object.assign(engine, { lines });
    };
    harness.stateOf = (name) => {
        const layout = engineLayout(path.join(harness.folder, "stacks", name), "dev");
        return fs.readFileSync(stateFile(layout, "demo", "dev"), "utf8");
    };
    return harness;
}
