import type { ConformanceTools } from "../toolchain/conformance";
import { versions } from "../toolchain/versions";
import { poolMode } from "../deployedLab";
import { outputsFile } from "../proof";

/** One of the suites. */
export type SuiteName = keyof ConformanceTools["suites"];

/** What is known of a conformance suite beside its program. */
export interface Suite {
    title: string;
    /** Of its Go module. */
    version: string;
    /** Arguments of its own, beside those that all suites are given, in the lab of a state folder. */
    args(this: void, stateDir: string): string[];
    /** Objects that the suite asks of whoever runs it against Istio. */
    setup: object[];
}

/** Services of the endpoint pickers that GIE's suite deploys (its `resources/base.yaml`). */
const pickers = ["primary", "secondary", "appprotocol-http", "appprotocol-h2c", "dp"].map(
    (prefix) => `${prefix}-endpoint-picker-svc`,
);
const pickerNamespace = "inference-conformance-app-backend";

/**
 * What Istio says that it does not support (its `pilot/pkg/config/kube/gateway/supported_features.go`, where the tests that it
 * fails are named), and the features that all tests of other profiles than HTTP ask for.
 */
const exemptFeatures = [
    ...["GatewayBackendClientCertificate", "GatewayHTTPSListenerDetectMisdirectedRequests", "UDPRoute"],
    ...["Mesh", "GRPCRoute", "TLSRoute"],
];

/** Settings of the stack that `deployed` is run against: in pool mode, at an address that is reached from outside the cluster. */
export const deployedSettings = { ...poolMode, gateway: { serviceType: "LoadBalancer" } };

export const suites: Record<SuiteName, Suite> = {
    gateway: {
        title: "Gateway API",
        version: versions.gatewayApi,
        args: () => [
            ...["-conformance-profiles=GATEWAY-HTTP", "-all-features"],
            `-exempt-features=${exemptFeatures.join(",")}`,
            // Those of Istio's own run of the suite (its `tests/integration/pilot/gateway_conformance_test.go`).
            "-usable-address=infra-backend-v1.gateway-conformance-infra.svc.cluster.local",
            "-unusable-address=foo",
        ],
        setup: [],
    },
    inference: {
        title: "Gateway API Inference Extension",
        version: versions.inferenceExtension,
        args: () => [],
        // As the suite's own instructions for Istio have it (`scripts/istio`): pickers speak TLS with a certificate of their own.
        setup: [
            { apiVersion: "v1", kind: "Namespace", metadata: { name: pickerNamespace } },
            ...pickers.map((host) => ({
                apiVersion: "networking.istio.io/v1",
                kind: "DestinationRule",
                metadata: { name: `${host}-tls`, namespace: pickerNamespace },
                spec: {
                    host,
                    trafficPolicy: { tls: { mode: "SIMPLE", insecureSkipVerify: true } },
                },
            })),
        ],
    },
    deployed: {
        title: `The program's own objects, by the checks of Gateway API ${versions.gatewayApi} and GIE`,
        version: versions.inferenceExtension,
        args: (stateDir) => [`-outputs=${outputsFile(stateDir)}`],
        setup: [],
    },
};
