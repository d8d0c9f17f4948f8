/** What Istio supports from one version up to the next in the list. */
export interface IstioRelease {
    readonly since: string;
    /** Versions of InferencePool that it serves; v1alpha2 is of the experimental API group. */
    readonly poolVersions: readonly string[];
    /** Whether every pool of one Gateway reaches its own EPP. */
    readonly manyPools: boolean;
}

/** The variable of istiod that must be "true" before it reads pools; off by default (1.28 to 1.31 `pilot/pkg/features`). */
export const poolFeatureFlag = "ENABLE_GATEWAY_API_INFERENCE_EXTENSION";

/**
 * Istio, oldest first. Pools: istio#57219 (1.27 serves v1alpha2, 1.28 v1) and istio#58392 (several pools, 1.28.5).
 * Which bundle of the Gateway API each version was tested with could not be read; all serve Gateway and HTTPRoute v1 and
 * ReferenceGrant v1beta1, which is what this program writes unless it is told otherwise.
 */
export const istioReleases: readonly IstioRelease[] = [
    { since: "1.26.0", poolVersions: [], manyPools: false },
    { since: "1.27.0", poolVersions: ["v1alpha2"], manyPools: false },
    { since: "1.28.0", poolVersions: ["v1"], manyPools: false },
    { since: "1.28.5", poolVersions: ["v1"], manyPools: true },
    { since: "1.29.0", poolVersions: ["v1"], manyPools: true },
    { since: "1.30.0", poolVersions: ["v1"], manyPools: true },
    { since: "1.31.0", poolVersions: ["v1"], manyPools: true },
];
