import { inferenceGateways } from "../../../objects/attachments";
import { chainsOf } from "../../../objects/chains";
import { kinds } from "../../../objects/kinds";
import { pickersOf } from "../../../objects/pickers";
import { each } from "../../framework/finding";
import type { Rule } from "../../framework/rule";
import { checkGatewayPolicies, checkPickerPolicies, checkServerPolicies } from "./authorization";
import { checkInjection } from "./injection";
import { checkMetricsReads, checkPickerCalls } from "./mutualTls";

/** The mesh around inference lets its pods be made, and its requests, calls and metrics pass. */
export const mesh: Rule = {
    name: "mesh",
    description:
        "What Istio's mesh demands around Gateways, endpoint pickers and model servers, they can fulfil: Pod Security with sidecars, mutual TLS, and authorization.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Keep sidecars out of the endpoint picker's pods (label sidecar.istio.io/inject: \"false\"), or demand no mutual TLS of its gRPC port (portLevelMtls) and allow calls to it. Give AuthorizationPolicies at Gateways rules for the requests that are to pass. Sidecars in namespaces that enforce Pod Security need Istio's CNI plugin.",
    *checkStack(index) {
        const chains = chainsOf(index);
        const pickers = pickersOf(index);
        const templates = new Set([...chains.templates, ...pickers.all.map(({ template }) => template)]);
        yield* each(index.ofKind(kinds.namespace), (namespace) =>
            checkInjection(namespace, templates, index),
        );
        for (const service of pickers.services) {
            yield* each([service.object], () => checkPickerCalls(service, index));
            yield* each([service.object], () => checkPickerPolicies(service, index));
        }
        yield* each([...chains.templates], (template) =>
            each([template.owner], () => checkServerPolicies(template, index)),
        );
        for (const picker of pickers.all) {
            yield* each([picker.owner], () => checkMetricsReads(picker, index));
        }
        yield* each([...inferenceGateways(index, chains).keys()], (gateway) =>
            checkGatewayPolicies(gateway, index),
        );
    },
};
