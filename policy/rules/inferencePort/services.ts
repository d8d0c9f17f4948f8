import type { Findings } from "../../framework/finding";
import { each, isolated } from "../../framework/finding";
import { integer, list, record, strings } from "../../../objects/json";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { PodTemplate } from "../../../objects/podIndex";
import type { Backend } from "../../../objects/chains";
import { isHeadless } from "../../../objects/chains";
import { marksInference } from "../../../objects/servers";
import { namedPort } from "../../../objects/containers";
import { selectionOf } from "../../../objects/selections";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Claim } from "./claim";
import { disagreement } from "./claim";
import { listensOnlyAt } from "./pods";

/** A port of a Service, as it is written. */
interface ServicePort {
    readonly position: number;
    readonly number: number | undefined;
    readonly name: unknown;
    /** A number, a name, or nothing: then it is the port's own number. */
    readonly target: unknown;
}

/** The ports of a Service. */
export function portsOf(service: KubernetesObject): ServicePort[] {
    return list(service.spec.ports).map((value, position) => {
        const { port, name, targetPort } = record(value);
        return { position, number: integer(port), name, target: targetPort };
    });
}

/** Whether a Service alone tells that it is for inference, so that creating it can be stopped. */
export function isPlainlyInference(service: KubernetesObject): boolean {
    return marksInference(strings(service.spec.selector)) && !isHeadless(service);
}

/** A Service's port numbers and numeric targets. */
export function* checkServicePorts(service: KubernetesObject, port: number): Findings {
    const entries = list(service.spec.ports);
    if (entries.length > 1 && servingPorts(service, port).length === 0) {
        const numbers = portsOf(service).map(({ number }) => String(number));
        yield {
            object: service,
            message: `${service.toString()}: its ports (spec.ports) are ${numbers.join(", ")}, but the inference port is ${String(port)} (\`port\` in this rule's config).`,
        };
    }
    if (entries.length === 1) {
        // Each read on its own: one of the two may be unknown.
        yield* isolated(() => checkNumber(service, entries[0], port));
        yield* isolated(() => checkTarget(service, entries[0], port));
    } else {
        yield* each(servingPorts(service, port), ({ position }) =>
            checkNumber(service, entries[position], port, position),
        );
        yield* each(servingPorts(service, port), ({ position }) =>
            checkTarget(service, entries[position], port, position),
        );
    }
}

function* checkNumber(service: KubernetesObject, entry: unknown, port: number, position = 0): Findings {
    const number = integer(record(entry).port);
    if (number !== port) {
        yield disagreement(numberClaim(service, number, position), port, undefined, (index) =>
            leadsOnlyTo(service, port, index),
        );
    }
}

function* checkTarget(service: KubernetesObject, entry: unknown, port: number, position = 0): Findings {
    const target = record(entry).targetPort;
    if (typeof target === "number" && target !== port) {
        yield disagreement(
            {
                object: service,
                what: "a targetPort",
                path: `spec.ports.${String(position)}.targetPort`,
                port: target,
            },
            port,
            undefined,
            (index) => leadsOnlyTo(service, port, index),
        );
    }
}

/** Whether a Service has pods in the program, and all of them listen at a port. */
function leadsOnlyTo(service: KubernetesObject, port: number, index: StackIndex): boolean {
    const { templates } = selectionOf(service, index);
    return templates.length > 0 && templates.every((template) => listensOnlyAt(template, port));
}

function numberClaim(service: KubernetesObject, number: number | undefined, position: number): Claim {
    return { object: service, what: "a port", path: `spec.ports.${String(position)}.port`, port: number };
}

/** The ports of a Service that are for inference: the only one, or of several those that lead to or are the port. */
function servingPorts(service: KubernetesObject, port: number): ServicePort[] {
    const all = portsOf(service);
    return all.length === 1 ? all : all.filter(({ number, target }) => number === port || target === port);
}

/** A Service's named targets in each pod template that it selects, and its numbers where only the chain tells it. */
export function* checkBackendService(backend: Backend, port: number): Findings {
    const { object, selection, routedBy } = backend;
    if (isHeadless(object) && routedBy.length === 0) {
        return;
    }
    if (!isPlainlyInference(object)) {
        yield* isolated(() => checkServicePorts(object, port));
    }
    yield* each(servingPorts(object, port), function* ({ position, target }) {
        if (typeof target === "string") {
            const path = `spec.ports.${String(position)}.targetPort`;
            yield* each(selection.templates, (template) =>
                checkNamedTarget(object, path, target, template, port),
            );
        }
    });
}

function* checkNamedTarget(
    object: KubernetesObject,
    path: string,
    target: string,
    template: PodTemplate,
    port: number,
): Findings {
    const named = namedPort(template, target);
    const what = `a targetPort in the pods of ${template.owner.toString()}`;
    const claim = { object, what, path, port: named?.number, written: target };
    if (claim.port !== port) {
        const declared: Claim | undefined = named && {
            object: template.owner,
            what: `the port named ${target} of container ${named.container.name}`,
            path: named.path,
            port: named.number,
        };
        yield declared
            ? disagreement(declared, port, numberClaimOf(object, port))
            : disagreement(claim, port);
    }
}

/** The Service's own port, to hold against the pods', if that is right. */
function numberClaimOf(service: KubernetesObject, port: number): Claim | undefined {
    const agreeing = portsOf(service).find(({ number }) => number === port);
    return agreeing && numberClaim(service, agreeing.number, agreeing.position);
}

/** The claim of a Service's port that is for inference, to hold against what refers to it. */
export function serviceClaim(service: KubernetesObject, port: number): Claim | undefined {
    const [first] = servingPorts(service, port);
    return first && numberClaim(service, first.number, first.position);
}
