import { api } from "../../../components/contract";
import { defaultBlockTokens, eppHealthServices, lintEppArguments, lintPickerConfig } from "../../../releases";
import { parse } from "yaml";
import { eppReleaseOf, flagValue, mainContainer, simulatorReleaseOf } from "../containers";
import type { Container, DeploymentObject } from "../kinds";
import { selects } from "../kinds";
import { whyNotReady } from "../pods";
import { isReady, podsOf } from "../snapshot";
import type { Check, Finding, ModelContext, Outcome } from "./check";
import { broken, labelText, redeploy, ref, scoringOnly, unknown, warning } from "./check";
import { readyEndpoints } from "./endpoints";

/** The EPP's own defaults (GIE `pkg/epp/server`). */
const defaults = { "grpc-port": "9002", "grpc-health-port": "9003", "metrics-port": "9090" };

/** The EPP's Deployment and the container in it; undefined when there is none. */
export function eppOf({
    snapshot,
    model,
}: ModelContext):
    { deployment: DeploymentObject; container: Container; args: string[]; name: string } | undefined {
    const deployment = snapshot.find("deployment", model.epp.namespace, model.epp.name);
    const container = deployment && mainContainer(deployment);
    return deployment && container
        ? {
              deployment,
              container,
              args: container.args ?? [],
              name: ref("Deployment", model.epp.namespace, model.epp.name),
          }
        : undefined;
}

/** Runs a check of the EPP's Deployment, where there is one. */
function withEpp(
    judge: (context: ModelContext, epp: NonNullable<ReturnType<typeof eppOf>>) => Outcome,
): (context: ModelContext) => Outcome {
    return (context) => {
        const epp = eppOf(context);
        return epp === undefined
            ? {
                  skipped: `${ref("Deployment", context.model.epp.namespace, context.model.epp.name)} does not exist`,
              }
            : judge(context, epp);
    };
}

export const epp: Check = {
    id: "epp",
    title: "The EPP's objects are there, and its Service leads to its ports",
    scope: "model",
    needs: ["namespaces"],
    on: scoringOnly,
    run: (context) => [...eppDeployment(context), ...eppService(context)],
};

function eppDeployment(context: ModelContext): Finding[] {
    const { snapshot, model } = context;
    const { namespace, name } = model.epp;
    const found = eppOf(context);
    if (found === undefined) {
        return [
            broken(
                "epp-deployment-missing",
                `${ref("Deployment", namespace, name)} does not exist`,
                redeploy,
            ),
        ];
    }
    const findings: Finding[] = [];
    if (found.deployment.spec?.replicas === 0) {
        findings.push(
            broken(
                "epp-scaled-to-zero",
                `${found.name} is scaled to 0: ${consequence(context)}`,
                `kubectl --namespace ${namespace} scale deployment ${name} --replicas=${String(model.epp.replicas)}`,
            ),
        );
    }
    const account = found.deployment.spec?.template?.spec?.serviceAccountName ?? "default";
    if (snapshot.find("serviceAccount", namespace, account) === undefined) {
        findings.push(
            broken(
                "epp-service-account-missing",
                `${ref("ServiceAccount", namespace, account)} does not exist, and the EPP's pods run as it`,
                redeploy,
            ),
        );
    }
    return findings;
}

/** What requests get while the EPP does not answer: as the pool says, and without one as the stack does. */
function consequence({ snapshot, deployment, model }: ModelContext): string {
    const pool = snapshot.find("pool", deployment.namespaces.simulator, model.pool ?? "");
    const failureMode = pool?.spec?.endpointPickerRef?.failureMode ?? model.epp.failureMode;
    return failureMode === "FailClose"
        ? "failureMode FailClose refuses every request"
        : "failureMode FailOpen passes requests on unscored, to any pod";
}

function eppService({ snapshot, model }: ModelContext): Finding[] {
    const { namespace, name, grpcPort } = model.epp;
    const found = snapshot.find("service", namespace, name);
    const text = ref("Service", namespace, name);
    if (found === undefined) {
        return [broken("epp-service-missing", `${text} does not exist`, redeploy)];
    }
    const findings: Finding[] = [];
    const port = found.spec?.ports?.find((candidate) => candidate.port === grpcPort);
    if (port === undefined) {
        const others = (found.spec?.ports ?? []).map((candidate) => String(candidate.port)).join(", ");
        findings.push(
            broken(
                "epp-service-port-mismatch",
                `${text} has no port ${String(grpcPort)}; it has ${others}`,
                redeploy,
            ),
        );
    } else if (!speaksHttp2(port.name, port.appProtocol)) {
        findings.push(
            broken(
                "epp-app-protocol",
                `${text}: port ${String(grpcPort)} is named "${port.name ?? ""}" with appProtocol ${port.appProtocol ?? "(none)"}, from which Istio does not learn that ext_proc is HTTP/2: requests get 500, gRPC status 14`,
                `set appProtocol: http2; ${redeploy}`,
            ),
        );
    }
    const owner = snapshot.find("deployment", namespace, name);
    const labels = owner?.spec?.template?.metadata?.labels;
    if (labels !== undefined && !selects({ matchLabels: found.spec?.selector }, labels)) {
        findings.push(
            broken(
                "epp-service-selects-nothing",
                `${text} selects ${labelText(found.spec?.selector)}, and the EPP's pods are labelled ${labelText(labels)}`,
                redeploy,
            ),
        );
    }
    return findings;
}

