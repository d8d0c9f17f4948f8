import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { integer, list, record, text } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Chains } from "../../../objects/chains";
import { serviceHost } from "../../../objects/hosts";
import { disagreement } from "./claim";
import { portsOf, serviceClaim } from "./services";

/** A DestinationRule's settings by port are for ports that its Service has; for another port they say nothing. */
export function* checkDestinationRules(index: StackIndex, chains: Chains, port: number): Findings {
    yield* each(index.ofKind(kinds.destinationRule), function* (rule) {
        const host = serviceHost(text(rule.spec.host) ?? "", rule.namespace);
        const service = host && chains.backendAt({ ...kinds.service, ...host })?.object;
        if (service) {
            yield* checkPolicy(rule, service, rule.spec.trafficPolicy, "spec.trafficPolicy", port);
            yield* each(list(rule.spec.subsets), (subset, position) =>
                checkPolicy(
                    rule,
                    service,
                    record(subset).trafficPolicy,
                    `spec.subsets.${String(position)}.trafficPolicy`,
                    port,
                ),
            );
        }
    });
}

function* checkPolicy(
    rule: KubernetesObject,
    service: KubernetesObject,
    policy: unknown,
    path: string,
    port: number,
): Findings {
    yield* each(list(record(policy).portLevelSettings), function* (settings, position) {
        const number = integer(record(record(settings).port).number);
        if (!portsOf(service).some((offered) => offered.number === number)) {
            const claim = {
                object: rule,
                what: `a port of ${service.toString()}`,
                path: `${path}.portLevelSettings.${String(position)}.port.number`,
                port: number,
            };
            const [only, ...others] = portsOf(service);
            yield disagreement(
                claim,
                port,
                serviceClaim(service, port),
                () => only?.number === port && others.length === 0,
            );
        }
    });
}
