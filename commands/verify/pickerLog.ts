/** What an EPP's log tells of one request. */
export interface Decision {
    /** The EPP's own id of the request. */
    id: string;
    /** By scorer, each pod's score from 0 to 1, as the scorer gave it. */
    scores: Map<string, Map<string, number>>;
    /** Each pod's sum of weighted scores. */
    totals: Map<string, number>;
    /** Address of the pod that was picked; undefined until it is. */
    address?: string;
}

/** The verbosity from which the log has each scorer's score (GIE 1.2 to 1.5, router 0.10 `logutil.DEBUG`). */
export const scoresLogLevel = 4;

/**
 * The address of the pod that a line says was picked: GIE writes "Request handled" with the endpoint from verbosity 3 on
 * (`pkg/epp/requestcontrol/director.go`).
 */
export function handledAddress(line: string): string | undefined {
    return line.includes("Request handled")
        ? /"endpoint":\s*"\{?([0-9a-f.:]+?):\d+/.exec(line)?.[1]
        : undefined;
}

/** What is read of a line of the log. */
interface LogLine {
    msg?: string;
    "x-request-id"?: string;
    plugin?: string;
    endpoint?: unknown;
    score?: number;
    "scored-endpoints"?: unknown;
}

/**
 * The requests that a log tells of, in their order. Each scorer's score is a line "Calculated score" (GIE 1.2 to 1.5 and
 * router 0.10, `scheduler_profile.go`), the sums are in the picker's line.
 */
export function decisionsIn(log: string): Decision[] {
    const decisions = new Map<string, Decision>();
    for (const text of log.split("\n")) {
        const line = parsed(text);
        const id = line?.["x-request-id"];
        if (line === undefined || id === undefined) {
            continue;
        }
        const decision: Decision = decisions.get(id) ?? { id, scores: new Map(), totals: new Map() };
        decisions.set(id, decision);
        if (line.msg === "Calculated score" && line.plugin !== undefined && line.score !== undefined) {
            const [scorer = ""] = line.plugin.split("/");
            const scores = decision.scores.get(scorer) ?? new Map<string, number>();
            decision.scores.set(scorer, scores.set(podOf(line.endpoint), line.score));
        }
        for (const { Endpoint, Score } of scoredIn(line["scored-endpoints"])) {
            decision.totals.set(podOf(Endpoint.NamespacedName), Score);
        }
        decision.address = handledAddress(text) ?? decision.address;
    }
    return [...decisions.values()];
}

function parsed(text: string): LogLine | undefined {
    if (!text.startsWith("{")) {
        return undefined;
    }
    try {
        return JSON.parse(text) as LogLine;
    } catch {
        return undefined;
    }
}

interface ScoredEndpoint {
    Endpoint: { NamespacedName: unknown };
    Score: number;
}

/** Other releases write them in other forms, which are not read. */
function scoredIn(value: unknown): ScoredEndpoint[] {
    return Array.isArray(value)
        ? (value as Partial<ScoredEndpoint>[]).filter(
              (entry): entry is ScoredEndpoint =>
                  typeof entry.Score === "number" && entry.Endpoint?.NamespacedName !== undefined,
          )
        : [];
}

/** The pod of an endpoint, by its name, or `namespace/name`; each port of a pod is an endpoint, with a suffix. */
function podOf(endpoint: unknown): string {
    const { name, Name } = (typeof endpoint === "object" ? endpoint : {}) as { name?: string; Name?: string };
    const whole = typeof endpoint === "string" ? endpoint.replace(/^.*\//, "") : (name ?? Name ?? "");
    return whole.replace(/-rank-\d+$/, "");
}
