import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { kinds } from "../../../objects/kinds";
import { templatesOf } from "../../../objects/podIndex";
import type { Rule } from "../../framework/rule";
import type { Backend } from "../../../objects/chains";
import { chainsOf, isPool } from "../../../objects/chains";
import { pickersOf } from "../../../objects/pickers";
import { servesModels } from "../../../objects/servers";
import { checkDestinationRules } from "./destinationRules";
import { checkMonitors } from "./monitors";
import { checkNetworkPolicies } from "./networkPolicies";
import { checkOutputs } from "./outputs";
import { checkPods } from "./pods";
import { checkPickerPorts, checkPickerTargets } from "./pickers";
import { checkBackendPool, checkPool } from "./pools";
import { checkReferencePort } from "./routes";
import { checkBackendService, checkServicePorts, isPlainlyInference } from "./services";

/** The port of inference, for the whole program. */
export interface InferencePortConfig {
    port: number;
}

/**
 * One port all along each chain from route to pods. What one resource says by itself is judged before it is created;
 * what takes the chain to be seen, afterwards.
 */
export const inferencePort: Rule<InferencePortConfig> = {
    name: "inference-port",
    description: "Everything on the way from a route to a model server's pods says the same port.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Change the place that the message names first. The port is `port` in this rule's config, 8200 by default.",
    config: {
        defaults: { port: 8200 },
        schema: {
            port: {
                type: "integer",
                minimum: 1,
                maximum: 65535,
                description: "The port of the model servers, their Services and pools.",
            },
        },
    },
    *checkResource(object, { port }) {
        if (object.is(kinds.service)) {
            if (isPlainlyInference(object)) {
                yield* checkServicePorts(object, port);
            }
        } else if (isPool(object)) {
            yield* checkPool(object, port);
        } else {
            yield* each(templatesOf(object), function* (template) {
                if (servesModels(template)) {
                    yield* checkPods(template, port);
                }
                yield* checkPickerPorts(template, port);
            });
        }
    },
    *checkStack(index, { port }) {
        const chains = chainsOf(index);
        yield* chains.undecided;
        yield* each(chains.backends, (backend) => each([backend.object], () => checkBackend(backend, port)));
        yield* each(chains.references, (reference) =>
            each([reference.from], () => checkReferencePort(reference, chains, port)),
        );
        for (const template of chains.templates) {
            // The others were judged one by one.
            if (!servesModels(template)) {
                yield* each([template.owner], () => checkPods(template, port));
            }
        }
        for (const picker of pickersOf(index).all) {
            yield* each([picker.owner], () => checkPickerTargets(picker, index, port));
        }
        yield* checkNetworkPolicies(index, chains, port);
        yield* checkMonitors(index, chains, port);
        yield* checkDestinationRules(index, chains, port);
        yield* checkOutputs(index, chains, port);
    },
};

function* checkBackend(backend: Backend, port: number): Findings {
    yield* isPool(backend.object) ? checkBackendPool(backend, port) : checkBackendService(backend, port);
}
