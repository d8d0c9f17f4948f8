import { randomInt } from "crypto";
import { shuffle } from "simple-statistics";
import type { Cluster, PodReach } from "../shared/cluster";
import { isReady } from "../shared/conditions";
import { ClusterError } from "../shared/errors";
import type { Metrics } from "../shared/metrics";
import { asleep } from "./checks/asleep";
import type { ModelContext } from "./checks/check";
import { blockSizeOf } from "./containers";
import { handledAddress } from "./pickerLog";
import type { PrefillCount } from "./prefill";
import { watchPrefill } from "./prefill";
import type { Attempt, NamedSender, SendOptions } from "./senders";
import { attempt, complete, directSender, gatewaySender, isOk } from "./senders";
import type { Served } from "./servedModels";
import { readServedModels } from "./servedModels";
import type { Scrape } from "./snapshot";
import { podsOf, scrape } from "./snapshot";
import { charactersPerToken } from "../../releases";

/** What was sent on one path. */
export interface PathTraffic {
    /** How requests were sent, for messages. */
    via: string;
    /** `GET /v1/models`. */
    models: Attempt;
    /** `POST /v1/completions`, one after another. One alone when it fails: more would tell nothing new. */
    completions: Attempt[];
}

/** A completion whose prompt is sent again and again, and what the EPP chose for it. */
export interface ScoredAttempt {
    /** Which of the prompts. */
    prompt: number;
    attempt: Attempt;
    /** Pods that the EPP picked since the request before; undefined where its metrics do not tell. */
    picked?: string[];
}

/** The completions of the scoring path, and what the EPP counted meanwhile. */
export interface ScoringTraffic {
    attempts: ScoredAttempt[];
    /** Requests that the EPP counted; undefined when its metrics could not be read. */
    counted?: number;
    /** Why its metrics could not be read. */
    metricsError?: string;
    /** What prefill pods answered meanwhile; absent where decode pods prefill by themselves. */
    prefilled?: PrefillCount;
}

/** Everything that was sent for one model. */
export interface ModelTraffic {
    direct?: PathTraffic;
    gateway?: PathTraffic;
    scoring?: ScoringTraffic;
    /** `/metrics` of each decode pod that is ready. */
    servers: Record<string, Scrape>;
    /** The models that each pod serves, of those that a request may reach. */
    served: Record<string, Served>;
    /** Why the rest was not sent: rights are missing, the API server is gone, or no time is left. */
    stopped?: ClusterError;
}

/** How requests are sent, and on which paths. */
export interface TrafficOptions extends SendOptions {
    /** Completions on each path. */
    requests: number;
    /** Whether to send on each path. */
    onGateway: boolean;
    onDirect: boolean;
    /** Whether the EPP's choices are watched. */
    scoring: boolean;
}

/** The EPP marks each answer that it was shown (GIE 1.2 to 1.5 `pkg/epp/handlers/response.go`). */
export const eppHeader = "x-went-into-resp-headers";
/** A prompt of so many blocks has most of itself in the cache, and is below the simulator's context of 1024 tokens. */
const promptBlocks = 5;
/** Each prompt is sent about so often. */
const repetitions = 4;
/** How often the first round is drawn anew while one pod answers all of it. */
const draws = 3;

/** Sends real requests for one model, on the paths that the options say. */
export async function sendTraffic(
    cluster: Cluster,
    context: ModelContext,
    options: TrafficOptions,
): Promise<ModelTraffic> {
    const traffic: ModelTraffic = { servers: {}, served: {} };
    if (asleep(context) !== undefined) {
        return traffic;
    }
    try {
        await scrapeServers(options.reach, context, traffic);
        traffic.served = await readServedModels(options.reach, context);
        if (options.onDirect) {
            traffic.direct = await sendPath(directSender(context, options), context, options.requests);
        }
        if (options.onGateway) {
            const sender = gatewaySender(context, options);
            // The scoring path's completions are counted one by one, and are its measures too.
            traffic.gateway = await sendPath(sender, context, options.scoring ? 1 : options.requests);
            if (options.scoring && isOk(traffic.gateway.completions[0])) {
                traffic.scoring = await sendScored(cluster, sender, context, options);
            }
        }
    } catch (error) {
        if (!(error instanceof ClusterError)) {
            throw error;
        }
        traffic.stopped = error;
    }
    return traffic;
}

