import type { Announcement } from "./plugins";

/** Alpha in router 0.10.0, the first release that tells (`registerInTreePlugins`, `stability.go`). */
export const experimentalTypes: ReadonlySet<string> = new Set([
    "agent-identity",
    "burst-prefix-cache-producer",
    "dcgm-data-source",
    "dcgm-extractor",
    "disaggregatedset-rollout-screener",
    "endpoint-attribute-filter",
    "endpoint-attribute-scorer",
    "header-label-affinity-scorer",
    "header-profile-handler",
    "multicluster-approx-prefix-cache-producer",
    "multicluster-file-discovery",
    "multicluster-kv-cache-utilization-scorer",
    "multicluster-metrics-data-source",
    "multicluster-metrics-extractor",
    "multicluster-prefix-cache-scorer",
    "multicluster-queue-scorer",
    "multicluster-session-affinity-filter",
    "p2p-source-producer",
    "priority-holdback-policy",
    "priority-then-time-eviction-order-policy",
    "session-affinity-filter",
    "session-affinity-scorer",
    "sheddable-eviction-filter",
    "soft-reflective-ceiling-policy",
    "topology-affinity-filter",
    "topology-affinity-scorer",
    "topology-extractor",
    "utilization-filter",
]);

/** The first release that asks for a flag before it loads experimental plugins. */
export const experimentalSince = "0.10";

/** Router 0.10.0 `registerInTreePlugins`. The handlers of disaggregation: router#905; the tokenizer: router#863. */
export const announcements: Readonly<Record<string, Announcement>> = {
    "by-label": { release: "0.11", replacement: "label-selector-filter" },
    "by-label-selector": { release: "0.11", replacement: "label-selector-filter" },
    "disagg-headers-handler": { release: "0.11", replacement: "disagg-profile-handler" },
    // Announced for 0.9, and still in 0.10.
    "pd-profile-handler": { release: "0.9", replacement: "disagg-profile-handler" },
    "prefill-header-handler": { release: "0.11", replacement: "disagg-profile-handler" },
    tokenizer: { release: "0.11", replacement: "token-producer" },
};

/** The first release that knows the replacements, and says so (the deprecations are of 0.9, pd-profile-handler's of 0.7). */
export const announcedSince = "0.9";
