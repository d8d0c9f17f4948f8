import type { Cluster } from "../cluster";
import type { KubeObject } from "../objects";
import { nameOf, namespaceOf, stringAt } from "../objects";

/** How many events an error message shows. */
const shownEvents = 5;

/** The last warnings that controllers recorded about an object. Never throws: it only adds to another message. */
export async function lastWarnings(cluster: Cluster, object: KubeObject): Promise<string[]> {
    const fieldSelector = [
        `involvedObject.name=${nameOf(object)}`,
        `involvedObject.kind=${object.kind}`,
        "type=Warning",
    ].join(",");
    const gvk = { group: "", version: "v1", kind: "Event" };
    const events = await cluster
        .list(gvk, namespaceOf(object) ?? "default", { fieldSelector })
        .catch(() => []);
    return events
        .sort((left, right) => timeOf(left).localeCompare(timeOf(right)))
        .slice(-shownEvents)
        .map((event) => `event ${stringAt(event, "reason")}: ${stringAt(event, "message")}`);
}

function timeOf(event: Parameters<typeof stringAt>[0]): string {
    return stringAt(event, "lastTimestamp") ?? stringAt(event, "eventTime") ?? "";
}
