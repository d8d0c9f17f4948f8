import { gatewayEntrance } from "../../../components/contract";
import { readKvCacheMetric } from "../../../objects/kvCacheMetric";
import { configTextOf } from "../../../objects/pickerConfig";
import { eppOf, simulatorReleaseOf } from "../containers";
import { hasRoutingSidecar } from "../prefill";
import { binomialTail, chanceOfSamePod } from "../statistics";
import type { ModelTraffic, PathTraffic, ScoringTraffic } from "../traffic";
import { isOk } from "../senders";
import { eppHeader } from "../traffic";
import type { Finding, ModelContext, Outcome, Path } from "./check";
import { broken, everyPath, redeploy, scoringOnly, throughGateway, warning } from "./check";
import type { Mode } from "../../../components/deploymentOutput";
import { gatewayPodLabels } from "./cluster";
import { isUndelivered, stopped, undelivered } from "./delivery";
import { diagnose } from "./diagnosis";
import { servedModels } from "./servedModels";

/** What a check of real requests looks at. */
export interface TrafficContext extends ModelContext {
    traffic: ModelTraffic;
}

/** One hop, judged by what came of real requests. */
export interface TrafficCheck {
    id: string;
    title: string;
    needs: readonly string[];
    on(this: void, mode: Mode): readonly Path[];
    /** Which models have this hop. Default: all. */
    of?(this: void, context: ModelContext): boolean;
    run(this: void, context: TrafficContext): Outcome;
}

/** A prompt's way back is told from chance with this probability of an error. */
export const significance = 0.01;

/** The pods that a path begins at. */
interface Entrance {
    to: { namespace: string; labels: Record<string, string> };
    port: number;
}

function judgePath(
    traffic: PathTraffic | undefined,
    context: TrafficContext,
    path: string,
    asked: boolean,
    to: Entrance,
): Outcome {
    if (traffic === undefined) {
        return stopped(context.traffic) ?? { skipped: "no requests were sent" };
    }
    const { models, completions, via } = traffic;
    const failed = [models, ...completions].filter((attempt) => !isOk(attempt));
    const [first] = failed;
    if (first === undefined) {
        return [];
    }
    const { id, cause, fix } = diagnose(first, asked);
    const what = isOk(models) ? "POST /v1/completions" : "GET /v1/models";
    const answer =
        first.error !== undefined
            ? `no answer (${first.error})`
            : `${String(first.status)}${first.body.trim() === "" ? " with no body" : `: ${first.body.trim()}`}`;
    const counted = `${String(failed.length)} of ${String(1 + completions.length)} requests on the ${path} path failed`;
    const text = `${counted} (${what} by way of ${via} gave ${answer})`;
    return failed.every(({ error }) => isUndelivered(error))
        ? [undelivered(context, { id: "request-not-delivered", text, ...to })]
        : [broken(id, `${text}: ${cause}`, fix)];
}

/** The decode pods, and the port that they serve on. */
function decodePods({ deployment, model }: ModelContext): Entrance {
    const { decode } = model.pods;
    return {
        to: { namespace: deployment.namespaces.simulator, labels: decode.selector },
        port: model.proxy.port,
    };
}

const serverMetrics: TrafficCheck = {
    id: "server-metrics",
    title: "Decode pods serve the metrics that the EPP reads",
    needs: ["pods", "model-servers"],
    on: everyPath,
    run: (context) => {
        const { traffic, model } = context;
        const entries = Object.entries(traffic.servers);
        if (entries.length === 0) {
            return stopped(traffic) ?? { skipped: "no decode pod is ready" };
        }
        const epp = eppOf(context);
        const simulator = simulatorReleaseOf(context);
        const read = epp && readKvCacheMetric(epp, context.snapshot.index)?.name;
        const failed = entries.filter(([, result]) => "error" in result);
        const findings: Finding[] = failed.slice(0, 1).map(([pod, result]) => {
            const error = "error" in result ? result.error : "";
            const text = `/metrics on ${String(model.proxy.port)} of ${String(failed.length)} of ${String(entries.length)} ready decode pods cannot be read; Pod ${pod}: ${error}`;
            return isUndelivered(error)
                ? undelivered(context, { id: "server-metrics-not-delivered", text, ...decodePods(context) })
                : broken("server-metrics-unreadable", text, "see whether the pods listen there");
        });
        return findings.concat(
            entries.flatMap(([pod, result]) => {
                if ("error" in result) {
                    return [];
                }
                const names = result.metrics.names.filter((name) => name.startsWith("vllm:"));
                if (names.length === 0) {
                    return [
                        broken(
                            "server-metrics-missing",
                            `Pod ${pod} has no vllm:* metrics: the EPP scores nothing`,
                            redeploy,
                        ),
                    ];
                }
                return read === undefined || names.includes(read) || simulator?.kvCacheMetric === read
                    ? []
                    : [
                          broken(
                              "server-metric-name",
                              `Pod ${pod} does not emit ${read}, which the EPP reads; it emits ${names.find((name) => name.includes("cache_usage")) ?? "no such metric"}: KV cache scores are silently zero`,
                              redeploy,
                          ),
                      ];
            }),
        );
    },
};

