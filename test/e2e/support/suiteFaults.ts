import type { GatewayObject, HttpRouteObject } from "../../../commands/verify/kinds";
import type { SuiteName } from "../../../local/conformance/suites";
import type { Fault, Scene } from "./faults";

function editGateway({ editor, deployment }: Scene, change: (gateway: GatewayObject) => void): void {
    editor.edit("gateway", deployment.namespaces.scheduler, deployment.gateway.name, change);
}

function editRoute({ editor, deployment, model }: Scene, change: (route: HttpRouteObject) => void): void {
    editor.edit("route", deployment.namespaces.scheduler, model.route, change);
}

/** A listener beside the stack's own, with a certificate. */
function addHttpsListener(scene: Scene, certificate: { name: string; namespace?: string }): void {
    editGateway(scene, ({ spec }) => {
        const tls = { certificateRefs: [certificate] };
        const listener = { name: "https", port: 443, protocol: "HTTPS", tls };
        spec!.listeners!.push(listener);
    });
}

/** A grant for certificates that is not for the stack's Gateway. */
function grantToOthers({ editor, deployment }: Scene): void {
    editor.create("grant", {
        metadata: { name: "certificates", namespace: deployment.namespaces.simulator },
        spec: {
            from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "default" }],
            to: [{ group: "", kind: "Secret" }],
        },
    });
}

/** Certificate authorities that no BackendTLSPolicy can have. */
const authorities = [
    { title: "that is not there", authority: { group: "", kind: "ConfigMap", name: "no-such-authority" } },
    { title: "of a kind that is none", authority: { group: "invalid.io", kind: "InvalidKind", name: "x" } },
];

