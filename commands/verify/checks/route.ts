import { api } from "../../../components/contract";
import type { ParentRef } from "../../../objects/attachments";
import { gatewayParents } from "../../../objects/attachments";
import type { Grant } from "../../../objects/grants";
import { admits, fromAdmits, grantsOf, toAdmits } from "../../../objects/grants";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { admissionOf, describeListeners, describeSection } from "../../../objects/listeners";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Condition } from "../../shared/conditions";
import { conditionOf } from "../../shared/conditions";
import { matchesOf, matchText, sameMatch } from "../../shared/routeMatch";
import type { BackendRef, HttpRouteObject, ParentStatus } from "../kinds";
import type { Check, Finding, ModelContext, ReleasedModel } from "./check";
import { broken, redeploy, ref, throughGateway, warning } from "./check";

/** The API group of what a route refers to. */
function backendGroup({ backend }: ReleasedModel): string {
    return backend.kind === "InferencePool" ? api.inferencePool.group : "";
}

export const grant: Check = {
    id: "grant",
    title: "A ReferenceGrant lets the route reach its backend",
    scope: "model",
    needs: ["namespaces", "kinds"],
    on: throughGateway,
    run: ({ snapshot, deployment, model }) => {
        const { backend } = model;
        const from = deployment.namespaces.scheduler;
        const referrer = { ...kinds.httpRoute, namespace: from };
        const target = { ...backend, group: backendGroup(model) };
        const { all } = grantsOf(snapshot.index);
        const here = all.filter(({ object }) => object.namespace === backend.namespace);
        if (backend.namespace === from || here.some((found) => admits(found, referrer, target))) {
            return [];
        }
        const wanted = `no ReferenceGrant in ${backend.namespace} for ${backend.kind} ${backend.name}`;
        const finding = (id: string, why: string) => [broken(id, `${wanted}: ${why}`, redeploy)];
        const elsewhere = all.filter((found) =>
            admits(found, referrer, { ...target, namespace: found.object.namespace }),
        );
        if (elsewhere.length > 0) {
            return finding(
                "grant-wrong-namespace",
                `${elsewhere.map(nameOf).join(", ")} allows it from another namespace, and a grant counts in its backend's`,
            );
        }
        const otherFrom = here.filter(({ to }) => to.some((entry) => toAdmits(entry, target)));
        if (otherFrom.length > 0) {
            return finding(
                "grant-wrong-from",
                `${nameOf(otherFrom[0]!)} is for ${fromText(otherFrom[0]!)}, and the HTTPRoute is in ${from}`,
            );
        }
        // Other models have grants for backends of their own.
        const others = Object.values(deployment.models).map((other) => other.grant);
        const candidates = here.filter(
            ({ object, from: sources }) =>
                sources.some((entry) => fromAdmits(entry, referrer)) &&
                (object.name === model.grant || !others.includes(object.name ?? "")),
        );
        const targets = candidates.flatMap(({ to }) => to);
        if (targets.length === 0) {
            return [broken("grant-missing", wanted, redeploy)];
        }
        const sameKind = targets.filter(({ kind }) => kind === backend.kind);
        const named = candidates.map(nameOf).join(", ");
        if (sameKind.length === 0) {
            const kinds = [...new Set(targets.map(({ kind }) => kind))].join(", ");
            return finding("grant-wrong-kind", `${named} allows ${kinds} alone`);
        }
        const sameGroup = sameKind.filter(({ group }) => group === backendGroup(model));
        return sameGroup.length === 0
            ? finding(
                  "grant-wrong-group",
                  `${named} says group "${sameKind[0]?.group ?? ""}", and it is "${backendGroup(model)}"`,
              )
            : finding(
                  "grant-wrong-name",
                  `${named} allows ${sameGroup.map(({ name }) => name ?? "any").join(", ")} alone`,
              );
    },
};

function nameOf({ object }: Grant): string {
    return object.toString();
}

function fromText({ from }: Grant): string {
    return from.map(({ kind, namespace }) => `${kind}s of ${namespace}`).join(", ");
}

export const route: Check = {
    id: "route",
    title: "The HTTPRoute is there, and leads from the Gateway to its backend",
    scope: "model",
    needs: ["namespaces", "kinds"],
    on: throughGateway,
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const namespace = deployment.namespaces.scheduler;
        const found = snapshot.find("route", namespace, model.route);
        if (found === undefined) {
            return [
                broken(
                    "route-missing",
                    `${ref("HTTPRoute", namespace, model.route)} does not exist`,
                    redeploy,
                ),
            ];
        }
        const name = ref("HTTPRoute", namespace, model.route);
        return [
            ...parentsOf(found, name, context),
            ...backendsOf(found, name, context),
            ...matchOf(found, name, model),
        ];
    },
};

