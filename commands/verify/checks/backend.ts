import { api, serviceHost } from "../../../components/contract";
import { targetPortsOf } from "../../../objects/chains";
import { targetNumber } from "../../../objects/containers";
import { destinationRulesOf, tlsOf } from "../../../objects/destinationRules";
import { integer, record } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import { pickerReference, servicePortsOf } from "../../../objects/pickers";
import { selectorOf } from "../../../objects/selections";
import { selects } from "../../../objects/selectors";
import { conditionOf } from "../../shared/conditions";
import { decodeOf } from "../containers";
import { asleep } from "./asleep";
import type { Check, Finding, ModelContext } from "./check";
import { broken, labelText, redeploy, ref, scoringOnly, throughGateway, warning } from "./check";
import { proxyPaths } from "./endpoints";
import { conditionText } from "./route";

export const proxy: Check = {
    id: "proxy",
    title: "The proxy Service has its port, and selects decode pods alone",
    scope: "model",
    needs: ["namespaces", "model-servers"],
    on: proxyPaths,
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const namespace = deployment.namespaces.simulator;
        const name = ref("Service", namespace, model.proxy.name);
        const found = snapshot.index.find(kinds.service, namespace, model.proxy.name);
        return found === undefined
            ? [broken("proxy-missing", `${name} does not exist`, redeploy)]
            : [...proxyPort(found, name, context), ...proxySelector(found, name, context)];
    },
};

function proxyPort(found: KubernetesObject, name: string, context: ModelContext): Finding[] {
    const { port } = context.model.proxy;
    const ports = servicePortsOf(found);
    const entry = ports.find(({ number }) => number === port);
    if (entry === undefined) {
        const others = ports.map(({ number }) => String(number)).join(", ");
        return [
            broken(
                "proxy-port-mismatch",
                `${name} listens on ${others}, and not on ${String(port)}`,
                redeploy,
            ),
        ];
    }
    const { target } = entry;
    const decode = decodeOf(context);
    const number = typeof target === "number" ? target : decode && targetNumber(decode.template, target);
    if (number === port || (decode === undefined && typeof target === "string")) {
        return [];
    }
    return [
        broken(
            "proxy-target-port-mismatch",
            `${name}: targetPort ${String(target)} ${number === undefined ? "is no port of the decode pods" : `leads to ${String(number)}`}, and the decode pods listen on ${String(port)}`,
            redeploy,
        ),
    ];
}

function proxySelector(
    found: KubernetesObject,
    name: string,
    { snapshot, deployment, model }: ModelContext,
): Finding[] {
    const selector = selectorOf(found);
    const labelsOf = (role: "decode" | "prefill") =>
        snapshot.find("deployment", deployment.namespaces.simulator, model.pods[role].deployment)?.spec
            ?.template.metadata?.labels ?? model.pods[role].selector;
    const findings: Finding[] = [];
    if (!selects(selector, labelsOf("decode"))) {
        findings.push(
            broken(
                "proxy-selects-nothing",
                `${name} selects ${labelText(selector.matchLabels)}, and decode pods are labelled ${labelText(model.pods.decode.selector)}`,
                redeploy,
            ),
        );
    }
    if (Object.keys(selector.matchLabels).length === 0 || selects(selector, labelsOf("prefill"))) {
        findings.push(
            broken(
                "proxy-selects-prefill",
                `${name} selects ${labelText(selector.matchLabels)}, and so prefill pods too: some requests go to pods that must not answer`,
                redeploy,
            ),
        );
    }
    return findings;
}

