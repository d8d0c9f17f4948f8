import type { V1Deployment } from "@kubernetes/client-node";
import type { ModelDeploymentOutput } from "../../components/deploymentOutput";
import type { CompareOptions } from "../compare/compare";
import { roundSeconds, runRounds, timeLeft } from "../compare/compare";
import type { Comparison } from "../compare/comparison";
import { comparisonOf } from "../compare/comparison";
import { PodCounters } from "../compare/counters";
import { targetsOf } from "../compare/paths";
import type { Slo } from "../compare/slo";
import { runSweep } from "../compare/sweep";
import type { Workload } from "../compare/workloads";
import type { Preset } from "../../releases";
import type { KubeObjectOf } from "../shared/cluster";
import { UsageError } from "../shared/errors";
import type { ScoringFlags, WorkloadName } from "./options";
import { workloadsOf } from "./options";
import type { HopPrice } from "./hop";
import { hopPrice } from "./hop";
import type { SettingValues, Stage, Staged } from "./stage";

/** The figures of a preset with a workload, by rate. */
export type Point = Comparison & { rate: number };

/** What ran: images, and the simulator's command line. */
export interface Versions {
    epp: string;
    simulator: string;
    simulatorArguments: string[];
}

/** Everything that was measured. */
export interface Measured {
    seed: number;
    versions: Versions;
    model: string;
    release: string;
    presets: Record<string, Partial<Record<WorkloadName, Point[]>>>;
    hop?: HopPrice;
    notes: string[];
}

/** Scoring that decides: only with a pool is a pick obeyed. */
const scoring: SettingValues = { "extProc.enabled": true, "routing.backend": "InferencePool" };
const noScoring: SettingValues = { "extProc.enabled": false, "routing.backend": "Service" };

/** How long a deployment takes, in seconds, until one has been seen. */
const deploySeconds = 30;

/** How long a preview takes, in seconds. */
const checkSeconds = 8;

const settingsOf = (preset: Preset): SettingValues => ({ ...scoring, "epp.plugins": preset });

/**
 * Makes sure that each preset is one of the stack's, then deploys each in turn and measures it with each workload at each rate; then the price of the EPP's hop. The stack
 * is deployed as it was at the end, whatever happens.
 */
export async function measurePresets(
    stage: Stage,
    flags: ScoringFlags & { seed: number },
    { progress, signal }: { progress: (line: string) => void; signal: AbortSignal },
): Promise<Measured> {
    const workloads = workloadsOf(flags);
    const clock = new Clock(plannedSeconds(flags, workloads), progress);
    const measured: Pick<Measured, "presets" | "hop"> = { presets: {} };
    let about: Pick<Measured, "versions" | "model" | "release" | "notes"> | undefined;
    for (const preset of flags.presets) {
        await clock.step(`preset ${preset}: pulumi preview`, checkSeconds, () => checkPreset(stage, preset));
    }
    try {
        for (const preset of flags.presets) {
            const staged = await clock.step(`preset ${preset}: pulumi up`, deploySeconds, () =>
                stage.deploy(settingsOf(preset)),
            );
            await onStage(stage, staged, flags, signal, async (options, around) => {
                about ??= around;
                const points: Partial<Record<WorkloadName, Point[]>> = {};
                for (const [name, workload] of workloads) {
                    const seconds = sweepSeconds(flags, workload);
                    points[name] = await clock.step(
                        `preset ${preset}, workload ${name}`,
                        seconds,
                        async () => {
                            const label = `${preset}/${name}`;
                            const swept = await runSweep(
                                options.targets,
                                { ...options.common, workload, label },
                                flags.rates,
                                progress,
                            );
                            return swept.map(({ rate, rounds }) => ({
                                rate,
                                ...comparisonOf(options.targets, rounds, options.figures),
                            }));
                        },
                    );
                }
                measured.presets[preset] = points;
            });
        }
        if (flags.hop) {
            measured.hop = await measureHop(stage, flags, signal, clock, progress);
        }
    } finally {
        progress("the stack's own settings: pulumi up");
        await stage.restore();
    }
    return { seed: flags.seed, ...about!, ...measured };
}

/** @throws UsageError when the stack cannot be deployed with a preset. */
async function checkPreset(stage: Stage, preset: Preset): Promise<void> {
    try {
        await stage.check(settingsOf(preset));
    } catch (error) {
        if (error instanceof UsageError) {
            throw error;
        }
        const reason = (error as Error).message;
        throw new UsageError(`--presets ${preset}: the stack cannot be deployed with it: ${reason}`);
    }
}

/** Requests of a round of which the hop is measured, and connections: one, so that nothing waits but for the hop. */
const hopRequests = 40;

