import { spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as path from "path";
import type { EngineEvent, OutputMap, PulumiFn } from "@pulumi/pulumi/automation";
import { LocalWorkspace, PulumiCommand, Stack } from "@pulumi/pulumi/automation";
import { linkTo } from "../controlplane/stateFolder";
import { separateConnections } from "./connections";
import { engineEnvironment, withProcessVariables } from "./environment";
import { aloneOn, breakStaleLocks, resolvePendingOperations } from "./interruption";
import { chooseKubernetesPlugin, installPlugin } from "./kubernetesPlugin";
import { engineLayout, prepareLayout, stateFile, type EngineLayout } from "./layout";
import { LineSplitter } from "../../commands/shared/lines";
import { EngineError, ResultCollector, type RunResult } from "./runResult";
import { readStackFiles, type StackFiles } from "./stackFiles";
import {
    mayHavePendingOperations,
    plainOutputs,
    readState,
    type StackState,
    type StateResource,
} from "./state";

export type { StateResource } from "./state";
export { EngineError, type Diagnostic, type RunResult, type Step, type Violation } from "./runResult";

/** What to drive, and with what. */
export interface EngineOptions {
    /** Path of the Pulumi CLI. */
    pulumi: string;
    /** Path of the Kubernetes provider that serves where the user has none; see {@link chooseKubernetesPlugin}. */
    kubernetesProvider: string;
    /** The checkout that has `Pulumi.yaml` and `Pulumi.<stack>.yaml`. */
    projectRoot: string;
    /** Folder for the state, the settings in use, and the passphrase; they go into its subfolder `pulumi`. */
    stateDir: string;
    /** Default: "dev". */
    stack?: string;
    /** Path of the kubeconfig of the cluster to deploy to. */
    kubeconfig: string;
    /** Config values over the stack's own, by `key` or `namespace:key`; objects are merged deeply. Default: none. */
    config?: Record<string, unknown>;
    /**
     * Values of settings that are secret, by the settings' names as `pulumi config set --path` has them: encrypted with
     * the stack's own passphrase before each operation, as the program takes a secret in no other way. Default: none.
     */
    secrets?: ReadonlyMap<string, string>;
    /** The Pulumi program; what it returns are the stack's outputs. */
    program: PulumiFn;
    /**
     * Whether fields that somebody else set on the cluster are taken back. Default: false, such a field is a
     * conflict that makes `up` fail, as with the official provider and server-side apply.
     */
    forceConflicts?: boolean;
    /** Folders of policy packs. */
    policyPacks: string[];
    /** Files of the packs' config: one for each pack, in their order, or none. Default: none. */
    policyPackConfigs?: string[];
    /** Takes the engine's display, one line at a time, and what the engine itself has to say. */
    report: (line: string) => void;
    /** Whether the display is coloured. Default: false. */
    color?: boolean;
}

/** What one operation may differ in. */
export interface OperationOptions {
    /** Look at the cluster first and repair what changed there. Default: only after an interrupted run. */
    refresh?: boolean;
    /** Show the changes property by property. Default: false. */
    diff?: boolean;
    /** Cancels the operation: what is under way is ended and recorded. */
    signal?: AbortSignal;
}

/**
 * A stack on the embedded engine. Operations run one after another. Each rejects with an {@link EngineError} if it
 * fails, and first takes up what an earlier run, killed on its way, left behind. While another process runs one on the
 * same stack, they reject with nothing done.
 */
export interface Engine {
    /** Tells what `up` would do. Mandatory policy violations make it reject. */
    preview(options?: OperationOptions): Promise<RunResult>;
    /** Brings the cluster to what the program says. */
    up(options?: OperationOptions): Promise<RunResult>;
    /** Deletes everything the stack has. */
    destroy(options?: Omit<OperationOptions, "diff">): Promise<RunResult>;
    /** Records in the state what the cluster has. */
    refresh(options?: Omit<OperationOptions, "refresh" | "diff">): Promise<RunResult>;
    /** The stack's outputs as of the last `up`. */
    outputs(): Promise<OutputMap>;
    /** What the stack has, as of the last operation; secrets in it are encrypted. */
    resources(): StateResource[];
    /** The Automation API's stack, for what has no method here; its own `outputs` and `info` give nothing. */
    stack: Stack;
}

/**
 * Opens a stack with an inline program, which needs no language plugin: makes its folders and settings, and the
 * stack if there is none. Needs no network. What another run works with at this moment stays as it is.
 *
 * @throws if the CLI does not run, or the settings cannot be used: see {@link readStackFiles}.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
    const { pulumi, stateDir, kubeconfig, report, stack: stackName = "dev" } = options;
    separateConnections();
    const layout = engineLayout(stateDir, stackName);
    prepareLayout(layout);
    const plugin = chooseKubernetesPlugin(options.kubernetesProvider);
    installPlugin(plugin, layout.home);
    const files = readStackFiles({
        projectRoot: options.projectRoot,
        stack: stackName,
        config: options.config ?? {},
        forced: {
            "kubernetes:kubeconfig": kubeconfig,
            "kubernetes:context": undefined,
            "kubernetes:cluster": undefined,
            // The API server's port may change from one start to the next, and the cluster is still the same.
            "kubernetes:clusterIdentifier": "embedded",
        },
    });
    files.writeProject(layout.work);
    const pulumiCommand = await commandAt(pulumi, layout);
    report(`Engine: pulumi ${pulumiCommand.version?.version ?? "of unknown version"} at ${pulumi}`);
    report(plugin.description);
    const workspace = await LocalWorkspace.create({
        workDir: layout.work,
        pulumiHome: layout.home,
        pulumiCommand,
        program: options.program,
        envVars: {
            ...engineEnvironment(layout, { cli: pulumi, kubeconfig }),
            ...(options.forceConflicts ? { PULUMI_K8S_ENABLE_PATCH_FORCE: "true" } : {}),
        },
        secretsProvider: "passphrase",
    });
    // To find a stack that is there would take the CLI one process more, or two, and each operation names its own.
    workspace.selectStack = () => Promise.resolve();
    const isThere = fs.existsSync(stateFile(layout, files.projectName, stackName));
    const stack = await (isThere ? Stack.select(stackName, workspace) : Stack.create(stackName, workspace));
    // After each operation the Automation API asks the CLI for outputs and a summary, by three processes; nobody reads them.
    stack.outputs = () => Promise.resolve({});
    stack.info = () => Promise.resolve(undefined);
    return new EmbeddedEngine(stack, { files, layout, cli: pulumiCommand.command, options });
}

/** By the link, and what it leads to: a CLI is asked for its version once. */
const commands = new Map<string, PulumiCommand>();

/**
 * The Automation API takes a CLI only as `bin/pulumi` of some folder; a link makes it one. Processes of the link's
 * path are this engine's and nobody else's.
 */
async function commandAt(pulumi: string, { home }: EngineLayout): Promise<PulumiCommand> {
    const link = path.join(home, "bin", "pulumi");
    const target = fs.realpathSync(pulumi);
    fs.mkdirSync(path.dirname(link), { recursive: true });
    linkTo(target, link);
    const key = `${link} ${target}`;
    const command = commands.get(key) ?? (await PulumiCommand.get({ root: home }));
    commands.set(key, command);
    return command;
}

interface EngineParts {
    files: StackFiles;
    layout: EngineLayout;
    /** The CLI's path as it is run. */
    cli: string;
    options: EngineOptions;
}

/** What the Automation API takes for every operation. */
interface RunOptions {
    color: "always" | "never";
    onOutput: (text: string) => void;
    onEvent: (event: EngineEvent) => void;
    signal?: AbortSignal;
}

class EmbeddedEngine implements Engine {
    /** Ends when the last operation that was asked for has ended. */
    private last: Promise<unknown> = Promise.resolve();

    constructor(
        readonly stack: Stack,
        private readonly parts: EngineParts,
    ) {}

    preview(options: OperationOptions = {}): Promise<RunResult> {
        return this.operate("preview", options.signal, async (run) => {
            const refresh = this.mustRefresh(options);
            await this.stack.preview({ ...run, ...this.policies(), diff: options.diff, refresh });
        });
    }

    up(options: OperationOptions = {}): Promise<RunResult> {
        return this.operate("up", options.signal, async (run) => {
            const refresh = this.mustRefresh(options);
            await this.stack.up({
                ...run,
                ...this.policies(),
                diff: options.diff,
                refresh,
                suppressProgress: true,
                // A hundred lines, most of them for commands, which read them from the state.
                suppressOutputs: true,
            });
            this.caughtUp();
        });
    }

    destroy(options: Omit<OperationOptions, "diff"> = {}): Promise<RunResult> {
        return this.operate("destroy", options.signal, async (run) => {
            await this.stack.destroy({ ...run, refresh: this.mustRefresh(options), suppressProgress: true });
            this.caughtUp();
        });
    }

    refresh(options: Omit<OperationOptions, "refresh" | "diff"> = {}): Promise<RunResult> {
        return this.operate("refresh", options.signal, async (run) => {
            await this.stack.refresh({ ...run, suppressProgress: true });
            this.caughtUp();
        });
    }

    async outputs(): Promise<OutputMap> {
        return plainOutputs(this.state) ?? (await this.stack.workspace.stackOutputs(this.stack.name));
    }

    resources(): StateResource[] {
        return this.state?.resources ?? [];
    }

    private get state(): StackState | undefined {
        const { layout, files } = this.parts;
        return readState(layout, files.projectName, this.stack.name);
    }

    /**
     * Encrypts a setting in the stack's config. The CLI reads it from its standard input: a command line, which the
     * Automation API would put it on, can be read by everybody on the machine.
     *
     * @throws Error when the CLI refuses it; the value is not in the message.
     */
    private async setSecret(setting: string, value: string): Promise<void> {
        const { cli, layout } = this.parts;
        const child = spawn(
            cli,
            ["config", "set", "--secret", "--path", "--non-interactive", "--stack", this.stack.name, setting],
            {
                cwd: layout.work,
                env: { ...process.env, ...this.stack.workspace.envVars },
                stdio: ["pipe", "ignore", "ignore"],
            },
        );
        // It takes one line break off the end, so that a file is what it was.
        child.stdin.end(`${value}\n`);
        const [code] = (await once(child, "exit")) as [number | null];
        if (code !== 0) {
            throw new Error(`${setting}: the Pulumi CLI cannot encrypt it; it exited with ${String(code)}.`);
        }
    }

    private policies(): Pick<EngineOptions, "policyPacks" | "policyPackConfigs"> {
        const { policyPacks, policyPackConfigs } = this.parts.options;
        return { policyPacks, policyPackConfigs };
    }

    /** Undefined and not false, so that the CLI's own default holds. */
    private mustRefresh(options: OperationOptions): true | undefined {
        return options.refresh || fs.existsSync(this.parts.layout.needsRefresh) ? true : undefined;
    }

    /** Lets the provider create what exists, which it refuses by itself from 4.29 on, or leaves that to the user. */
    private letTakeOver(yes: boolean): void {
        const envVars = this.stack.workspace.envVars as Record<string, string>;
        // Of the CLI and its plugins alone: the program would record it in the state.
        if (yes) {
            envVars.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
        } else {
            delete envVars.PULUMI_K8S_UPSERT_EXISTING_OBJECTS;
        }
    }

    /** A creation that failed may have been carried out all the same, where the API server's answer was lost. */
    private rememberLostCreations({ steps }: RunResult): void {
        const failed = steps.filter(({ op, failed: lost }) => lost && op.startsWith("create"));
        const recorded = new Set(this.resources().map(({ urn }) => urn));
        if (failed.some(({ urn }) => !recorded.has(urn))) {
            fs.writeFileSync(this.parts.layout.needsRefresh, "");
        }
    }

    private caughtUp(): void {
        fs.rmSync(this.parts.layout.needsRefresh, { force: true });
    }

    /** Runs one operation after those that were asked for before. */
    private operate(
        operation: string,
        signal: AbortSignal | undefined,
        action: (run: RunOptions) => Promise<void>,
    ): Promise<RunResult> {
        const next = this.last.then(() => this.operateNow(operation, signal, action));
        this.last = next.catch(() => undefined);
        return next;
    }

    private async operateNow(
        operation: string,
        signal: AbortSignal | undefined,
        action: (run: RunOptions) => Promise<void>,
    ): Promise<RunResult> {
        const { files, layout, cli, options } = this.parts;
        return aloneOn(layout, this.stack.name, async () => {
            await breakStaleLocks(layout, files.projectName, this.stack.name, cli, options.report);
            files.writeStack(layout.work);
            for (const [setting, value] of options.secrets ?? []) {
                await this.setSecret(setting, value);
            }
            if (
                mayHavePendingOperations(this.state) &&
                (await resolvePendingOperations(this.stack, options.kubeconfig, options.report))
            ) {
                fs.writeFileSync(layout.needsRefresh, "");
            }
            this.letTakeOver(fs.existsSync(layout.needsRefresh));
            const collector = new ResultCollector();
            const lines = new LineSplitter(options.report);
            const run: RunOptions = {
                color: options.color ? "always" : "never",
                onOutput: (text) => lines.add(text),
                onEvent: (event) => collector.add(event),
                signal,
            };
            try {
                // An inline program runs in this process, and reads the kubeconfig's path from its environment.
                await withProcessVariables({ KUBECONFIG: options.kubeconfig }, () => action(run));
            } catch (error) {
                this.rememberLostCreations(collector.result);
                throw new EngineError(operation, collector.result, (error as Error).message, error);
            } finally {
                lines.end();
            }
            return collector.result;
        });
    }
}