/** Istio takes appProtocol before the name, and of the name what is before its first dash (istio.io "Protocol Selection"). */
function speaksHttp2(name = "", appProtocol?: string): boolean {
    const protocol = appProtocol ?? name.split("-")[0] ?? "";
    return ["http2", "grpc", "grpc-web", "kubernetes.io/h2c"].includes(protocol.toLowerCase());
}

export const eppArguments: Check = {
    id: "epp-arguments",
    title: "The EPP's flags are known to its version, and agree with the pool, the ports and the simulator",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: withEpp((context, found) => [
        ...flagsOf(found.deployment, found.args, found.name),
        ...discoveryOf(context, found.args, found.name),
        ...portsOf(context, found.args, found.name),
        ...metricOf(context, found.deployment, found.args, found.name),
        ...probesOf(context, found.container, found.name),
    ]),
};

function flagsOf(deployment: DeploymentObject, args: readonly string[], name: string): Finding[] {
    const release = eppReleaseOf(deployment);
    if (release === undefined) {
        const image = mainContainer(deployment)?.image ?? "";
        return [
            warning(
                "epp-version-unknown",
                `${name} runs ${image}, of which no version is known: its flags, rights and configuration are not judged by version`,
                "use an image with a version in its tag that the matrix knows",
            ),
        ];
    }
    return lintEppArguments(args, release).map((problem) =>
        broken("epp-unknown-flag", `${name}: ${problem} The EPP exits at start`, redeploy),
    );
}

function discoveryOf({ deployment, model }: ModelContext, args: readonly string[], name: string): Finding[] {
    const findings: Finding[] = [];
    const expect = (flag: string, wanted: string, byDefault?: string) => {
        const value = flagValue(args, flag) ?? byDefault;
        if (value !== wanted) {
            findings.push(
                broken(
                    "epp-pool-mismatch",
                    `${name}: --${flag} is ${value ?? "not set"}, and must be ${wanted}`,
                    redeploy,
                ),
            );
        }
    };
    expect("pool-namespace", deployment.namespaces.simulator);
    if (model.pool !== undefined) {
        expect("pool-name", model.pool);
        expect("pool-group", api.inferencePool.group, api.inferencePool.group);
        return findings;
    }
    const selector = flagValue(args, "endpoint-selector");
    const parsed = Object.fromEntries(
        (selector ?? "").split(",").map((pair) => pair.split("=") as [string, string]),
    );
    if (!sameLabels(parsed, model.pickable)) {
        findings.push(
            broken(
                "epp-selector-mismatch",
                `${name}: --endpoint-selector is ${selector ?? "not set"}, and the pods to pick from are ${labelText(model.pickable)}`,
                redeploy,
            ),
        );
    }
    const ports = flagValue(args, "endpoint-target-ports");
    if (ports !== String(model.backend.port)) {
        findings.push(
            broken(
                "epp-target-ports-mismatch",
                `${name}: --endpoint-target-ports is ${ports ?? "not set"}, and the pods listen on ${String(model.backend.port)}`,
                redeploy,
            ),
        );
    }
    return findings;
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
    return (
        Object.keys(a).length === Object.keys(b).length &&
        Object.entries(a).every(([key, value]) => b[key] === value)
    );
}

function portsOf({ model }: ModelContext, args: readonly string[], name: string): Finding[] {
    const { grpcPort, healthPort, metricsPort } = model.epp;
    const wanted = { "grpc-port": grpcPort, "grpc-health-port": healthPort, "metrics-port": metricsPort };
    return Object.entries(wanted).flatMap(([flag, port]) => {
        const value = flagValue(args, flag) ?? defaults[flag as keyof typeof defaults];
        return value === String(port)
            ? []
            : [
                  broken(
                      "epp-port-mismatch",
                      `${name}: --${flag} is ${value}, and must be ${String(port)}`,
                      redeploy,
                  ),
              ];
    });
}

const metricFlag = "kv-cache-usage-percentage-metric";

function metricOf(
    { snapshot, deployment, model }: ModelContext,
    found: DeploymentObject,
    args: readonly string[],
    name: string,
): Finding[] {
    const decode = snapshot.find("deployment", deployment.namespaces.simulator, model.pods.decode.deployment);
    const release = eppReleaseOf(found);
    const simulator = decode && simulatorReleaseOf(decode);
    if (
        release === undefined ||
        simulator === undefined ||
        release.kvCacheMetric.rename === "engineConfigs"
    ) {
        return [];
    }
    const reads = flagValue(args, metricFlag) ?? release.kvCacheMetric.name;
    return reads === simulator.kvCacheMetric
        ? []
        : [
              broken(
                  "epp-metric-mismatch",
                  `${name} (EPP ${release.minor}) reads ${reads}, and simulator ${simulator.minor} emits ${simulator.kvCacheMetric}: KV cache scores are silently zero`,
                  `give the EPP --${metricFlag}=${simulator.kvCacheMetric}; ${redeploy}`,
              ),
          ];
}

