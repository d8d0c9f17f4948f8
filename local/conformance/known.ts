import type { SuiteName } from "./suites";

/** Why a test does not pass. */
export interface Known {
    suite: SuiteName;
    test: string;
    /** `fails`, or is `left out` of the run. */
    result: "fails" | "left out";
    /** Whose it is to change. */
    whose: string;
    reason: string;
}

/** Tests that do not pass in the lab, with the reason. Those of other profiles are not among them. */
export const known: Known[] = [
    {
        suite: "gateway",
        test: "GatewayBackendClientCertificateFeature",
        result: "left out",
        whose: "Istio",
        reason: "has no client certificates to back ends: istio#61515",
    },
    {
        suite: "gateway",
        test: "GatewayInvalidTLSBackendConfiguration",
        result: "left out",
        whose: "Istio",
        reason: "has no client certificates to back ends: istio#61515",
    },
    {
        suite: "gateway",
        test: "HTTPRouteHTTPSListenerDetectMisdirectedRequests",
        result: "left out",
        whose: "Istio",
        reason: "does not detect misdirected requests: istio#60018",
    },
];

/** What is known of a test, or undefined where it should pass. */
export function findKnown(suite: SuiteName, test: string): Known | undefined {
    return known.find((one) => one.suite === suite && one.test === test);
}
