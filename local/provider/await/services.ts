import type { Cluster } from "../cluster";
import type { KubeObject } from "../objects";
import { at, labelSelector, nameOf, namespaceOf, objectsAt, stringAt } from "../objects";
import type { JsonObject } from "../values";
import { isMap } from "../values";
import type { ReadinessCheck } from "./readiness";
import { ready, waitingFor } from "./readiness";

/**
 * How long a Service may select no pod at all before it is left as it is. The official provider waits for its
 * whole time-out (10 minutes) and fails; here it is a warning, since a Service whose pods come later, from another
 * stack or by hand, is valid.
 */
export const noPodsGraceMs = 5_000;

/**
 * Ready when the Service has somewhere to send traffic to and, as a LoadBalancer, an address. A headless Service,
 * an ExternalName and one without a selector wait for no pods.
 *
 * @param warn told once, if the Service is left without pods.
 */
export function serviceCheck(cluster: Cluster, warn: (message: string) => void): ReadinessCheck {
    const started = Date.now();
    let podsExpected = true;
    return async (live) => {
        const needsAddress = stringAt(live, "spec", "type") === "LoadBalancer" && !hasAddress(live);
        let noEndpoints = podsExpected && waitsForPods(live) && !(await hasEndpoints(cluster, live));
        if (noEndpoints && Date.now() - started >= noPodsGraceMs && !(await selectsPods(cluster, live))) {
            podsExpected = noEndpoints = false;
            warn(`the Service selects no pod: ${JSON.stringify(at(live, "spec", "selector"))}`);
        }
        if (!noEndpoints && !needsAddress) {
            return ready;
        }
        return waitingFor([
            noEndpoints &&
                "it has no ready endpoints: the selected pods may not be ready, or .spec.selector matches none",
            needsAddress && "it was given no load balancer address: does the cluster have a load balancer?",
        ]);
    };
}

function hasAddress(service: KubeObject): boolean {
    return objectsAt(service, "status", "loadBalancer", "ingress").length > 0;
}

function waitsForPods(service: KubeObject): boolean {
    const selector = at(service, "spec", "selector");
    return (
        isMap<JsonObject>(selector) &&
        Object.keys(selector).length > 0 &&
        stringAt(service, "spec", "clusterIP") !== "None" &&
        stringAt(service, "spec", "type") !== "ExternalName"
    );
}

async function hasEndpoints(cluster: Cluster, service: KubeObject): Promise<boolean> {
    const slices = await cluster.list(
        { group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice" },
        namespaceOf(service),
        { labelSelector: `kubernetes.io/service-name=${nameOf(service)}` },
    );
    return slices.some((slice) =>
        objectsAt(slice, "endpoints").some((endpoint) => at(endpoint, "conditions", "ready") !== false),
    );
}

async function selectsPods(cluster: Cluster, service: KubeObject): Promise<boolean> {
    const selector = at(service, "spec", "selector") as JsonObject;
    const pods = await cluster.list({ group: "", version: "v1", kind: "Pod" }, namespaceOf(service), {
        labelSelector: labelSelector(selector),
    });
    return pods.length > 0;
}