function probesOf({ model }: ModelContext, { readinessProbe }: Container, name: string): Finding[] {
    if (readinessProbe?.grpc === undefined) {
        return [
            warning(
                "epp-probe-not-grpc",
                `${name} has no gRPC readiness probe: other probes hide a pool that is not synced`,
                redeploy,
            ),
        ];
    }
    const wanted = model.epp.replicas > 1 ? eppHealthServices.readiness : "";
    const service = readinessProbe.grpc.service ?? "";
    return service === wanted && readinessProbe.grpc.port === model.epp.healthPort
        ? []
        : [
              broken(
                  "epp-probe-mismatch",
                  `${name}: the readiness probe asks gRPC service "${service}" on ${String(readinessProbe.grpc.port)}, and it must be "${wanted}" on ${String(model.epp.healthPort)}`,
                  redeploy,
              ),
          ];
}

export const eppConfig: Check = {
    id: "epp-config",
    title: "The EPP's configuration is one that its version reads, with the simulator's block size",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: withEpp((context, found) => {
        const { namespace } = context.model.epp;
        const text = configText(context, found.deployment, found.args);
        if (typeof text !== "string") {
            return [broken("epp-config-missing", `${found.name}: ${text.missing}`, redeploy)];
        }
        const release = eppReleaseOf(found.deployment);
        if (release === undefined) {
            return { skipped: "the EPP's version is not known" };
        }
        let config: unknown;
        try {
            config = parse(text);
        } catch (error) {
            return [
                broken(
                    "epp-config-invalid",
                    `${found.name}: its configuration is no YAML: ${String(error)}`,
                    redeploy,
                ),
            ];
        }
        const experimental = flagValue(found.args, "allow-experimental-plugins") === "true";
        const problems = lintPickerConfig(config, release, blockSizeOf(context), [], experimental);
        return problems.map(({ id, path, message }) => {
            const block = id === "block-size";
            return broken(
                block ? "epp-block-size-mismatch" : "epp-config-invalid",
                `ConfigMap of ${ref("EPP", namespace, context.model.epp.name)}${path && `, ${path}`}: ${message}`,
                block ? `no prefix would ever be found again; ${redeploy}` : redeploy,
            );
        });
    }),
};

/** The simulator's KV cache block, in tokens. */
export function blockSizeOf({ snapshot, deployment, model }: ModelContext): number {
    const decode = snapshot.find("deployment", deployment.namespaces.simulator, model.pods.decode.deployment);
    const args = (decode && mainContainer(decode))?.args ?? [];
    return Number(flagValue(args, "block-size") ?? defaultBlockTokens);
}

/** The EndpointPickerConfig that the EPP is given, by file or on its command line. */
export function configText(
    { snapshot, model }: ModelContext,
    deployment: DeploymentObject,
    args: readonly string[],
): string | { missing: string } {
    const inline = flagValue(args, "config-text");
    if (inline !== undefined) {
        return inline;
    }
    const file = flagValue(args, "config-file")?.split("/").at(-1) ?? "";
    const names = (deployment.spec?.template?.spec?.volumes ?? []).flatMap(({ configMap }) =>
        configMap?.name === undefined ? [] : [configMap.name],
    );
    for (const name of names) {
        const found = snapshot.find("configMap", model.epp.namespace, name);
        if (found === undefined) {
            return { missing: `${ref("ConfigMap", model.epp.namespace, name)} does not exist` };
        }
        if (found.data?.[file] !== undefined) {
            return found.data[file];
        }
    }
    return { missing: `no ConfigMap of its volumes holds ${file || "its configuration"}` };
}

export const eppRunning: Check = {
    id: "epp-running",
    title: "The EPP is ready, and one of several leads",
    scope: "model",
    needs: ["epp", "epp-arguments", "epp-config", "epp-rights", "kinds", "pool"],
    on: scoringOnly,
    run: withEpp((context, found) => {
        const { snapshot, model } = context;
        const { namespace, name, replicas } = model.epp;
        if (found.deployment.spec?.replicas === 0) {
            return { skipped: `${found.name} is scaled to 0` };
        }
        const all = podsOf(snapshot, namespace, name);
        const ready = all.filter(isReady);
        if (ready.length === 0) {
            const why = all.map((pod) => whyNotReady(pod, snapshot)).slice(0, 3);
            return [
                broken(
                    "epp-not-ready",
                    `no pod of ${found.name} is ready, so ${consequence(context)}: ${why.join("; ") || "it has none"}`,
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
                return [
                    unknown(
                        "epp-metrics-unreadable",
                        `${pod}: its metrics on ${String(model.epp.metricsPort)} cannot be read: ${scrape?.error ?? "not asked"}`,
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