async function scrapeServers(
    reach: PodReach,
    { snapshot, deployment, model }: ModelContext,
    traffic: ModelTraffic,
) {
    const namespace = deployment.namespaces.simulator;
    for (const pod of podsOf(snapshot, namespace, model.pods.decode.deployment).filter(isReady)) {
        traffic.servers[pod.metadata.name] = await scrape(
            reach,
            namespace,
            pod.metadata.name,
            model.proxy.port,
        );
    }
}

async function sendPath(
    { via, send }: NamedSender,
    context: ModelContext,
    requests: number,
): Promise<PathTraffic> {
    const models = await attempt(send, "/v1/models", {});
    const completions: Attempt[] = [];
    for (let sent = 0; sent < requests; sent++) {
        completions.push(await complete(send, context, `Hello ${randomWord()}`));
        if (!isOk(completions[0])) {
            break;
        }
    }
    return { via, models, completions };
}

/**
 * Sends different prompts in turn, in another order each time, so that neither a balancer that goes around nor a pod
 * that answers everything looks like a prompt that finds its way back.
 */
async function sendScored(
    cluster: Cluster,
    { send }: NamedSender,
    context: ModelContext,
    { requests, reach }: Pick<TrafficOptions, "requests" | "reach">,
): Promise<ScoringTraffic> {
    const count = Math.max(2, Math.round(requests / repetitions));
    const rounds = Math.max(2, Math.floor(requests / count));
    const blockCharacters = blockSizeOf(context) * charactersPerToken;
    const newPrompts = () =>
        Array.from({ length: count }, () => randomPrompt(promptBlocks * blockCharacters));
    const watch = await Watch.open(reach, context);
    const prefilled = await watchPrefill(reach, context);
    const attempts: ScoredAttempt[] = [];
    const sendRound = async (prompts: string[]) => {
        const round: ScoredAttempt[] = [];
        for (const prompt of shuffle([...prompts.keys()])) {
            const answer = await complete(send, context, prompts[prompt]!);
            round.push({ prompt, attempt: answer, picked: await watch.picked() });
        }
        return round;
    };
    let prompts = newPrompts();
    for (let round = 0, drawn = 1; round < rounds; round++) {
        const sent = await sendRound(prompts);
        if (round === 0 && drawn < draws && new Set(sent.map((entry) => entry.attempt.pod)).size === 1) {
            watch.forget(sent.length);
            drawn++;
            round--;
            prompts = newPrompts();
            continue;
        }
        attempts.push(...sent);
    }
    const counts = watch.counted();
    if (counts.counted === attempts.length && attempts.every(({ picked }) => picked === undefined)) {
        const picks = await picksFromLog(cluster, context, attempts.length);
        picks?.forEach((pod, index) => (attempts[index]!.picked = [pod]));
    }
    return { attempts, ...counts, ...(prefilled && { prefilled: await prefilled() }) };
}

/** Lines of the EPP's log for one request are at most about so many, at the verbosity that is needed. */
const logLinesARequest = 60;

/**
 * The pods that the EPP picked for the last requests, in their order, from its log: GIE writes "Request handled" with
 * the endpoint from verbosity 3 on (`pkg/epp/requestcontrol/director.go`). Only of use while nobody else sends.
 */
