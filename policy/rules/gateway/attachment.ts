import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { list, record, text } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { admissionOf, describeListeners, describeSection } from "../../../objects/listeners";
import type { StackIndex } from "../../../objects/stackIndex";
import type { ParentRef } from "../../../objects/attachments";
import { gatewayParents } from "../../../objects/attachments";

/** A route attaches to a listener that exists and admits it, of each Gateway that it names. */
export function* checkAttachment(route: KubernetesObject, index: StackIndex): Findings {
    if (list(route.spec.parentRefs).length === 0) {
        yield { message: `${route.toString()} attaches to no Gateway: it has no spec.parentRefs.` };
    }
    for (const value of list(route.spec.parentRefs)) {
        const kind = text(record(value).kind);
        if (kind !== undefined && kind !== "Gateway" && kind !== "Service" && kind !== "ListenerSet") {
            yield {
                message: `${route.toString()} names a ${kind} in spec.parentRefs, which routes cannot attach to.`,
            };
        }
    }
    yield* each(gatewayParents(route), (parent) => checkParent(route, parent, index));
}

function* checkParent(route: KubernetesObject, parent: ParentRef, index: StackIndex): Findings {
    const gateway = index.find(kinds.gateway, parent.namespace, parent.name);
    const prefix = `${route.toString()} (${parent.path})`;
    if (!gateway) {
        yield* absentGateway(prefix, parent, index);
        return;
    }
    const { isNamed, refusals } = admissionOf(route, parent, gateway, index);
    if (!isNamed) {
        yield {
            message: `${prefix} names ${describeSection(parent)} of ${gateway.toString()}, whose listeners are ${describeListeners(gateway)}.`,
        };
    }
    if (refusals.length === 0) {
        return;
    }
    // Advice only where one of the listeners may admit the route, for all the program says.
    const absent = refusals.find((refusal) => refusal.absent !== undefined)?.absent;
    const reasons = refusals.map(({ listener, reason }) => `${listener} ${reason}`);
    yield {
        message: `${prefix} is not admitted by ${gateway.toString()}: ${reasons.join("; ")}.`,
        absent,
        level: absent === undefined ? undefined : "advisory",
    };
}

/** The Gateway may be another program's; one of the name in another namespace was meant. */
function* absentGateway(prefix: string, { namespace, name }: ParentRef, index: StackIndex): Findings {
    const meant = index.ofKind(kinds.gateway).find((gateway) => gateway.name === name);
    yield meant
        ? {
              message: `${prefix} names Gateway ${namespace}/${name}, but the program has ${meant.toString()}.`,
          }
        : {
              message: `${prefix} names Gateway ${namespace}/${name}, which is not in this program: its listeners cannot be checked here.`,
              absent: `Gateway ${namespace}/${name}`,
              level: "advisory",
          };
}
