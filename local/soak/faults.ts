import type { Failure } from "./load";

/** What can be killed. */
export interface Target {
    name: string;
    /** Whose process it is. `api-server`: that of the control plane. */
    pods: { namespace: string; labels: string } | "api-server";
    /** How many of the pods are Ready when all is well. Default: all of them. */
    servingPods?: number;
    /** Which requests it makes fail while it is away, with the reason; what it does not explain is a defect. */
    explains: { pattern: RegExp; reason: string }[];
}

/** Where the pods of the deployed stack are. */
export interface Places {
    scheduler: string;
    simulator: string;
    istio: string;
    /** Labels of the pods, as kubectl selects them. */
    decode: string;
    epp: string;
    gateway: string;
}

/** What Envoy says of a pod that it cannot reach, or that closes a connection under a request. */
const podIsGone = /^503: (upstream connect error|no healthy upstream)/;

/** What Envoy answers where the EPP does not, with FailClose (docs/rollouts.md). */
const noPicker = /^500: $/;

const leaderless = [
    { pattern: noPicker, reason: "FailClose while no leader is there" },
    // An EPP that starts anew takes requests at once, and knows pods only when it leads: the server of ext_proc of GIE's
    // EPP waits for no election (cmd/epp/runner: NeedLeaderElection is false). Envoy may ask it until it learns so.
    {
        pattern: /^503: inference gateway: ServiceUnavailable - failed to find candidate pods/,
        reason: "asked the EPP that came back, before Envoy knew that it does not lead",
    },
    // A few at most, of those that come as the next leader begins to serve. Where one was seen to wait for 10 s, no EPP had
    // received it meanwhile, and none was at work on one: it waited in Envoy, which gives up a connection to an EPP after
    // that time (`connectTimeout` of Istio's mesh config), and then answers 500 or asks the next one.
    { pattern: /^no answer: no answer within/, reason: "not answered in time while the leader changed" },
];

export function targetsOf(places: Places): Target[] {
    const { scheduler, simulator, istio, decode, epp, gateway } = places;
    return [
        {
            name: "decode pod",
            pods: { namespace: simulator, labels: decode },
            explains: [{ pattern: podIsGone, reason: "was at the pod, or sent there before the EPP knew" }],
        },
        {
            name: "EPP leader",
            pods: { namespace: simulator, labels: epp },
            servingPods: 1,
            explains: leaderless,
        },
        {
            name: "Envoy",
            pods: { namespace: scheduler, labels: gateway },
            explains: [
                { pattern: /^no answer: (ECONN|EPIPE|socket hang up)/, reason: "the one Envoy was away" },
                // The Envoy that starts has no routes, or no addresses of pods, before istiod has told it.
                { pattern: /^(404|503): /, reason: "the new Envoy had not been told all of it" },
                { pattern: noPicker, reason: "the new Envoy did not reach the EPP yet" },
            ],
        },
        { name: "istiod", pods: { namespace: istio, labels: "app=istiod" }, explains: [] },
        // The leader ends when it cannot renew its lease for long enough.
        { name: "API server", pods: "api-server", explains: leaderless },
    ];
}

/** A fault and what it did. Times are in milliseconds, of `performance.now()`. */
export interface Fault {
    target: Target;
    at: number;
    /** When all was well again. Undefined: it was not in time. */
    recoveredAt: number | undefined;
}

/** Why a request failed, or undefined where no fault explains it. */
export function explain({ sentAt, endedAt, answer }: Failure, faults: Fault[]): string | undefined {
    for (const { target, at, recoveredAt = Infinity } of faults) {
        if (endedAt >= at && sentAt <= recoveredAt) {
            const found = target.explains.find(({ pattern }) => pattern.test(answer));
            if (found !== undefined) {
                return found.reason;
            }
        }
    }
    return undefined;
}
