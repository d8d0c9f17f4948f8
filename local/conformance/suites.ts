import type { ConformanceTools } from "../toolchain/conformance";
import { versions } from "../toolchain/versions";

/** One of the suites. */
export type SuiteName = keyof ConformanceTools["suites"];

/** What is known of a conformance suite beside its program. */
export interface Suite {
    title: string;
    /** Of its Go module. */
    version: string;
    /** Arguments of its own, beside those that all suites are given. */
    args: (supported: string[]) => string[];
    /** Objects that the suite asks of whoever runs it against Istio. */
    setup: object[];
}

/** Services of the endpoint pickers that GIE's suite deploys (its `resources/base.yaml`). */
const pickers = ["primary", "secondary", "appprotocol-http", "appprotocol-h2c", "dp"].map(
    (prefix) => `${prefix}-endpoint-picker-svc`,
);
const pickerNamespace = "inference-conformance-app-backend";

/** Features of what the lab's cluster does not have the definitions of, or that are of the profiles that are left out. */
const profileFeatures = /^(Gateway|HTTPRoute|ReferenceGrant|ListenerSet|BackendTLSPolicy)/;

export const suites: Record<SuiteName, Suite> = {
    gateway: {
        title: "Gateway API",
        version: versions.gatewayApi,
        args: (supported) => [
            "-conformance-profiles=GATEWAY-HTTP",
            `-supported-features=${supported.filter((name) => profileFeatures.test(name)).join(",")}`,
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
};
