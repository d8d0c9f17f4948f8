import type { ClusterProblem } from "../../shared/errors";
import type { ModelTraffic } from "../traffic";
import type { Finding, ModelContext } from "./check";
import { unknown } from "./check";
import { policiesForPodsOnly } from "./networkPolicies";

/**
 * What the API server says when its proxy reached no pod, and what is said of it when it took too long to find out: that
 * is between the two, and tells nothing of the pod. A pod that refuses a connection was reached.
 */
export function isUndelivered(error: string | undefined): boolean {
    return (
        error !== undefined &&
        /error trying to reach service|^the API server at .* gave no answer/.test(error) &&
        !/connection refused/.test(error)
    );
}

/** What ended the sending of requests, by the cluster's problem. */
const endings: Partial<Record<ClusterProblem, [id: string, fix: string]>> = {
    "out-of-time": ["requests-out-of-time", "give more --timeout, or fewer --requests"],
    forbidden: [
        "requests-not-permitted",
        "you need the rights to `create` and `get` services/proxy and pods/proxy; or give --gateway-url and --direct-url",
    ],
};

/** The finding where nothing was sent because the cluster could not be asked any more; undefined where it could. */
export function stopped({ stopped: error }: ModelTraffic): Finding[] | undefined {
    if (error === undefined) {
        return undefined;
    }
    const [id, fix] = endings[error.problem] ?? [
        "requests-not-sent",
        "see to the API server, and run this again",
    ];
    return [unknown(id, `requests could not be sent: ${error.message}`, fix)];
}

/** What is not known because the API server's proxy does not get through. */
interface Undelivered {
    /** Id of the finding where no NetworkPolicy is the cause. */
    id: string;
    /** What was asked, and what came of it. */
    text: string;
    /** The pods that were to be reached. */
    to: { namespace: string; labels: Record<string, string> };
    port: number;
}

/** The finding on something that did not arrive, with the NetworkPolicies that keep it out, if there are any. */
export function undelivered(context: ModelContext, { id, text, to, port }: Undelivered): Finding {
    const policies = policiesForPodsOnly(context, to, port);
    return policies.length === 0
        ? unknown(
              id,
              `${text}: that is between the API server and the pods, and says nothing of the pods themselves`,
              "let the API server reach pods, or give --port-forward, or --gateway-url and --direct-url",
          )
        : unknown(
              "api-server-not-admitted",
              `${text}: NetworkPolicies ${policies.join(", ")} admit pods only, and the API server, by which this was sent, is none`,
              "give --port-forward, which no NetworkPolicy is asked about; or run this in a pod with networkPolicies.directClientLabels, with --gateway-url and --direct-url",
          );
}