const directRequests: TrafficCheck = {
    id: "requests-direct",
    title: "Requests on the direct path are answered",
    needs: ["proxy", "endpoints", "pods", "model-servers", "served-models"],
    on: () => ["direct"],
    run: (context) => judgePath(context.traffic.direct, context, "direct", false, decodePods(context)),
};

const gatewayRequests: TrafficCheck = {
    id: "requests-gateway",
    title: "Requests through the Gateway are answered",
    needs: [
        ...["gateway-service", "route-status", "proxy", "proxy-traffic", "backend-tls"],
        "network-policies",
        ...["endpoints", "pool", "pool-pods", "pods", "ext-proc", "ext-proc-filter"],
        ...["epp-running", "epp-tls", "epp-sync", "pool-status", "served-models"],
    ],
    on: throughGateway,
    run: (context) =>
        judgePath(context.traffic.gateway, context, "scheduler", context.deployment.mode !== "scheduler", {
            to: {
                namespace: context.deployment.namespaces.scheduler,
                labels: gatewayPodLabels(context.deployment.gateway.name),
            },
            port: gatewayEntrance(context.deployment.gateway).port,
        }),
};

/** Runs a check of what the EPP did, where requests were sent through it. */
function withScoring(
    judge: (scoring: ScoringTraffic, context: TrafficContext) => Outcome,
): (context: TrafficContext) => Outcome {
    return (context) =>
        context.traffic.scoring === undefined
            ? (stopped(context.traffic) ?? { skipped: "requests through the Gateway are not answered" })
            : judge(context.traffic.scoring, context);
}

const scoringAsked: TrafficCheck = {
    id: "scoring-asked",
    title: "The Gateway asks the EPP about every request",
    needs: ["requests-gateway", "ext-proc", "ext-proc-filter", "epp-running", "pool-status"],
    on: scoringOnly,
    run: withScoring((scoring) => {
        const answered = scoring.attempts.filter(({ attempt }) => isOk(attempt));
        const marked = answered.filter(({ attempt }) => attempt.headers[eppHeader] !== undefined).length;
        const sent = answered.length;
        if (scoring.counted !== undefined && scoring.counted < sent) {
            return [
                broken(
                    "epp-not-asked",
                    `${String(sent)} requests were answered, and the EPP counted ${String(scoring.counted)}: the Gateway does not ask it about all of them`,
                    "see to the EnvoyFilter, or to the pool's status; FailOpen passes requests on when the EPP does not answer",
                ),
            ];
        }
        if (marked < sent) {
            const seen = `the EPP has seen ${String(marked)} of ${String(sent)} answers (header ${eppHeader})`;
            return scoring.counted === undefined
                ? [
                      broken(
                          "epp-not-asked",
                          `${seen}, and its metrics cannot be read (${scoring.metricsError ?? ""})`,
                          "see to the EnvoyFilter, or to the pool's status",
                      ),
                  ]
                : [
                      warning(
                          "epp-sees-no-answers",
                          `${seen}, though it counted ${String(scoring.counted)} requests`,
                          "ext_proc must send response headers and bodies too",
                      ),
                  ];
        }
        return [];
    }),
};

/** Requests of which it is known both who was picked and who answered, and how many agree. */
export function obedience({ attempts }: ScoringTraffic): { known: number; obeyed: number } {
    const known = attempts.filter(
        ({ attempt, picked }) => isOk(attempt) && attempt.pod !== undefined && (picked?.length ?? 0) > 0,
    );
    return {
        known: known.length,
        obeyed: known.filter(({ attempt, picked }) => picked!.includes(attempt.pod!)).length,
    };
}

const scoringObeyed: TrafficCheck = {
    id: "scoring-obeyed",
    title: "The pod that answers is the one that the EPP picked",
    needs: ["scoring-asked"],
    on: (mode) => (mode === "scoring" ? scoringOnly() : []),
    run: withScoring((scoring) => {
        const { known, obeyed } = obedience(scoring);
        if (known === 0) {
            return {
                skipped:
                    scoring.metricsError ??
                    "this EPP says which pod it picks neither in its metrics nor, below epp.logLevel 3, in its log; whether prompts go back to their pod tells",
            };
        }
        return obeyed === known
            ? []
            : [
                  broken(
                      "scoring-not-obeyed",
                      `${String(known - obeyed)} of ${String(known)} requests were answered by another pod than the EPP picked`,
                      "the route must lead to the InferencePool, and no other rule may override it",
                  ),
              ];
    }),
};

