import { labels } from "../../../components/contract";
import type { Container } from "../../../objects/containers";
import { declaredPortsOf, flagValue } from "../../../objects/containers";
import type { PodTemplate } from "../../../objects/podIndex";
import {
    defaultPort,
    isRoutingSidecar,
    portsBehind,
    servingContainers,
    serverPortOf,
} from "../../../objects/serving";
import { conditionOf, isReady } from "../../shared/conditions";
import type { Workload } from "../containers";
import { workloadOf } from "../containers";
import type { Labels } from "../../../objects/selectors";
import { selects } from "../../../objects/selectors";
import { whyNotReady } from "../pods";
import { podsOf } from "../snapshot";
import { asleep } from "./asleep";
import type { Check, Finding, ModelContext } from "./check";
import { broken, everyPath, labelText, redeploy, ref, warning } from "./check";

type Role = "decode" | "prefill";

/** Whether requests may go to prefill pods: with a prefill/decode split. */
function prefillAnswers({ model }: ModelContext): boolean {
    return selects({ matchLabels: model.pickable }, model.pods.prefill.selector);
}

export const modelServers: Check = {
    id: "model-servers",
    title: "The model servers' Deployments are there, and listen where they should",
    scope: "model",
    needs: ["namespaces"],
    on: everyPath,
    run: (context) => [
        ...serversOf("decode", context),
        ...asWarnings(serversOf("prefill", context), context),
    ],
};

/** Prefill pods get no requests, but for a prefill/decode split: what is wrong with them breaks no path. */
function asWarnings(findings: Finding[], context: ModelContext): Finding[] {
    return prefillAnswers(context)
        ? findings
        : findings.map((finding) => ({ ...finding, severity: "warning" }));
}

function serversOf(role: Role, context: ModelContext): Finding[] {
    const { deployment, model } = context;
    const namespace = deployment.namespaces.simulator;
    const { deployment: wanted, selector } = model.pods[role];
    const name = ref("Deployment", namespace, wanted);
    const found = workloadOf(context, namespace, wanted);
    if (found === undefined) {
        return [broken("server-deployment-missing", `${name} does not exist`, redeploy)];
    }
    const findings: Finding[] = [];
    const { labels: own } = found.template;
    if (!selects({ matchLabels: selector }, own)) {
        findings.push(
            broken(
                "server-labels-drift",
                `${name} labels its pods ${labelText(pick(own, selector))}, and ${labelText(selector)} is what selects them`,
                redeploy,
            ),
        );
    }
    return [...findings, ...portsOf(found, name, model.proxy.port), ...modelOf(found, name, model.model)];
}

function pick(all: Labels, keys: Record<string, string>): Record<string, string> {
    return Object.fromEntries(Object.entries(all).filter(([key]) => key in keys));
}

/** Of a pod with a routing sidecar that is what listens. */
function portsOf({ template }: Workload, name: string, port: number): Finding[] {
    const [container] = servingContainers(template, port);
    if (container === undefined) {
        return [];
    }
    const listens = flagValue(container, "port")?.value ?? String(defaultPort);
    const declared = declaredPortsOf(container).map(({ number }) => number);
    return [
        ...(isRoutingSidecar(container) ? sidecarOf(container, template, name) : []),
        ...(listens === String(port)
            ? []
            : [
                  broken(
                      "server-port-mismatch",
                      `${name}: container ${container.name} listens on ${listens} (--port), and every path leads to ${String(port)}`,
                      `set --port=${String(port)}; ${redeploy}`,
                  ),
              ]),
        ...(declared.includes(port)
            ? []
            : [
                  broken(
                      "server-container-port-mismatch",
                      `${name}: container ${container.name} declares port ${declared.join(", ") || "(none)"}, and every path leads to ${String(port)}`,
                      redeploy,
                  ),
              ]),
    ];
}

function sidecarOf(sidecar: Container, template: PodTemplate, name: string): Finding[] {
    const target = serverPortOf(sidecar);
    const behind = portsBehind(sidecar, template).map(({ value }) => value);
    return target === undefined || behind.includes(target.value)
        ? []
        : [
              broken(
                  "sidecar-port-mismatch",
                  `${name}: the routing sidecar passes requests on to port ${target.value} of its pod, and the model server listens on ${behind.join(", ") || "none that it says"}: they get 502`,
                  redeploy,
              ),
          ];
}

function modelOf({ container }: Workload, name: string, model: string): Finding[] {
    const served = (flagValue(container, "served-model-name") ?? flagValue(container, "model"))?.value;
    return served === undefined || served === model
        ? []
        : [
              broken(
                  "server-model-mismatch",
                  `${name} serves model ${served}, and requests name ${model}: they get 404`,
                  redeploy,
              ),
          ];
}

export const pods: Check = {
    id: "pods",
    title: "The model servers' pods are ready",
    scope: "model",
    needs: ["namespaces", "model-servers"],
    on: everyPath,
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const namespace = deployment.namespaces.simulator;
        if (snapshot.find("deployment", namespace, model.pods.decode.deployment) === undefined) {
            return {
                skipped: `${ref("Deployment", namespace, model.pods.decode.deployment)} does not exist`,
            };
        }
        return (
            asleep(context) ?? [
                ...podsOfRole("decode", context),
                ...asWarnings(podsOfRole("prefill", context), context),
            ]
        );
    },
};

function podsOfRole(role: Role, { snapshot, deployment, model }: ModelContext): Finding[] {
    const namespace = deployment.namespaces.simulator;
    const owner = model.pods[role].deployment;
    const found = snapshot.find("deployment", namespace, owner);
    const name = ref("Deployment", namespace, owner);
    const wanted = found?.spec?.replicas ?? 1;
    if (found === undefined || (role === "prefill" && wanted === 0)) {
        return [];
    }
    if (wanted === 0) {
        return [
            broken(
                "decode-scaled-to-zero",
                `${name} is scaled to 0: no pod answers any request`,
                `kubectl --namespace ${namespace} scale deployment ${owner} --replicas=1, or \`pulumi up --refresh\``,
            ),
        ];
    }
    const all = podsOf(snapshot, namespace, owner);
    const ready = all.filter(isReady);
    const why = all.filter((pod) => !isReady(pod)).map((pod) => whyNotReady(pod, snapshot));
    const refused = conditionOf(found.status?.conditions, "ReplicaFailure");
    if (refused?.status === "True") {
        why.push(`pods are refused: ${refused.message ?? refused.reason ?? ""}`);
    }
    const counted = `${name}: ${String(ready.length)} of ${String(wanted)} ${role} pods are ready`;
    const detail = why.length === 0 ? "" : `: ${why.slice(0, 3).join("; ")}`;
    const fix = `see \`kubectl --namespace ${namespace} describe pods --selector ${labels.role}=${role}\``;
    if (ready.length === 0) {
        return [broken(`${role}-pods-not-ready`, `${counted}${detail}`, fix)];
    }
    return ready.length < wanted ? [warning(`${role}-pods-partly-ready`, `${counted}${detail}`, fix)] : [];
}
