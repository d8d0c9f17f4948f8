import { chainsOf } from "../../objects/chains";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { servicePortsOf } from "../../objects/pickers";
import type { Reference } from "../../objects/references";
import { scanReferences } from "../../objects/references";
import type { StackIndex } from "../../objects/stackIndex";

/** The Services and InferencePools that a route sends requests to, in whichever group it names them. */
export function backendsOf(route: KubernetesObject): Reference[] {
    return scanReferences(route).references.filter(
        ({ purpose, kind }) =>
            purpose === "backend" && (kind === kinds.service.kind || kind === kinds.inferencePool.kind),
    );
}

/** The references of routes that send requests to a pool, for which its EPP is asked. */
export function referencesTo(pool: KubernetesObject, index: StackIndex): Reference[] {
    const { routedBy = [] } = chainsOf(index).backends.find(({ object }) => object === pool) ?? {};
    return routedBy.filter(({ purpose }) => purpose === "backend");
}

/** The ports that requests come to at a Service. */
export function portsOf(service: KubernetesObject): number[] {
    return servicePortsOf(service).map(({ number }) => number);
}
