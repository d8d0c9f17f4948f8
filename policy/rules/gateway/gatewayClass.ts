import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { gatewayNameLabel } from "../../../objects/dataPlane";
import { list, record, strings, text } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { StackIndex } from "../../../objects/stackIndex";
import { referencesOf } from "../../../objects/references";
import { serviceHost } from "../../../objects/hosts";

const istioController = /^istio\.io\//;

/** Istio's resources have an effect on the Gateways of Istio's classes only. */
export function* checkClass(
    gateway: KubernetesObject,
    istioClasses: readonly string[],
    routes: readonly KubernetesObject[],
    index: StackIndex,
): Findings {
    const name = text(gateway.spec.gatewayClassName);
    if (name === undefined) {
        yield { message: `${gateway.toString()} names no class (spec.gatewayClassName).` };
        return;
    }
    if (isIstio(name, istioClasses, index)) {
        return;
    }
    const filters = index.inNamespace(kinds.envoyFilter, gateway.namespace);
    const rules = [...reached(gateway, routes, index)].flatMap((namespace) =>
        index.inNamespace(kinds.destinationRule, namespace),
    );
    yield* each([...filters, ...rules], function* (object) {
        if (object.is(kinds.envoyFilter) ? isFor(object, gateway) : isForService(object, index)) {
            yield {
                object: gateway,
                ...(!index.find(kinds.gatewayClass, "", name) && { absent: `GatewayClass ${name}` }),
                message: `${gateway.toString()} is of class ${name} (spec.gatewayClassName), which is none of Istio's (${istioClasses.join(", ")}), but ${object.toString()} is Istio's and has no effect on it.`,
            };
        }
    });
}

/** A GatewayClass of the program decides by its controller; otherwise the config says which names are Istio's. */
export function isIstio(name: string, istioClasses: readonly string[], index: StackIndex): boolean {
    const controller = text(index.find(kinds.gatewayClass, "", name)?.spec.controllerName);
    return controller === undefined ? istioClasses.includes(name) : istioController.test(controller);
}

/** By its label or by `targetRefs`; one that selects nothing is for every workload in the namespace. */
function isFor({ spec }: KubernetesObject, gateway: KubernetesObject): boolean {
    const labels = strings(record(spec.workloadSelector).labels);
    const targets = list(spec.targetRefs).map(record);
    if (targets.length > 0) {
        return targets.some(({ kind, name }) => kind === "Gateway" && name === gateway.name);
    }
    return Object.keys(labels).length === 0 || labels[gatewayNameLabel] === gateway.name;
}

/** The namespaces that a Gateway's requests go to, with its own, where ext_proc may go. */
function reached(
    gateway: KubernetesObject,
    routes: readonly KubernetesObject[],
    index: StackIndex,
): ReadonlySet<string> {
    const references = routes.flatMap((route) => referencesOf(index).get(route)?.references ?? []);
    return new Set([gateway.namespace, ...references.map(({ namespace }) => namespace)]);
}

/** A DestinationRule where a Gateway's requests go is for what the Gateway calls, if the program has it. */
function isForService(rule: KubernetesObject, index: StackIndex): boolean {
    const host = serviceHost(text(rule.spec.host) ?? "", rule.namespace);
    return host !== undefined && index.find(kinds.service, host.namespace, host.name) !== undefined;
}
