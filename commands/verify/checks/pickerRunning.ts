import { selects } from "../../../objects/selectors";
import { isReady } from "../../shared/conditions";
import { withEpp } from "../containers";
import { whyNotReady } from "../pods";
import { podsOf } from "../snapshot";
import type { Check, Finding, ModelContext } from "./check";
import { broken, ref, scoringOnly, unknown, warning } from "./check";
import { isUndelivered, undelivered } from "./delivery";
import { readyEndpoints } from "./endpoints";
import { consequence } from "./picker";

export const eppRunning: Check = {
    id: "epp-running",
    title: "The EPP is ready, and one of several leads",
    scope: "model",
    needs: ["epp", "epp-arguments", "epp-config", "epp-rights", "kinds", "pool"],
    on: scoringOnly,
    run: withEpp((context, found) => {
        const { snapshot, model } = context;
        const { namespace, name, replicas } = model.epp;
        if (found.replicas === 0) {
            return { skipped: `${found.owner.toString()} is scaled to 0` };
        }
        const all = podsOf(snapshot, namespace, name);
        const ready = all.filter(isReady);
        if (ready.length === 0) {
            const why = all.map((pod) => whyNotReady(pod, snapshot)).slice(0, 3);
            return [
                broken(
                    "epp-not-ready",
                    `no pod of ${found.owner.toString()} is ready, so ${consequence(context)}: ${why.join("; ") || "it has none"}`,
                    `kubectl --namespace ${namespace} logs deployment/${name}`,
                ),
            ];
        }
        const findings: Finding[] = [];
        if (readyEndpoints(snapshot, namespace, name).length === 0) {
            findings.push(
                broken(
                    "epp-has-no-endpoint",
                    `${ref("Service", namespace, name)} has no ready endpoint, though pods of the EPP are ready`,
                    "see to the Service's selector",
                ),
            );
        }
        if (replicas > 1) {
            findings.push(
                ...leader(
                    context,
                    all.map(({ metadata }) => metadata.name),
                    ready.length,
                ),
            );
        }
        return findings;
    }),
};

function leader({ snapshot, deployment, model }: ModelContext, pods: string[], ready: number): Finding[] {
    const { name } = model.epp;
    const findings: Finding[] = [];
    // The holder's identity is its host name, `_`, and a UUID (client-go `leaderelection`).
    const held = snapshot
        .inNamespace("lease", deployment.namespaces.simulator)
        .some(({ spec }) => pods.includes(spec?.holderIdentity?.split("_")[0] ?? ""));
    if (!held) {
        findings.push(
            broken(
                "epp-no-leader",
                `${String(model.epp.replicas)} EPPs of ${name} run, and none of them holds a Lease in ${deployment.namespaces.simulator}`,
                "its Role must allow leases and events there, and --ha-enable-leader-election must be set",
            ),
        );
    }
    if (ready > 1) {
        findings.push(
            warning(
                "epp-several-ready",
                `${String(ready)} pods of ${name} are ready, and only the leader should be: each keeps a prefix index of its own`,
                "set --ha-enable-leader-election, and the readiness probe's service",
            ),
        );
    }
    return findings;
}

export const eppSync: Check = {
    id: "epp-sync",
    title: "The EPP sees the ready pods",
    scope: "model",
    needs: ["epp-running", "pool", "pods", "epp-rights"],
    on: scoringOnly,
    run: withEpp((context) => {
        const { snapshot, deployment, model } = context;
        const { namespace, name, metricsAuth } = model.epp;
        if (metricsAuth) {
            return { skipped: "its metrics ask for a token, which the API server's proxy does not pass on" };
        }
        const ready = podsOf(snapshot, namespace, name).filter(isReady);
        if (ready.length === 0) {
            return { skipped: "no EPP is ready" };
        }
        const expected = snapshot
            .inNamespace("pod", deployment.namespaces.simulator)
            .filter(
                (pod) => selects({ matchLabels: model.pickable }, pod.metadata.labels) && isReady(pod),
            ).length;
        return ready.flatMap(({ metadata }) => {
            const scrape = snapshot.eppMetricsOf(metadata.name);
            const pod = ref("Pod", namespace, metadata.name);
            if (scrape === undefined || "error" in scrape) {
                const text = `${pod}: its metrics on ${String(model.epp.metricsPort)} cannot be read: ${scrape?.error ?? "not asked"}`;
                return [
                    isUndelivered(scrape?.error)
                        ? undelivered(context, {
                              ...{ id: "epp-metrics-not-delivered", text, port: model.epp.metricsPort },
                              to: { namespace, labels: metadata.labels ?? {} },
                          })
                        : unknown(
                              "epp-metrics-unreadable",
                              text,
                              "the API server must reach pods, and you need the right to `get` pods/proxy",
                          ),
                ];
            }
            // `inference_pool_ready_pods` from GIE 1.2 to router 0.10, which calls it llm_d_epp_ready_endpoints besides. It
            // counts pods whose metrics the EPP has read of late (`podsWithFreshMetrics`).
            const metric = scrape.metrics.names.find((candidate) =>
                /ready_(pods|endpoints)$/.test(candidate),
            );
            if (metric === undefined) {
                return [
                    unknown(
                        "epp-sync-unknown",
                        `${pod} has no metric *ready_pods or *ready_endpoints: it is not told how many pods it sees`,
                        "wait until it has synced, and look at its log",
                    ),
                ];
            }
            const seen = scrape.metrics.sum(metric);
            if (seen === expected) {
                return [];
            }
            const text = `${pod} sees ${String(seen)} ready pods whose metrics it can read (${metric}), and ${String(expected)} that it may pick are ready`;
            return seen === 0
                ? [
                      broken(
                          "epp-sees-no-pods",
                          text,
                          "see to its rights, its pool or selector, whether it reaches the pods' metrics, and its log",
                      ),
                  ]
                : [warning("epp-sees-other-pods", text, "it refreshes every few seconds; run this again")];
        });
    }),
};