/** What the conformance suites set up and that nobody has complained of so far. */
export const suiteFaults: readonly Fault[] = [
    {
        title: "the route attaches to a port that the Gateway does not have",
        mode: "scoring",
        break: (scene) =>
            editRoute(scene, ({ spec }) => Object.assign(spec!.parentRefs![0]!, { port: 8080 })),
        expect: {
            id: "route-parent-mismatch",
            message:
                /attaches to .*port 8080, which the Gateway does not have: its listeners are listener http/,
        },
    },
    {
        title: "the route attaches to the Gateway's listener at another port",
        mode: "scoring",
        break: (scene) =>
            editRoute(scene, ({ spec }) =>
                Object.assign(spec!.parentRefs![0]!, { sectionName: "http", port: 81 }),
            ),
        expect: {
            id: "route-parent-mismatch",
            message: /attaches to listener http at port 81, which the Gateway does not have/,
        },
    },
    {
        title: "the route attaches to a Gateway of the same name in another namespace",
        mode: "scoring",
        break: (scene) =>
            editRoute(scene, ({ spec }) => {
                spec!.parentRefs![0]!.namespace = scene.deployment.namespaces.simulator;
            }),
        expect: {
            id: "route-parent-mismatch",
            message: /attaches to llm-d-sim\/\S+, and the Gateway is llm-d-inference-scheduler\//,
        },
    },
    {
        title: "the Gateway admits no route of the route's namespace",
        mode: "scoring",
        break: (scene) =>
            editGateway(scene, ({ spec }) => {
                const selector = { matchLabels: { team: "somebody-else" } };
                const allowedRoutes = { namespaces: { from: "Selector", selector } };
                Object.assign(spec!.listeners![0]!, { allowedRoutes });
            }),
        expect: {
            id: "route-not-admitted",
            message: /its listener http \(HTTP 80\) has a selector .* that Namespace \S+ does not fit/,
        },
    },
    {
        title: "the Gateway admits only a kind of route that there is none of",
        mode: "scoring",
        break: (scene) =>
            editGateway(scene, ({ spec }) =>
                Object.assign(spec!.listeners![0]!, { allowedRoutes: { kinds: [{ kind: "InvalidRoute" }] } }),
            ),
        // Before the route, the listener itself is refused, with Istio.
        expect: {
            id: "gateway-listener-refused",
            message: /listener http: ResolvedRefs=False, InvalidRouteKinds/,
        },
        byStatus: true,
    },
    {
        title: "the Gateway admits routes of another protocol alone",
        mode: "scheduler",
        break: (scene) =>
            editGateway(scene, ({ spec }) =>
                Object.assign(spec!.listeners![0]!, { allowedRoutes: { kinds: [{ kind: "GRPCRoute" }] } }),
            ),
        expect: { id: "route-not-admitted", message: /admits GRPCRoute only \(allowedRoutes\.kinds\)/ },
    },
    {
        title: "the route leads to a kind that there is none of",
        mode: "scoring",
        break: (scene) =>
            editRoute(scene, ({ spec }) => {
                const backend = spec!.rules![0]!.backendRefs![0]!;
                Object.assign(backend, { group: "unknownkind.example.com", kind: "NonExistent" });
            }),
        expect: {
            id: "route-backend-mismatch",
            message: /leads to NonExistent \S+ of group "unknownkind\.example\.com", and the stack's backend/,
        },
    },
    {
        title: "the route leads to a pool that is not there",
        mode: "scoring",
        break: (scene) =>
            editRoute(scene, ({ spec }) => {
                spec!.rules![0]!.backendRefs![0]!.name = "non-existent-inference-pool";
            }),
        expect: {
            id: "route-backend-mismatch",
            message: /InferencePool llm-d-sim\/non-existent-inference-pool \(which does not exist\)/,
        },
    },
    {
        title: "the route leads to a Service beside its own that no grant is for",
        mode: "scheduler",
        break: (scene) =>
            editRoute(scene, ({ spec }) => {
                const other = { name: "kubernetes", namespace: "default", port: 443, weight: 1 };
                spec!.rules![0]!.backendRefs!.push(other);
            }),
        expect: {
            id: "route-mixed-backends",
            message: /Service default\/kubernetes: a part of the requests goes elsewhere, or gets 500/,
        },
    },
    {
        title: "a listener's certificate is not there",
        mode: "scoring",
        break: (scene) => addHttpsListener(scene, { name: "no-such-certificate" }),
        expect: {
            id: "gateway-listener-refused",
            message: /listener https: ResolvedRefs=False, InvalidCertificateRef: .*no-such-certificate/,
        },
        byStatus: true,
    },
    {
        title: "a listener's certificate is of another namespace, without a grant",
        mode: "scoring",
        break: (scene) =>
            addHttpsListener(scene, { name: "tls", namespace: scene.deployment.namespaces.simulator }),
        expect: {
            id: "gateway-certificate-not-granted",
            message: /refers to Secret llm-d-sim\/tls .*no ReferenceGrant in llm-d-sim lets it/,
        },
    },
    {
        title: "a listener's certificate is of another namespace, whose grant is for others",
        mode: "scoring",
        break: (scene) => {
            grantToOthers(scene);
            addHttpsListener(scene, { name: "tls", namespace: scene.deployment.namespaces.simulator });
        },
        expect: { id: "gateway-certificate-not-granted", message: /no ReferenceGrant in llm-d-sim lets it/ },
    },
    {
        title: "the Gateway asks for an address of a type that nobody has",
        mode: "scoring",
        break: (scene) =>
            editGateway(scene, ({ spec }) => {
                const addresses = [{ type: "test/fake-invalid-type", value: "fake" }];
                Object.assign(spec!, { addresses });
            }),
        expect: { id: "gateway-not-accepted", message: /Accepted=False, UnsupportedAddress/ },
        byStatus: true,
    },
    ...authorities.map(({ title, authority }): Fault => ({
        title: `a BackendTLSPolicy for the proxy names a certificate authority ${title}`,
        mode: "scheduler",
        break: ({ editor, deployment, model }) => {
            const validation = { hostname: "example.com", caCertificateRefs: [authority] };
            const targetRefs = [{ group: "", kind: "Service", name: model.proxy.name }];
            editor.create("backendTlsPolicy", {
                metadata: { name: "invalid", namespace: deployment.namespaces.simulator },
                spec: { targetRefs, ...{ validation } },
            });
        },
        expect: {
            id: "backend-tls-policy",
            message: /BackendTLSPolicy llm-d-sim\/invalid makes Envoy speak TLS to Service .* plain HTTP/,
        },
    })),
    ...(["FailClose", "FailOpen"] as const).map((failureMode): Fault => ({
        title: `the EPP's Service selects no pod, and the pool has ${failureMode}`,
        mode: "scoring",
        break: ({ editor, deployment, model }) => {
            editor.edit("pool", deployment.namespaces.simulator, model.pool!, ({ spec }) => {
                spec!.endpointPickerRef!.failureMode = failureMode;
            });
            editor.edit("service", model.epp.namespace, model.epp.name, ({ spec }) => {
                spec!.selector = { app: "do-not-match-for-testing" };
            });
        },
        expect: {
            id: "epp-service-selects-nothing",
            message: new RegExp(`selects app=do-not-match-for-testing.*: failureMode ${failureMode} `),
        },
    })),
];

