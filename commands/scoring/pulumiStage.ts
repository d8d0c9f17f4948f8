import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { reachPaths } from "../compare/reach";
import { Cluster } from "../shared/cluster";
import { UsageError } from "../shared/errors";
import { readStackOutputs } from "../shared/stackOutputs";
import type { SettingValues, Stage, Staged } from "./stage";

/** Which stack, and how its cluster is reached. */
export interface PulumiStageOptions {
    /** The folder that has the project. */
    root: string;
    stack: string;
    kubeconfig?: string;
    context?: string;
    gatewayUrl?: string;
    directUrl?: string;
    signal: AbortSignal;
    /** Takes one line of progress at a time. */
    progress: (line: string) => void;
}

const flagsOf = { preview: [], up: ["--yes", "--skip-preview", "--suppress-outputs"] };

/** A stack on a cluster, deployed by the Pulumi CLI. Its settings file is put back as it was. */
export class PulumiStage implements Stage {
    private readonly file: string;
    private readonly settings: string;

    /** @throws UsageError for a stack without a settings file. */
    constructor(private readonly options: PulumiStageOptions) {
        // A stack's name may have its organization and project before it.
        this.file = path.join(options.root, `Pulumi.${path.basename(options.stack)}.yaml`);
        if (!fs.existsSync(this.file)) {
            throw new UsageError(`--stack ${options.stack}: there is no ${path.basename(this.file)}`);
        }
        this.settings = fs.readFileSync(this.file, "utf8");
    }

    callWith(flags: readonly string[]): string[] {
        return ["npm", "run", "scoring", "--", ...flags];
    }

    async check(settings: SettingValues): Promise<void> {
        try {
            await this.run("preview", settings);
        } finally {
            fs.writeFileSync(this.file, this.settings);
        }
    }

    async deploy(settings: SettingValues): Promise<Staged> {
        const { stack, gatewayUrl, directUrl, kubeconfig, context, signal } = this.options;
        fs.writeFileSync(this.file, this.settings);
        await this.run("up", settings);
        const { deployment } = await readStackOutputs({ stack });
        const [model] = Object.values(deployment.models);
        const urls =
            gatewayUrl === undefined || directUrl === undefined
                ? undefined
                : { gateway: gatewayUrl, direct: directUrl };
        const reach = await reachPaths(deployment, model!, { kubeconfig, context, urls, signal });
        return { deployment, ...reach };
    }

    openCluster(): Cluster {
        const { kubeconfig, context, signal } = this.options;
        return new Cluster({ kubeconfig, context, signal });
    }

    async restore(): Promise<void> {
        fs.writeFileSync(this.file, this.settings);
        try {
            await this.run("up", {});
        } finally {
            // The CLI may have written it again.
            fs.writeFileSync(this.file, this.settings);
        }
    }

    private async run(operation: keyof typeof flagsOf, settings: SettingValues): Promise<void> {
        const { root, stack, progress } = this.options;
        const config = Object.entries(settings).flatMap(([name, value]) => [
            "--config",
            `llm-d-inference:${name}=${String(value)}`,
        ]);
        const paths = config.length === 0 ? [] : ["--config-path", ...config];
        const { exitCode, all, code } = await execa(
            "pulumi",
            [operation, ...flagsOf[operation], "--non-interactive", "--stack", stack, ...paths],
            { cwd: root, all: true, reject: false },
        );
        if (code === "ENOENT") {
            throw new UsageError(
                "there is no `pulumi` on the PATH: install the Pulumi CLI, or run `make scoring`",
            );
        }
        if (exitCode !== 0) {
            progress(all);
            throw new Error(`pulumi ${operation} of stack ${stack} failed; what it said is above`);
        }
    }
}