export const proxyTraffic: Check = {
    id: "proxy-traffic",
    title: "The proxy's DestinationRule lets Envoy send requests in plain HTTP, and queue them",
    scope: "model",
    needs: ["kinds"],
    on: (mode) => (mode === "scoring" ? [] : throughGateway()),
    run: ({ snapshot, deployment, model }) => {
        const namespace = deployment.namespaces.simulator;
        const { name: service, port } = model.proxy;
        const rules = destinationRulesOf(snapshot.index).covering({ name: service, namespace });
        if (rules.length === 0) {
            return [
                warning(
                    "proxy-traffic-rule-missing",
                    `there is no DestinationRule for ${serviceHost(service, namespace)}: Envoy balances and queues by its own defaults`,
                    redeploy,
                ),
            ];
        }
        return rules.flatMap((rule) => {
            const name = rule.toString();
            const { connectionPool } = record(rule.spec.trafficPolicy);
            const pending = integer(record(record(connectionPool).http).http1MaxPendingRequests);
            const mode = tlsOf(rule, port)?.mode;
            return [
                ...(pending !== undefined && pending <= 1
                    ? [
                          warning(
                              "proxy-pending-requests",
                              `${name} has http1MaxPendingRequests ${String(pending)}: load turns into 503 UO`,
                              `set proxy.maxPendingRequests; ${redeploy}`,
                          ),
                      ]
                    : []),
                ...(mode !== undefined && mode !== "DISABLE"
                    ? [
                          broken(
                              "proxy-tls-mismatch",
                              `${name} makes Envoy speak TLS (${mode}) to pods that serve plain HTTP`,
                              redeploy,
                          ),
                      ]
                    : []),
            ];
        });
    },
};

export const pool: Check = {
    id: "pool",
    title: "The InferencePool selects the pods, their port and the endpoint picker",
    scope: "model",
    needs: ["namespaces", "kinds", "model-servers", "epp"],
    on: (mode) => (mode === "scoring" ? throughGateway() : []),
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const namespace = deployment.namespaces.simulator;
        const wanted = model.pool ?? model.backend.name;
        const name = ref("InferencePool", namespace, wanted);
        const found = snapshot.index.find(kinds.inferencePool, namespace, wanted);
        if (found === undefined) {
            return [
                broken(
                    "pool-missing",
                    `${name} of ${api.inferencePool.version} does not exist; a pool of another API group is none to Istio and the EPP`,
                    redeploy,
                ),
            ];
        }
        return [
            ...poolPorts(found, name, model.backend.port),
            ...poolSelector(found, name, context),
            ...poolPicker(found, name, context),
        ];
    },
};

function poolPorts(found: KubernetesObject, name: string, port: number): Finding[] {
    const numbers = targetPortsOf(found).map(({ value }) => value);
    return numbers.length === 1 && numbers[0] === port
        ? []
        : [
              broken(
                  "pool-target-port-mismatch",
                  `${name} has targetPorts ${numbers.join(", ")}, and the pods listen on ${String(port)} (upstream charts' 8000 is a sidecar's, which is not here)`,
                  redeploy,
              ),
          ];
}

function poolSelector(found: KubernetesObject, name: string, { model }: ModelContext): Finding[] {
    const selector = selectorOf(found);
    const findings: Finding[] = [];
    if (!selects(selector, model.pods.decode.selector)) {
        findings.push(
            broken(
                "pool-selects-nothing",
                `${name} selects ${labelText(selector.matchLabels)}, and decode pods are labelled ${labelText(model.pods.decode.selector)}`,
                redeploy,
            ),
        );
    }
    const prefillWanted = selects({ matchLabels: model.pickable }, model.pods.prefill.selector);
    if (!prefillWanted && selects(selector, model.pods.prefill.selector)) {
        findings.push(
            broken(
                "pool-selects-prefill",
                `${name} selects ${labelText(selector.matchLabels)}, and so prefill pods too; FailOpen would send requests to them`,
                redeploy,
            ),
        );
    }
    return findings;
}

