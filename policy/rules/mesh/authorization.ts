import { targetNumber } from "../../../objects/containers";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { admitsOpaque, denierOf, policiesAtGateway, policiesAtPods, sidecarOf } from "../../../objects/mesh";
import type { PickerService } from "../../../objects/pickers";
import { servicePortsOf } from "../../../objects/pickers";
import type { PodTemplate } from "../../../objects/podIndex";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Findings } from "../../framework/finding";
import { unlessInjected } from "./unlessInjected";

const denied = '403 "RBAC: access denied"';

/** Some request passes the Gateway. Which ones are meant to, nothing else tells. */
export function* checkGatewayPolicies(gateway: KubernetesObject, index: StackIndex): Findings {
    const denier = denierOf(policiesAtGateway(gateway, index), () => true);
    if (denier) {
        yield {
            object: denier,
            message: `${denier.toString()} denies every request at ${gateway.toString()} (${cause(denier)}): clients get ${denied}.`,
        };
    }
}

/** Gateways call an endpoint picker with its own TLS, so that its sidecar knows of them neither an identity nor a path. */
export function* checkPickerPolicies({ object, pickers }: PickerService, index: StackIndex): Findings {
    for (const picker of pickers) {
        const sidecar = sidecarOf(picker.template, index);
        const port = servicePortsOf(object)
            .map(({ target }) => targetNumber(picker.template, target) ?? 0)
            .find((number) => picker.portOf(number) === "grpc");
        const denier =
            sidecar === "no" || port === undefined
                ? undefined
                : denierOf(policiesAtPods(picker.template, index), (rule) =>
                      picker.isOn("secure-serving", true) ? admitsOpaque(rule, port) : true,
                  );
        if (denier) {
            yield {
                object: denier,
                message: `${denier.toString()} denies every call to ${picker.owner.toString()} (${cause(denier)}): its sidecar sees of a gateway's TLS neither who calls nor what for, and no endpoint is picked.`,
                ...unlessInjected(sidecar, picker.template),
            };
        }
    }
}

/** Some request passes to the model servers. */
export function* checkServerPolicies(template: PodTemplate, index: StackIndex): Findings {
    const sidecar = sidecarOf(template, index);
    const denier = sidecar === "no" ? undefined : denierOf(policiesAtPods(template, index), () => true);
    if (denier) {
        yield {
            object: denier,
            message: `${denier.toString()} denies every request to the pods of ${template.owner.toString()} (${cause(denier)}): clients get ${denied}.`,
            ...unlessInjected(sidecar, template),
        };
    }
}

function cause({ spec }: KubernetesObject): string {
    return spec.action === "DENY"
        ? "a rule of spec.rules is for everything"
        : "no rule of spec.rules admits any";
}