/** A test of a conformance suite that sets up something broken, and the faults that do the same to the deployed stack. */
export interface BrokenSetup {
    suite: SuiteName;
    test: string;
    /** Titles of the faults. */
    faults: readonly string[];
}

const grants = [
    "the grant names another backend",
    "the grant is for routes of another namespace",
    "the grant is for a Service",
    "the grant is in the route's namespace",
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
        GatewayInvalidRouteKind: ["the Gateway admits only a kind of route that there is none of"],
        GatewayInvalidTLSConfiguration: ["a listener's certificate is not there"],
        GatewaySecretInvalidReferenceGrant: [
            "a listener's certificate is of another namespace, whose grant is for others",
        ],
        GatewaySecretMissingReferenceGrant: [
            "a listener's certificate is of another namespace, without a grant",
        ],
        GatewayStaticAddresses: ["the Gateway asks for an address of a type that nobody has"],
        HTTPRouteInvalidBackendRefUnknownKind: ["the route leads to a kind that there is none of"],
        HTTPRouteInvalidCrossNamespaceBackendRef: ["the grant is deleted"],
        HTTPRouteInvalidCrossNamespaceParentRef: [
            "the Gateway admits no route of the route's namespace",
            "the route attaches to a Gateway of the same name in another namespace",
        ],
        HTTPRouteInvalidNonExistentBackendRef: ["the route leads to another Service"],
        HTTPRouteInvalidParentRefNotMatchingListenerPort: [
            "the route attaches to a port that the Gateway does not have",
        ],
        HTTPRouteInvalidParentRefNotMatchingSectionName: [
            "the route attaches to a listener that the Gateway does not have",
        ],
        HTTPRouteInvalidParentRefSectionNameNotMatchingPort: [
            "the route attaches to the Gateway's listener at another port",
        ],
        HTTPRouteInvalidReferenceGrant: grants,
        HTTPRoutePartiallyInvalidViaInvalidReferenceGrant: [
            "the route leads to a Service beside its own that no grant is for",
        ],
    }),
    ...setups("inference", {
        EppUnAvailableFailOpen: [
            "the EPP's Service selects no pod, and the pool has FailOpen",
            "the EPP's Service selects no pod, and the pool has FailClose",
            "the EPP is scaled to 0 and the pool fails open",
            "the EPP is scaled to 0",
        ],
        HTTPRouteInvalidInferencePoolRef: [
            "the route leads to a pool that is not there",
            "the pool is deleted",
        ],
        InferencePoolInvalidEPPService: ["the pool names another EPP"],
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
export const tellingRules: Readonly<Record<string, string>> = {
    ...tell("gateway", [
        "the Gateway admits only a kind of route that there is none of",
        "the Gateway admits no route of the route's namespace",
        "the route attaches to a Gateway of the same name in another namespace",
        "the route attaches to a port that the Gateway does not have",
        "the route attaches to a listener that the Gateway does not have",
        "the route attaches to the Gateway's listener at another port",
    ]),
    ...tell("reference-grant-presence", [
        "a listener's certificate is of another namespace, whose grant is for others",
        "a listener's certificate is of another namespace, without a grant",
        "the route leads to a kind that there is none of",
        "the grant is deleted",
        ...grants,
        "the route leads to a Service beside its own that no grant is for",
    ]),
    ...tell("selectors", [
        "the route leads to another Service",
        "the route leads to a pool that is not there",
        "the pool is deleted",
    ]),
    ...tell("epp-service", [
        "the EPP's Service selects no pod, and the pool has FailOpen",
        "the EPP's Service selects no pod, and the pool has FailClose",
        "the pool names another EPP",
    ]),
};

function tell(rule: string, titles: readonly string[]): Record<string, string> {
    return Object.fromEntries(titles.map((title) => [title, rule]));
}