/** The same pod, without an EPP on the way and with one. */
async function measureHop(
    stage: Stage,
    flags: ScoringFlags & { seed: number },
    signal: AbortSignal,
    clock: Clock,
    progress: (line: string) => void,
): Promise<HopPrice> {
    const workload: Workload = {
        kind: "uniform",
        requests: hopRequests,
        promptTokens: flags.promptTokens,
        sharedPrefix: 0,
        maxTokens: flags.maxTokens,
    };
    const added: Comparison["addedMs"][] = [];
    for (const [name, settings] of Object.entries({ without: noScoring, with: scoring })) {
        const staged = await clock.step(`the hop alone, ${name} the EPP: pulumi up`, deploySeconds, () =>
            stage.deploy({ ...settings, "replicas.decode": 1 }),
        );
        await onStage(stage, staged, flags, signal, async (options) => {
            const rounds = await clock.step(`the hop alone, ${name} the EPP`, hopSeconds(flags), () =>
                runRounds(
                    options.targets,
                    {
                        ...options.common,
                        workload,
                        arrival: { kind: "closed", connections: 1 },
                        label: `hop/${name}`,
                    },
                    progress,
                ),
            );
            added.push(comparisonOf(options.targets, rounds, options.figures).addedMs);
        });
    }
    const [without, withEpp] = added;
    return hopPrice(without!.ttft.p50!, withEpp!.ttft.p50!);
}

/** What is the same for all that is measured on one deployment. */
interface OnStage {
    targets: ReturnType<typeof targetsOf>;
    common: Omit<CompareOptions, "workload">;
    figures: { slo?: Slo; pods: number };
}

async function onStage(
    stage: Stage,
    { deployment, bases, notes, close }: Staged,
    { rounds, warmup, seed, slo, timeout, rates }: ScoringFlags & { seed: number },
    signal: AbortSignal,
    measure: (
        options: OnStage,
        about: Pick<Measured, "versions" | "model" | "release" | "notes">,
    ) => Promise<void>,
): Promise<void> {
    const [release, model] = Object.entries(deployment.models)[0]!;
    const counters = await PodCounters.open(() => stage.openCluster(), deployment, model);
    try {
        await measure(
            {
                targets: targetsOf(deployment, model, bases),
                common: {
                    model: model.model,
                    arrival: { kind: "open", rate: rates[0]! },
                    rounds,
                    warmup,
                    seed,
                    timeoutSeconds: timeout,
                    counters,
                    signal,
                },
                figures: { slo, pods: counters.pods.length },
            },
            {
                release,
                model: model.model,
                versions: await versionsOf(stage, deployment.namespaces.simulator, model),
                notes: [
                    ...notes,
                    ...(counters.problem === undefined
                        ? []
                        : [
                              `Hit rates are not shown: the pods' counters cannot be read (${counters.problem}).`,
                          ]),
                ],
            },
        );
    } finally {
        counters.close();
        await close();
    }
}

async function versionsOf(
    stage: Stage,
    namespace: string,
    { epp, pods }: ModelDeploymentOutput,
): Promise<Versions> {
    const cluster = stage.openCluster();
    try {
        const container = async (space: string, name: string) => {
            const found = await cluster.get<KubeObjectOf<V1Deployment>>("apps/v1", "Deployment", space, name);
            return found?.spec?.template.spec?.containers[0];
        };
        const simulator = await container(namespace, pods.decode.deployment);
        return {
            epp: (await container(epp.namespace, epp.name))?.image ?? "unknown",
            simulator: simulator?.image ?? "unknown",
            simulatorArguments: simulator?.args ?? [],
        };
    } finally {
        cluster.close();
    }
}

function sweepSeconds({ rates, rounds, warmup }: ScoringFlags, workload: Workload): number {
    const pairs = 2 * (rounds + warmup);
    return rates.reduce(
        (sum, rate) => sum + pairs * (roundSeconds(workload, { kind: "open", rate }) ?? 0),
        0,
    );
}

/** About what a request of a closed loop takes, in seconds, until one has been seen. */
const requestSeconds = 0.1;

function hopSeconds({ rounds, warmup }: ScoringFlags): number {
    return 2 * (rounds + warmup) * hopRequests * requestSeconds;
}

function plannedSeconds(flags: ScoringFlags, workloads: ReadonlyMap<string, Workload>): number {
    const each = [...workloads.values()].reduce((sum, workload) => sum + sweepSeconds(flags, workload), 0);
    const hop = flags.hop ? 2 * (deploySeconds + hopSeconds(flags)) : 0;
    return flags.presets.length * (checkSeconds + deploySeconds + each) + hop;
}

/** Tells before each step how long all of the rest takes, by how long what is done took. */
class Clock {
    private readonly startedAt = performance.now();
    private done = 0;

    constructor(
        private readonly planned: number,
        private readonly progress: (line: string) => void,
    ) {}

    /** @param seconds how much of the plan the step is. */
    async step<T>(name: string, seconds: number, run: () => Promise<T>): Promise<T> {
        const took = (performance.now() - this.startedAt) / 1000;
        const pace = this.done > deploySeconds ? took / this.done : 1;
        this.progress(`${name}; in all ${timeLeft((this.planned - this.done) * pace * 1000)}`);
        const result = await run();
        this.done += seconds;
        return result;
    }
}