async function picksFromLog(
    cluster: Cluster,
    { snapshot, deployment, model }: ModelContext,
    requests: number,
): Promise<string[] | undefined> {
    const { namespace, name } = model.epp;
    const epp = podsOf(snapshot, namespace, name).find(isReady);
    const log = await cluster.podLog(namespace, epp?.metadata.name ?? "", {
        tailLines: requests * logLinesARequest,
    });
    const picked = (log ?? "")
        .split("\n")
        .flatMap((line) => handledAddress(line) ?? [])
        .slice(-requests);
    const pods = snapshot.inNamespace("pod", deployment.namespaces.simulator);
    const names = picked.flatMap(
        (address) => pods.find(({ status }) => status?.podIP === address)?.metadata.name ?? [],
    );
    return names.length === requests ? names : undefined;
}

/** What the EPPs of a model count, read again after each request. */
class Watch {
    private forgotten = 0;

    private constructor(
        private readonly read: () => Promise<Scrape>,
        private readonly first: Scrape,
        private last: Scrape,
    ) {}

    static async open(reach: PodReach, { snapshot, model }: ModelContext): Promise<Watch> {
        const { namespace, name, metricsPort, metricsAuth } = model.epp;
        // Of several, only the leader is ready, and it alone is asked.
        const pod = podsOf(snapshot, namespace, name).find(isReady);
        const read = async (): Promise<Scrape> => {
            if (metricsAuth) {
                return { error: "the EPP's metrics ask for a token" };
            }
            return pod === undefined
                ? { error: "no EPP is ready" }
                : scrape(reach, namespace, pod.metadata.name, metricsPort);
        };
        const first = await read();
        return new Watch(read, first, first);
    }

    /** Requests that were sent, and are not part of the result. */
    forget(requests: number): void {
        this.forgotten += requests;
    }

    /** The pods that were picked since the last call; undefined where the metrics do not tell. */
    async picked(): Promise<string[] | undefined> {
        if ("error" in this.first) {
            return undefined;
        }
        const before = this.last;
        this.last = await this.read();
        if ("error" in before || "error" in this.last) {
            return undefined;
        }
        const earlier = picksOf(before.metrics);
        const now = picksOf(this.last.metrics);
        return now && [...now].filter(([pod, count]) => count > (earlier?.get(pod) ?? 0)).map(([pod]) => pod);
    }

    counted(): Pick<ScoringTraffic, "counted" | "metricsError"> {
        for (const reading of [this.first, this.last]) {
            if ("error" in reading) {
                return { metricsError: reading.error };
            }
        }
        const [first, last] = [this.first, this.last].map((reading) =>
            "metrics" in reading ? requestsCounted(reading.metrics) : undefined,
        );
        return last === undefined
            ? { metricsError: "it has no counter *_request_total" }
            : { counted: last - (first ?? 0) - this.forgotten };
    }
}

/**
 * How many requests the EPP has picked a pod for: `inference_objective_request_total` of GIE 1.0 to 1.5, with another
 * prefix before and after.
 */
function requestsCounted(metrics: Metrics): number | undefined {
    const name = metrics.names.find((candidate) => candidate.endsWith("_request_total"));
    return name === undefined ? undefined : metrics.sum(name);
}

/** How often each pod was picked, where `*_scheduler_attempts_total` has the label `pod_name` (as in GIE 1.5). */
function picksOf(metrics: Metrics): Map<string, number> | undefined {
    const name = metrics.names.find((candidate) => candidate.endsWith("scheduler_attempts_total"));
    const samples = name === undefined ? [] : metrics.samples(name);
    const picks = new Map<string, number>();
    for (const { labels, value } of samples) {
        if (labels.pod_name !== undefined && labels.pod_name !== "") {
            picks.set(labels.pod_name, (picks.get(labels.pod_name) ?? 0) + value);
        }
    }
    return picks.size === 0 ? undefined : picks;
}

const letters = "abcdefghijklmnopqrstuvwxyz";

function randomWord(): string {
    return Array.from({ length: 6 }, () => letters[randomInt(letters.length)]).join("");
}

/** Words that no other prompt has. */
function randomPrompt(length: number): string {
    let text = randomWord();
    while (text.length < length) {
        text += ` ${randomWord()}`;
    }
    return text;
}
