import * as path from "path";
import type { DeploymentOutput } from "../components/deploymentOutput";
import type { ScoringFlags } from "../commands/scoring/options";
import { scoringCommand } from "../commands/scoring/options";
import { runScoring, scoringCodeOf } from "../commands/scoring/scoring";
import type { SettingValues, Stage, Staged } from "../commands/scoring/stage";
import { Cluster } from "../commands/shared/cluster";
import { parseOverrides } from "../commands/shared/overrides";
import { runCommand } from "../commands/shared/runCommand";
import { keepOutputs, openPaths } from "./proof";
import type { Session, SessionOptions } from "./session";

/** The lab's stack, and how it is opened with settings over its own. */
export interface LabStageOptions {
    stateDir: string;
    /** Settings of the user's own, as `make`'s CONFIG has them. */
    pairs: readonly string[];
    open: (options: Pick<SessionOptions, "config" | "report">) => Promise<Session>;
    /** Takes what the engine said of a deployment that failed, one line at a time. */
    report: (line: string) => void;
    signal: AbortSignal;
}

/** The stack of the lab, deployed by the lab's own engine. */
export class LabStage implements Stage {
    constructor(private readonly options: LabStageOptions) {}

    callWith(flags: readonly string[]): string[] {
        const { pairs } = this.options;
        const config = pairs.length === 0 ? [] : [`CONFIG=${pairs.join(" ")}`];
        return ["make", "scoring", ...config, `ARGS=${flags.join(" ")}`];
    }

    async check(settings: SettingValues): Promise<void> {
        await this.operate(settings, async (engine) => {
            await engine.preview();
        });
    }

    async deploy(settings: SettingValues): Promise<Staged> {
        const { stateDir } = this.options;
        const outputs = await this.operate(settings, async (engine) => {
            await engine.up();
            return engine.outputs();
        });
        keepOutputs(stateDir, outputs);
        const deployment = outputs.deployment!.value as DeploymentOutput;
        const { gateway, direct } = await openPaths(stateDir, deployment);
        const bases = { gateway, direct: Object.values(direct)[0]! };
        return { deployment, bases, notes: [], close: () => Promise.resolve() };
    }

    openCluster(): Cluster {
        const { stateDir, signal } = this.options;
        return new Cluster({ kubeconfig: path.join(stateDir, "kubeconfig"), signal });
    }

    /** The engine's display would bury the progress; it is told where it is needed. */
    private async operate<T>(
        settings: SettingValues,
        action: (engine: Session["engine"]) => Promise<T>,
    ): Promise<T> {
        const lines: string[] = [];
        const own = Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
        const config = parseOverrides([...this.options.pairs, ...own]);
        try {
            const { engine } = await this.options.open({ config, report: (line) => lines.push(line) });
            return await action(engine);
        } catch (error) {
            lines.forEach((line) => this.options.report(line));
            throw error;
        }
    }

    async restore(): Promise<void> {
        await this.deploy({});
    }
}

/** Runs the command in the lab, with arguments of the user's own, and sets the process's exit code. */
export function scoreInLab(args: string[], options: Omit<LabStageOptions, "signal">): Promise<void> {
    return runCommand(
        scoringCommand(),
        (flags: ScoringFlags) => runScoring(flags, (signal) => new LabStage({ ...options, signal }), args),
        scoringCodeOf,
        args,
    );
}