/** The parentRefs that name the Gateway, and whether its listeners take the route by them. */
function parentsOf(found: HttpRouteObject, name: string, { snapshot, deployment }: ModelContext): Finding[] {
    const { gateway, namespaces } = deployment;
    const { index } = snapshot;
    const route = index.find(kinds.httpRoute, namespaces.scheduler, found.metadata.name)!;
    const all = gatewayParents(route);
    const parents = all.filter(
        (parent) => parent.name === gateway.name && parent.namespace === namespaces.scheduler,
    );
    if (parents.length === 0) {
        const others = all.map((parent) => `${parent.namespace}/${parent.name}`).join(", ");
        return [
            broken(
                "route-parent-mismatch",
                `${name} attaches to ${others || "nothing"}, and the Gateway is ${namespaces.scheduler}/${gateway.name}`,
                redeploy,
            ),
        ];
    }
    const object = index.find(kinds.gateway, namespaces.scheduler, gateway.name);
    return object === undefined ? [] : parents.flatMap((parent) => admission(route, parent, object, index));
}

/** What keeps a Gateway's listeners from a route that names the Gateway. */
function admission(
    route: KubernetesObject,
    parent: ParentRef,
    gateway: KubernetesObject,
    index: StackIndex,
): Finding[] {
    const { isNamed, refusals } = admissionOf(route, parent, gateway, index);
    if (!isNamed) {
        return [
            broken(
                "route-parent-mismatch",
                `${route.toString()} attaches to ${describeSection(parent)}, which the Gateway does not have: its listeners are ${describeListeners(gateway)}`,
                redeploy,
            ),
        ];
    }
    if (refusals.length === 0) {
        return [];
    }
    const reasons = refusals.map(({ listener, reason }) => `its ${listener} ${reason}`);
    return [
        broken(
            "route-not-admitted",
            `${route.toString()} is not admitted by ${gateway.toString()}: ${reasons.join("; ")}`,
            redeploy,
        ),
    ];
}

/** Filters that make Istio drop the ext_proc of an InferencePool from a rule. */
const filtersAgainstPools = ["CORS", "ExtensionRef"];

function backendsOf(found: HttpRouteObject, name: string, context: ModelContext): Finding[] {
    const { model } = context;
    const { backend } = model;
    const text = (of: BackendRef) => backendText(of, context);
    return (found.spec?.rules ?? []).flatMap((rule, index) => {
        const refs = (rule.backendRefs ?? []).filter(({ weight }) => weight !== 0);
        const right = refs.filter(
            (of) =>
                (of.kind ?? "Service") === backend.kind &&
                (of.group ?? "") === backendGroup(model) &&
                of.name === backend.name &&
                (of.namespace ?? found.metadata.namespace) === backend.namespace,
        );
        if (right.length === 0) {
            const group = refs.find((of) => of.kind === backend.kind && of.name === backend.name)?.group;
            return [
                broken(
                    "route-backend-mismatch",
                    `${name}, rule ${String(index)}, leads to ${refs.map(text).join(", ") || "nothing"}` +
                        `, and the stack's backend is ${backend.kind} ${backend.namespace}/${backend.name}` +
                        `${group === undefined ? "" : ` of group "${backendGroup(model)}"`}`,
                    redeploy,
                ),
            ];
        }
        const findings: Finding[] = [];
        // A pool's port is its own; the route's is ignored.
        if (backend.kind === "Service" && right.some(({ port }) => port !== backend.port)) {
            findings.push(
                broken(
                    "route-port-mismatch",
                    `${name} sends requests to port ${right.map(({ port }) => String(port)).join(", ")} of ${backend.kind} ${backend.name}, which listens on ${String(backend.port)}`,
                    redeploy,
                ),
            );
        }
        if (refs.length > right.length) {
            const effect =
                backend.kind === "InferencePool"
                    ? "one rule has one endpoint picker, whatever is in it"
                    : "a part of the requests goes elsewhere, or gets 500";
            findings.push(
                broken(
                    "route-mixed-backends",
                    `${name}, rule ${String(index)}, leads to ${refs.map(text).join(", ")}: ${effect}`,
                    redeploy,
                ),
            );
        }
        const harmful = (rule.filters ?? []).filter(({ type }) => filtersAgainstPools.includes(type));
        if (backend.kind === "InferencePool" && harmful.length > 0) {
            findings.push(
                warning(
                    "route-filters-drop-ext-proc",
                    `${name}, rule ${String(index)}, has a ${harmful.map(({ type }) => type).join(", ")} filter, with which Istio forgets the pool's ext_proc`,
                    redeploy,
                ),
            );
        }
        return findings;
    });
}

