import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { kinds } from "../../objects/kinds";
import type { Rule } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { chainsOf } from "../../objects/chains";
import type { ExtProcFilter } from "../../objects/extProc";
import { extProcFiltersOf, gatewaysOf, namesPicker } from "../../objects/extProc";
import { gatewayRoutesOf } from "../../objects/gatewayRoutes";
import { pickerPorts } from "../../objects/pickers";
import type { Reference } from "../../objects/references";
import { targetOf } from "../../objects/references";

/** Says so where a gateway asks an endpoint picker and then goes where the Service leads. */
export const extProcObeyed: Rule = {
    name: "ext-proc-obeyed",
    description:
        "A gateway that asks an endpoint picker over ext_proc routes to what obeys the answer: a pool.",
    severity: "medium",
    enforcementLevel: "advisory",
    remediationSteps:
        "Route to an InferencePool instead of the Service, and remove the EnvoyFilter: Istio asks a pool's endpoint picker by itself. Keep both only to look at scores.",
    *checkStack(index) {
        const filters = extProcFiltersOf(index);
        yield* filters.undecided;
        yield* filters.all.length > 0 ? gatewayRoutesOf(index).undecided : [];
        for (const filter of filters.all) {
            yield* each([filter.object], () => checkFilter(filter, index));
        }
    },
};

function* checkFilter(filter: ExtProcFilter, index: StackIndex): Findings {
    if (!namesPicker(filter, pickerPorts.grpc.byDefault)) {
        return;
    }
    for (const gateway of gatewaysOf(filter.object, index)) {
        for (const { route, path, services } of gatewayRoutesOf(index).rulesAt(gateway)) {
            for (const service of services.filter((reference) => mayServeModels(reference, index))) {
                yield {
                    message: `${filter.object.toString()} has ${gateway.toString()} ask an endpoint picker, but ${route.toString()} routes to ${targetOf(service)} (${path}), which ignores its choice: scores are computed and not obeyed.`,
                };
            }
        }
    }
}

/** What else passes through the Gateway, such as a web application, is nothing to pick endpoints for. */
function mayServeModels(reference: Reference, index: StackIndex): boolean {
    return (
        chainsOf(index).backendAt(reference) !== undefined ||
        index.find(kinds.service, reference.namespace, reference.name) === undefined
    );
}
