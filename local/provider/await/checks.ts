import type { Cluster } from "../cluster";
import type { KubeObject } from "../objects";
import { kindOf, objectsAt, stringAt } from "../objects";
import type { Readiness, ReadinessCheck } from "./readiness";
import { failed, ready, waitingFor } from "./readiness";
import { serviceCheck } from "./services";
import {
    checkDaemonSet,
    checkDeployment,
    checkJob,
    checkPod,
    checkStatefulSet,
    conditionOf,
} from "./workloads";

const minuteMs = 60_000;

/** How a kind is waited for. */
export interface KindCheck {
    check: ReadinessCheck;
    /** The most to wait when the program does not say. */
    timeoutMs: number;
    /** Whether a refresh, which does not wait, reports an object that is not ready. */
    onRefresh: boolean;
}

/**
 * How objects of this kind are waited for after a create or an update; undefined for kinds that are ready as soon
 * as they are there, custom resources among them. Kinds and time-outs follow the official provider, which waits
 * for CustomResourceDefinitions only through the resources that need them.
 *
 * @param warn told what is no reason to fail, but worth a look.
 */
export function kindCheckFor(
    cluster: Cluster,
    object: KubeObject,
    warn: (message: string) => void,
): KindCheck | undefined {
    const { group, kind } = kindOf(object);
    switch (`${group}/${kind}`) {
        case "apps/Deployment":
            return { check: checkDeployment, timeoutMs: 10 * minuteMs, onRefresh: true };
        case "apps/StatefulSet":
            return { check: checkStatefulSet, timeoutMs: 10 * minuteMs, onRefresh: true };
        case "apps/DaemonSet":
            return { check: checkDaemonSet, timeoutMs: 10 * minuteMs, onRefresh: true };
        case "batch/Job":
            return { check: checkJob, timeoutMs: 10 * minuteMs, onRefresh: true };
        case "/Pod":
            return { check: checkPod, timeoutMs: 5 * minuteMs, onRefresh: true };
        case "/PersistentVolumeClaim":
            return { check: (live) => checkClaim(cluster, live), timeoutMs: 5 * minuteMs, onRefresh: true };
        case "/Service":
            return { check: serviceCheck(cluster, warn), timeoutMs: 10 * minuteMs, onRefresh: false };
        case "networking.k8s.io/Ingress":
            return { check: checkIngress, timeoutMs: 10 * minuteMs, onRefresh: false };
        case "apiextensions.k8s.io/CustomResourceDefinition":
            return { check: (live) => checkDefinition(cluster, live), timeoutMs: minuteMs, onRefresh: false };
        default:
            return undefined;
    }
}

/** Bound; or waiting for its first pod, which may come only after the claim. */
async function checkClaim(cluster: Cluster, live: KubeObject): Promise<Readiness> {
    const phase = stringAt(live, "status", "phase");
    if (phase === "Bound") {
        return ready;
    }
    if (phase === "Lost") {
        return failed("the volume of the claim is lost");
    }
    const name = stringAt(live, "spec", "storageClassName");
    const gvk = { group: "storage.k8s.io", version: "v1", kind: "StorageClass" };
    const storageClass = name ? await cluster.get({ gvk, name }) : undefined;
    if (stringAt(storageClass, "volumeBindingMode") === "WaitForFirstConsumer") {
        return ready;
    }
    return waitingFor([`the claim is ${phase ?? "not bound"}`]);
}

function checkIngress(live: KubeObject): Readiness {
    return waitingFor([
        objectsAt(live, "status", "loadBalancer", "ingress").length === 0 &&
            "it was given no address: does an ingress controller serve its class?",
    ]);
}

/** Established, and served: the API server publishes a new kind a moment after it accepts the definition. */
async function checkDefinition(cluster: Cluster, live: KubeObject): Promise<Readiness> {
    const names = conditionOf(live, "NamesAccepted");
    if (stringAt(names, "status") === "False") {
        return failed(`its names are not accepted: ${stringAt(names, "message") ?? ""}`);
    }
    if (stringAt(conditionOf(live, "Established"), "status") !== "True") {
        return waitingFor(["it is not Established"]);
    }
    const served = objectsAt(live, "spec", "versions").filter((version) => version.served === true);
    const missing: string[] = [];
    for (const version of served) {
        const gvk = {
            group: stringAt(live, "spec", "group") ?? "",
            version: stringAt(version, "name") ?? "",
            kind: stringAt(live, "spec", "names", "kind") ?? "",
        };
        if ((await cluster.discovery.tryFind(gvk)) === undefined) {
            missing.push(`version ${gvk.version} is not served yet`);
        }
    }
    return waitingFor(missing);
}