function poolPicker(
    found: KubernetesObject,
    name: string,
    { snapshot, deployment, model }: ModelContext,
): Finding[] {
    const picker = pickerReference(found);
    const { epp } = model;
    const findings: Finding[] = [];
    if (picker.name !== epp.name || !picker.isService || picker.port?.value !== epp.grpcPort) {
        const written = `${picker.kind} ${picker.name || "(none)"} port ${String(picker.port?.value)}`;
        const { simulator } = deployment.namespaces;
        const exists =
            picker.name === "" || snapshot.index.find(kinds.service, simulator, picker.name)
                ? ""
                : ", which does not exist";
        findings.push(
            broken(
                "pool-picker-mismatch",
                `${name}: endpointPickerRef names ${written}${exists}; the EPP is Service ${epp.name} port ${String(epp.grpcPort)}`,
                redeploy,
            ),
        );
    }
    const mode = picker.failureMode ?? "FailClose";
    if (picker.name !== "" && mode !== epp.failureMode) {
        findings.push(
            warning(
                "pool-failure-mode-mismatch",
                `${name} has failureMode ${mode}, and the stack says ${epp.failureMode}`,
                redeploy,
            ),
        );
    }
    return findings;
}

export const poolStatus: Check = {
    id: "pool-status",
    title: "The InferencePool is Accepted, with ResolvedRefs",
    scope: "model",
    needs: ["gateway", "grant", "route", "pool", "epp"],
    on: (mode) => (mode === "scoring" ? throughGateway() : []),
    run: ({ snapshot, deployment, model }) => {
        const namespace = deployment.namespaces.simulator;
        const wanted = model.pool ?? model.backend.name;
        const name = ref("InferencePool", namespace, wanted);
        const found = snapshot.find("pool", namespace, wanted);
        if (found === undefined) {
            return { skipped: `${name} does not exist` };
        }
        const parents = (found.status?.parents ?? []).filter(
            ({ parentRef }) => parentRef?.name === deployment.gateway.name,
        );
        if (parents.length === 0) {
            return [
                broken(
                    "pool-no-controller",
                    `${name}: no controller has set a status for the Gateway: is Istio running, does it read pools, and does a route lead to this one?`,
                    "istiod needs ENABLE_GATEWAY_API_INFERENCE_EXTENSION=true and Istio 1.28 or later",
                ),
            ];
        }
        return parents.flatMap(({ conditions }) =>
            ["Accepted", "ResolvedRefs"].flatMap((type) => {
                const condition = conditionOf(conditions, type);
                return condition?.status === "True"
                    ? []
                    : [
                          broken(
                              type === "Accepted" ? "pool-not-accepted" : "pool-refs-unresolved",
                              `${name}: ${type}=${conditionText(condition)}`,
                              `its endpointPickerRef must name a Service of ${namespace} with a port; ${redeploy}`,
                          ),
                      ];
            }),
        );
    },
};

/** Only a pool's pods, which have no Service of the stack's own. */
export const poolPods: Check = {
    id: "pool-pods",
    title: "The InferencePool has ready pods",
    scope: "model",
    needs: ["pool", "pods"],
    on: (mode) => (mode === "scoring" ? scoringOnly().concat("scheduler") : []),
    run: (context) => {
        const { snapshot, deployment, model } = context;
        const namespace = deployment.namespaces.simulator;
        const found = snapshot.index.find(kinds.inferencePool, namespace, model.pool ?? model.backend.name);
        if (found === undefined) {
            return { skipped: `${ref("InferencePool", namespace, model.pool ?? "")} does not exist` };
        }
        const ready = snapshot
            .inNamespace("pod", namespace)
            .filter((pod) => selects(selectorOf(found), pod.metadata.labels))
            .filter(({ status }) => conditionOf(status?.conditions, "Ready")?.status === "True");
        return ready.length > 0
            ? []
            : (asleep(context) ?? [
                  broken(
                      "pool-has-no-pods",
                      `${found.toString()} has no ready pod: the EPP has none to pick`,
                      "see to the decode pods, and to the pool's selector",
                  ),
              ]);
    },
};