/** How often prompts went back to the pod that answered them before. */
export interface Affinity {
    returned: number;
    trials: number;
    /** Probability of a return when prompts do not matter. */
    chance: number;
    pValue: number;
    pods: number;
}

/** What repeated prompts tell; undefined where pods do not say who they are. */
export function affinityOf({ attempts }: ScoringTraffic): Affinity | undefined {
    const known = attempts.filter(({ attempt }) => isOk(attempt) && attempt.pod !== undefined);
    const before = new Map<number, string>();
    let returned = 0;
    let trials = 0;
    for (const { prompt, attempt } of known) {
        const last = before.get(prompt);
        if (last !== undefined) {
            trials++;
            returned += last === attempt.pod ? 1 : 0;
        }
        before.set(prompt, attempt.pod!);
    }
    if (trials === 0) {
        return undefined;
    }
    const pods = known.map(({ attempt }) => attempt.pod!);
    const chance = chanceOfSamePod(pods);
    return {
        returned,
        trials,
        chance,
        pValue: binomialTail(trials, returned, chance),
        pods: new Set(pods).size,
    };
}

const prefixAffinity: TrafficCheck = {
    id: "prefix-affinity",
    title: "A prompt goes back to the pod that holds its prefix, more often than chance",
    needs: ["scoring-obeyed", "scoring-asked", "epp-config", "epp-arguments", "epp-sync"],
    on: (mode) => (mode === "scoring" ? scoringOnly() : []),
    run: withScoring((scoring, context) => {
        const epp = eppOf(context);
        const config = epp && configTextOf(epp, context.snapshot.index);
        if (config && "text" in config && !config.text.includes("prefix-cache-scorer")) {
            return { skipped: "the EPP's configuration has no prefix-cache-scorer" };
        }
        if (Object.keys(context.traffic.servers).length < 2) {
            return { skipped: "fewer than two decode pods are ready: there is nothing to choose" };
        }
        const affinity = affinityOf(scoring);
        if (affinity === undefined) {
            return { skipped: "answers do not say which pod gave them" };
        }
        const text = affinityText(affinity);
        if (affinity.pods === 1) {
            return [
                warning(
                    "prefix-one-pod",
                    `${text}: one pod answers whatever is asked, so that prompts tell nothing`,
                    "see whether the other pods are in the EPP's choice, and run this again",
                ),
            ];
        }
        if (affinity.chance ** affinity.trials >= significance) {
            return { skipped: `${text}: so few could not tell it from chance; send more --requests` };
        }
        return affinity.pValue < significance
            ? []
            : [
                  broken(
                      "prefix-not-followed",
                      text,
                      "see to the EPP's blockSize beside the simulator's, to its scorers' weights, and send more --requests",
                  ),
              ];
    }),
};

const prefillWorked: TrafficCheck = {
    id: "prefill-worked",
    title: "Prefill pods prefill for decode pods",
    needs: ["scoring-asked", "model-servers", "pods", "epp-config"],
    on: (mode) => (mode === "scoring" ? scoringOnly() : []),
    of: hasRoutingSidecar,
    run: withScoring(({ attempts, prefilled }) => {
        if (prefilled === undefined || "error" in prefilled) {
            return { skipped: prefilled?.error ?? "nothing was counted" };
        }
        const answered = attempts.filter(({ attempt }) => isOk(attempt)).length;
        return prefilled.requests > 0
            ? []
            : [
                  broken(
                      "prefill-idle",
                      `${String(answered)} requests were answered, with long prompts that were new to all pods at first, and prefill pods had a part in none`,
                      "see to what decides in the EPP's configuration whether prefill pods are worth it, and to the logs of the routing sidecars",
                  ),
              ];
    }),
};

/** The affinity in words. */
export function affinityText({ returned, trials, chance, pValue, pods }: Affinity): string {
    return (
        `${String(returned)} of ${String(trials)} repeated prompts went back to their pod; chance alone gives ` +
        `${(chance * trials).toFixed(1)} (${(chance * 100).toFixed(0)}% each, ${String(pods)} pods answering), p = ${pValue.toPrecision(2)}`
    );
}

/** Every check of real requests, causes before what they cause. */
export const trafficChecks: readonly TrafficCheck[] = [
    serverMetrics,
    servedModels,
    directRequests,
    gatewayRequests,
    scoringAsked,
    scoringObeyed,
    prefixAffinity,
    prefillWorked,
];
