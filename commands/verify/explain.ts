import type { Cluster } from "../shared/cluster";
import { isReady } from "../shared/conditions";
import { poll } from "../shared/poll";
import { tableText } from "../shared/table";
import type { ModelContext } from "./checks/check";
import type { Decision } from "./pickerLog";
import { decisionsIn, scoresLogLevel } from "./pickerLog";
import type { Attempt, SendOptions } from "./senders";
import { complete, gatewaySender, isOk } from "./senders";
import { podsOf } from "./snapshot";

/** What became of one request, and why. */
export interface Explanation {
    release: string;
    prompt: string;
    answer: Pick<Attempt, "status" | "error" | "pod" | "durationMs">;
    /** By pod, each scorer's score from 0 to 1, and their weighted sum where the release says it. */
    scores: { pod: string; byScorer: Record<string, number>; total?: number }[];
    /** The pod that the EPP picked; undefined where its log does not tell. */
    picked?: string;
    /** What is to know, or to do, one sentence each. */
    notes: string[];
    /** 0: explained; 1: not answered, or not by the pod that was picked; 3: the EPP does not tell. */
    exitCode: 0 | 1 | 3;
}

/** Much of a log is read: at this verbosity a request takes a line for each scorer and pod, and more. */
const tailLines = 5000;

/** How long the log may take to have a request that was answered. */
const logPatience = { every: 250, atMost: 10_000 };

/** Sends one request through the Gateway, and reads in the EPP's log why it went where it went. */
export async function explainRequest(
    cluster: Cluster,
    context: ModelContext,
    prompt: string,
    options: SendOptions,
): Promise<Explanation> {
    const { snapshot, deployment, model } = context;
    const { namespace, name } = model.epp;
    const epp = podsOf(snapshot, namespace, name).find(isReady)?.metadata.name;
    const read = async () =>
        decisionsIn((epp && (await cluster.podLog(namespace, epp, { tailLines }))) ?? "");
    const known = new Set((await read()).map(({ id }) => id));
    const answer = await complete(gatewaySender(context, options).send, context, prompt);
    const decisions = await poll(
        async () => (await read()).filter(({ id }) => !known.has(id)),
        (made) => made.some(({ address }) => address !== undefined),
        logPatience,
    );
    const pods = snapshot.inNamespace("pod", deployment.namespaces.simulator);
    const podAt = (address: string | undefined) =>
        pods.find(({ status }) => address !== undefined && status?.podIP === address)?.metadata.name;
    // The Gateway gives requests an id of its own, which no answer tells.
    const own =
        decisions.length === 1
            ? decisions
            : decisions.filter(({ address }) => answer.pod !== undefined && podAt(address) === answer.pod);
    const decision = own.length === 1 ? own[0] : undefined;
    const picked = podAt(decision?.address);
    const scores = scoresOf(decision);
    const obeyed = deployment.mode === "scoring";
    const notes = [
        ...(isOk(answer) ? [] : ["The request was not answered: run verify without --explain."]),
        ...(epp === undefined ? [`No EPP of Deployment ${namespace}/${name} is ready.`] : []),
        ...(own.length > 1
            ? [
                  "Other requests came at the same time, and the log does not tell which is this one: ask again.",
              ]
            : []),
        ...(scores.length === 0 && own.length <= 1
            ? [
                  `The log of EPP ${epp ?? name} has no score of this request: set epp.logLevel: ${String(scoresLogLevel)}.`,
              ]
            : []),
        ...(obeyed ? [] : ["The stack has routing.backend: Service, so that no pick is obeyed."]),
    ];
    const elsewhere = obeyed && picked !== undefined && answer.pod !== undefined && picked !== answer.pod;
    return {
        release: model.release,
        prompt,
        answer: {
            status: answer.status,
            error: answer.error,
            pod: answer.pod,
            durationMs: answer.durationMs,
        },
        scores,
        picked,
        notes,
        exitCode: !isOk(answer) || elsewhere ? 1 : scores.length === 0 ? 3 : 0,
    };
}

function scoresOf(decision: Decision | undefined): Explanation["scores"] {
    if (decision === undefined) {
        return [];
    }
    const pods = new Set([...decision.scores.values()].flatMap((scores) => [...scores.keys()]));
    return [...pods]
        .map((pod) => ({
            pod,
            byScorer: Object.fromEntries(
                [...decision.scores].flatMap(([scorer, scores]) => {
                    const score = scores.get(pod);
                    return score === undefined ? [] : [[scorer, score] as const];
                }),
            ),
            total: decision.totals.get(pod),
        }))
        .sort((a, b) => (b.total ?? 0) - (a.total ?? 0) || a.pod.localeCompare(b.pod));
}

/** The explanation for a terminal. */
export function explanationText({ release, answer, scores, picked, notes }: Explanation): string {
    const lines: string[] = [];
    if (scores.length > 0) {
        const scorers = [...new Set(scores.flatMap(({ byScorer }) => Object.keys(byScorer)))];
        const rows = scores.map(({ pod, byScorer, total }) => [
            pod,
            ...scorers.map((scorer) => byScorer[scorer]?.toFixed(3) ?? ""),
            total?.toFixed(3) ?? "",
            [...(pod === picked ? ["picked"] : []), ...(pod === answer.pod ? ["answered"] : [])].join(", "),
        ]);
        lines.push(tableText(["pod", ...scorers, "weighted sum", ""], rows));
    }
    const outcome = answer.error ?? `status ${String(answer.status)}`;
    lines.push(
        `${release}: ${outcome} after ${answer.durationMs.toFixed(1)} ms; picked: ${picked ?? "unknown"}; answered: ${answer.pod ?? "unknown"}.`,
        ...notes,
    );
    return lines.join("\n");
}
