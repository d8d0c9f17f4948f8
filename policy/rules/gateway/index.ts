import type { Findings } from "../../framework/finding";
import { each, isolated } from "../../framework/finding";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { Rule } from "../../framework/rule";
import { inferenceGateways } from "../../../objects/attachments";
import { chainsOf } from "../../../objects/chains";
import { describeListeners, listenersOf } from "../../../objects/listeners";
import { checkAttachment } from "./attachment";
import { checkClass } from "./gatewayClass";
import { checkParameters } from "./parameters";

/** What an inference Gateway looks like. */
export interface GatewayConfig {
    listenerPort: number;
    istioClasses: readonly string[];
}

/** Inference routes attach to a Gateway that is there, listens where clients look, and is of the right class. */
export const gateway: Rule<GatewayConfig> = {
    name: "gateway",
    description:
        "Gateways for inference listen on the agreed port, are of a class that fits the Istio resources in use, have their parameters, and admit the routes that name them.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Make the listener, sectionName, hostnames, allowedRoutes or gatewayClassName that the message names agree. A Gateway that another program makes is only pointed out.",
    config: {
        defaults: { listenerPort: 80, istioClasses: ["istio", "istio-remote"] },
        schema: {
            listenerPort: {
                type: "integer",
                minimum: 1,
                maximum: 65535,
                description: "The port of the HTTP listener that every inference Gateway has.",
            },
            istioClasses: {
                type: "array",
                items: { type: "string" },
                description:
                    "The GatewayClasses that Istio implements, where the program has no GatewayClass itself.",
            },
        },
    },
    *checkStack(index, { listenerPort, istioClasses }) {
        const chains = chainsOf(index);
        yield* each(chains.routes, (route) => checkAttachment(route, index));
        const routesOf = inferenceGateways(index, chains);
        yield* each([...routesOf.keys()], function* (object) {
            yield* isolated(() => checkListenerPort(object, listenerPort));
            yield* isolated(() => checkParameters(object, istioClasses, index));
            yield* isolated(() => checkClass(object, istioClasses, routesOf.get(object) ?? [], index));
        });
    },
};

function* checkListenerPort(object: KubernetesObject, listenerPort: number): Findings {
    if (!listenersOf(object).some(({ port, protocol }) => port === listenerPort && protocol === "HTTP")) {
        yield {
            message: `${object.toString()} has no HTTP listener on port ${String(listenerPort)} (\`listenerPort\` in this rule's config), only ${describeListeners(object)} (spec.listeners).`,
        };
    }
}
