import type { SuiteName } from "../../local/conformance/suites";
import { everyFault } from "./stacks";

/** A test of a conformance suite that sets up something broken, and the faults that do the same to the deployed stack. */
export interface BrokenSetup {
    suite: SuiteName;
    test: string;
    /** Titles of the faults. */
    faults: readonly string[];
}

const grants = [
    "the grant: to another name",
    "the grant: from another namespace",
    "the grant: to the other kind of backend, with its group",
    "the grant: in the route's namespace",
];

function setups(suite: SuiteName, rows: Record<string, readonly string[]>): BrokenSetup[] {
    return Object.entries(rows).map(([test, faults]) => ({ suite, test, faults }));
}

/** Every broken setup of the suites that a stack of the program's can have. */
export const brokenSetups: readonly BrokenSetup[] = [
    ...setups("gateway", {
        BackendTLSPolicyInvalidCACertificateRef: [
            "a BackendTLSPolicy for the proxy names a certificate authority that is not there",
        ],
        BackendTLSPolicyInvalidKind: [
            "a BackendTLSPolicy for the proxy names a certificate authority of a kind that is none",
        ],
        GatewayInvalidRouteKind: ["Gateway: admits only a kind of route that there is none of"],
        GatewayInvalidTLSConfiguration: ["a listener's certificate is not there"],
        GatewaySecretInvalidReferenceGrant: [
            "a listener's certificate is of another namespace, whose grant is for others",
        ],
        GatewaySecretMissingReferenceGrant: [
            "a listener's certificate is of another namespace, without a grant",
        ],
        GatewayStaticAddresses: ["the Gateway asks for an address of a type that nobody has"],
        HTTPRouteInvalidBackendRefUnknownKind: ["the route leads to a kind that there is none of"],
        HTTPRouteInvalidCrossNamespaceBackendRef: ["the grant: deleted"],
        HTTPRouteInvalidCrossNamespaceParentRef: [
            "Gateway: admits namespaces by a label that the route's lacks",
            "HTTPRoute: a Gateway in another namespace",
        ],
        HTTPRouteInvalidNonExistentBackendRef: ["route: another backend's name"],
        HTTPRouteInvalidParentRefNotMatchingListenerPort: ["HTTPRoute: a port that no listener has"],
        HTTPRouteInvalidParentRefNotMatchingSectionName: ["HTTPRoute: a listener that is not there"],
        HTTPRouteInvalidParentRefSectionNameNotMatchingPort: [
            "HTTPRoute: a listener at a port that is another's",
        ],
        HTTPRouteInvalidReferenceGrant: grants,
        HTTPRoutePartiallyInvalidViaInvalidReferenceGrant: [
            "the route leads to a Service beside its own that no grant is for",
        ],
    }),
    ...setups("inference", {
        EppUnAvailableFailOpen: [
            "the Service selects nothing, and the pool has FailOpen",
            "the Service selects nothing, and the pool has FailClose",
            "the pool is open on failure, and the endpoint picker has no pod",
            "the endpoint picker has no pod",
        ],
        HTTPRouteInvalidInferencePoolRef: ["route: another backend's name", "the pool is not in the program"],
        InferencePoolInvalidEPPService: ["the pool calls a Service that is not there"],
    }),
];

/** Those that none can have, and why. */
export const setupsOfOthers: Readonly<Record<string, string>> = {
    GatewayFrontendInvalidDefaultClientCertificateValidation:
        "the program's Gateway asks for no client certificates; the condition is the listener's, as that of `GatewayInvalidTLSConfiguration`",
    GatewayInvalidFrontendClientCertificateValidation: "as the one before",
    GatewayInvalidTLSBackendConfiguration: "Istio has no client certificates to back ends: istio#61515",
    ListenerSetAllowedNamespaceNone: "the program makes no ListenerSets",
    ListenerSetDefaultNotAllowed: "the program makes no ListenerSets",
};

/** The rule of the policy pack that tells of a fault, by its title, before anything is deployed. */
export const tellingRules: Readonly<Record<string, string>> = Object.fromEntries(
    everyFault().flatMap(({ title, rule }) => (rule === undefined ? [] : [[title, rule]])),
);