/** What a backendRef names, with what is wrong with that itself: a kind that no route leads to, or no such object. */
function backendText(of: BackendRef, { snapshot, deployment }: ModelContext): string {
    const { namespaces } = deployment;
    const { group = "", kind = "Service", name, namespace = namespaces.scheduler } = of;
    const text = `${kind} ${namespace}/${name}`;
    const known = [kinds.service, kinds.inferencePool].find(
        (one) => one.group === group && one.kind === kind,
    );
    if (known === undefined) {
        return `${text} of group "${group}"`;
    }
    const isRead = Object.values(namespaces).includes(namespace);
    return isRead && snapshot.index.find(known, namespace, name) === undefined
        ? `${text} (which does not exist)`
        : text;
}

function matchOf(found: HttpRouteObject, name: string, { match, besides = [] }: ReleasedModel): Finding[] {
    const findings: Finding[] = [];
    const hostnames = [...(found.spec?.hostnames ?? [])].sort();
    if (hostnames.join() !== [...match.hostnames].sort().join()) {
        findings.push(
            broken(
                "route-hostnames-mismatch",
                `${name} answers to ${hostnames.join(", ") || "every host"}, and the stack says ${match.hostnames.join(", ") || "every host"}`,
                redeploy,
            ),
        );
    }
    const taken = matchesOf(found).map((one) => ({ ...one, hostnames: match.hostnames }));
    for (const wanted of [match, ...besides]) {
        if (!taken.some((one) => sameMatch(one, wanted))) {
            findings.push(
                broken(
                    "route-match-mismatch",
                    `${name} has no rule for ${matchText({ ...wanted, hostnames: [] })}: such requests get 404, or another model`,
                    redeploy,
                ),
            );
        }
    }
    return findings;
}

export const routeStatus: Check = {
    id: "route-status",
    title: "The HTTPRoute is Accepted, with ResolvedRefs, by every parent",
    scope: "model",
    needs: ["gateway", "grant", "route", "proxy", "pool"],
    on: throughGateway,
    run: ({ snapshot, deployment, model }) => {
        const namespace = deployment.namespaces.scheduler;
        const found = snapshot.find("route", namespace, model.route);
        const name = ref("HTTPRoute", namespace, model.route);
        if (found === undefined) {
            return { skipped: `${name} does not exist` };
        }
        const statuses = (found.status?.parents ?? []).filter(
            ({ parentRef }) => parentRef?.name === deployment.gateway.name,
        );
        if (statuses.length === 0) {
            return [
                broken(
                    "route-no-controller",
                    `${name}: no controller has set a status: is Istio running, and does the Gateway exist?`,
                    "start Istio; a route whose Gateway has no controller stays as it is",
                ),
            ];
        }
        return statuses.flatMap((status) => parentStatus(status, found, name, model));
    },
};

function parentStatus(
    { conditions, parentRef }: ParentStatus,
    found: HttpRouteObject,
    name: string,
    model: ReleasedModel,
): Finding[] {
    const at = parentRef?.sectionName === undefined ? name : `${name} (listener ${parentRef.sectionName})`;
    const accepted = conditionOf(conditions, "Accepted");
    const resolved = conditionOf(conditions, "ResolvedRefs");
    if ((resolved?.observedGeneration ?? Infinity) < (found.metadata.generation ?? 0)) {
        return [
            broken(
                "route-status-stale",
                `${at}: the status is about generation ${String(resolved?.observedGeneration)}, and the route is at ${String(found.metadata.generation)}: the controller has stopped looking`,
                "see whether istiod runs",
            ),
        ];
    }
    return [
        ...(accepted?.status === "True"
            ? []
            : [
                  broken(
                      "route-not-accepted",
                      `${at}: Accepted=${conditionText(accepted)}`,
                      "let the Gateway's listeners allow the route: its namespace, hostnames and listener name",
                  ),
              ]),
        ...(resolved?.status === "True"
            ? []
            : [
                  broken(
                      "route-refs-unresolved",
                      `${at}: ResolvedRefs=${conditionText(resolved)}`,
                      unresolved(resolved?.reason, model),
                  ),
              ]),
    ];
}

/** A condition after its type, for messages. */
export function conditionText(condition: Condition | undefined): string {
    return condition === undefined
        ? "Unknown (not set)"
        : `${condition.status}, ${condition.reason ?? "no reason"}: ${condition.message ?? ""}`;
}

/** What to do about a route whose references do not resolve, by the reason (Gateway API `RouteConditionReason`). */
function unresolved(reason: string | undefined, { backend }: ReleasedModel): string {
    switch (reason) {
        case "RefNotPermitted":
            return `a ReferenceGrant in ${backend.namespace} must allow ${backend.kind} ${backend.name}; ${redeploy}`;
        case "BackendNotFound":
            return `${backend.kind} ${backend.namespace}/${backend.name} must exist with port ${String(backend.port)}; ${redeploy}`;
        case "InvalidKind":
            return `the controller knows no ${backend.kind}; for an InferencePool istiod needs ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true`;
        default:
            return redeploy;
    }
}
