import { api, serviceHost } from "../../../components/contract";
import { destinationRulesOf, tlsOf } from "../../../objects/destinationRules";
import type { ExtProcFilter } from "../../../objects/extProc";
import { appliesTo, envoyField, extProcFiltersIn } from "../../../objects/extProc";
import { record, text } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import { KubernetesObject } from "../../../objects/kubernetesObject";
import { withEpp } from "../containers";
import { istioNamespace } from "../snapshot";
import type { Check, Finding, ModelContext, StackContext } from "./check";
import { broken, redeploy, ref, scoringOnly, throughGateway, warning } from "./check";

export const eppTls: Check = {
    id: "epp-tls",
    title: "Envoy speaks to the EPP as the EPP listens: TLS, with its own certificate",
    scope: "model",
    needs: ["kinds", "epp"],
    on: scoringOnly,
    run: withEpp(({ snapshot, model }, picker) => {
        const secure = picker.isOn("secure-serving", true);
        const host = serviceHost(model.epp.name, model.epp.namespace);
        const on = destinationRulesOf(snapshot.index)
            .covering(model.epp)
            .flatMap((rule) => tlsOf(rule, model.epp.grpcPort) ?? [])
            .filter(({ mode }) => mode !== "DISABLE");
        const effect = "ext_proc fails, and requests get 500 (gRPC status 14)";
        if (!secure) {
            return on.map(({ rule, mode }) =>
                broken(
                    "epp-tls-mismatch",
                    `${rule.toString()} makes Envoy speak TLS (${mode}) to an EPP that has --secure-serving=false: ${effect}`,
                    redeploy,
                ),
            );
        }
        if (on.length === 0) {
            return [
                broken(
                    "epp-tls-rule-missing",
                    `no DestinationRule makes Envoy speak TLS to ${host}, and the EPP serves nothing else: ${effect}`,
                    redeploy,
                ),
            ];
        }
        // Whether its certificate is one that those trust, only requests tell: Secrets are not read.
        const checkable = Boolean(picker.flag("cert-path")?.value);
        return on.flatMap(
            ({ rule, mode, settings: { insecureSkipVerify, credentialName, caCertificates } }) => {
                const trusts = checkable && (credentialName ?? caCertificates) !== undefined;
                return mode === "SIMPLE" && (insecureSkipVerify === true || trusts)
                    ? []
                    : [
                          broken(
                              "epp-tls-mismatch",
                              `${rule.toString()} has tls mode ${mode} with insecureSkipVerify ${String(insecureSkipVerify === true)}, and ${checkable ? "says not whose certificates to trust" : "the EPP's certificate is its own"}: ${effect}`,
                              `set mode SIMPLE with ${checkable ? "credentialName or " : ""}insecureSkipVerify: true; ${redeploy}`,
                          ),
                      ];
            },
        );
    }),
};

/** The ext_proc filters of hand-written EnvoyFilters, and whether they are for the Gateway. */
function filtersOf({ snapshot, deployment }: StackContext): {
    applied: ExtProcFilter[];
    others: ExtProcFilter[];
} {
    const { index } = snapshot;
    const { gateway, namespaces } = deployment;
    // Whether a filter is for the Gateway can be told while that is not there.
    const wanted =
        index.find(kinds.gateway, namespaces.scheduler, gateway.name) ??
        KubernetesObject.of({
            apiVersion: api.gateway.version,
            kind: "Gateway",
            metadata: { name: gateway.name, namespace: namespaces.scheduler },
            spec: { gatewayClassName: gateway.className },
        })!;
    const all = [namespaces.scheduler, istioNamespace]
        .flatMap((namespace) => index.inNamespace(kinds.envoyFilter, namespace))
        .flatMap(extProcFiltersIn);
    const applies = ({ object }: ExtProcFilter) => appliesTo(object, wanted);
    return { applied: all.filter(applies), others: all.filter((filter) => !applies(filter)) };
}

/** What the EPP waits for; with SKIP or BUFFERED it stays idle, or answers too late. */
const bodyMode = "FULL_DUPLEX_STREAMED";

export const extProcFilter: Check = {
    id: "ext-proc-filter",
    title: "The Gateway's ext_proc is as the mode says",
    scope: "stack",
    needs: ["kinds"],
    on: (mode) => (mode === "scheduler" ? ["scheduler"] : throughGateway()),
    run: (context) => {
        const { applied } = filtersOf(context);
        switch (context.deployment.mode) {
            case "scoring":
                return applied.map(({ object }) =>
                    broken(
                        "ext-proc-filter-beside-pool",
                        `${object.toString()} adds an ext_proc filter by hand, beside the one that Istio makes for the InferencePool: requests are scored twice, or fail`,
                        `kubectl --namespace ${object.namespace} delete envoyfilter ${object.name ?? ""}`,
                    ),
                );
            case "scheduler":
                return applied.map(({ object }) =>
                    broken(
                        "ext-proc-filter-unexpected",
                        `${object.toString()} makes the Gateway ask an EPP, and the stack has extProc.enabled: false: requests depend on its answer`,
                        "delete it, or set extProc.enabled: true",
                    ),
                );
            case "scoring-not-obeyed":
                return applied
                    .filter(({ object }) => !ownFilters(context).includes(object.name ?? ""))
                    .map(({ object }) =>
                        warning(
                            "ext-proc-filter-unexpected",
                            `${object.toString()} adds another ext_proc filter, which the stack knows nothing of`,
                            "delete it",
                        ),
                    );
        }
    },
};

function ownFilters({ deployment }: StackContext): string[] {
    return Object.values(deployment.models).flatMap(({ extProcFilter: name }) => name ?? []);
}

export const eppAsked: Check = {
    id: "ext-proc",
    title: "An EnvoyFilter makes the Gateway ask the EPP",
    scope: "model",
    needs: ["kinds", "epp"],
    on: (mode) => (mode === "scoring-not-obeyed" ? throughGateway() : []),
    run: (context) => {
        const { deployment, model } = context;
        const namespace = deployment.namespaces.scheduler;
        const wanted = ref("EnvoyFilter", namespace, model.extProcFilter ?? "");
        const { applied, others } = filtersOf(context);
        const own = ({ object }: ExtProcFilter) => object.name === model.extProcFilter;
        const filter = applied.find(own);
        if (filter === undefined) {
            const astray = others.find(own);
            return [
                astray === undefined
                    ? broken(
                          "ext-proc-filter-missing",
                          `${wanted} does not exist: the Gateway asks no EPP`,
                          redeploy,
                      )
                    : broken(
                          "ext-proc-filter-wrong-workload",
                          `${wanted} is not for the pods of Gateway ${deployment.gateway.name}: the Gateway asks no EPP`,
                          redeploy,
                      ),
            ];
        }
        return judgeFilter(filter, context);
    },
};

function judgeFilter({ object, config, cluster: called }: ExtProcFilter, { model }: ModelContext): Finding[] {
    const name = object.toString();
    const { epp } = model;
    const findings: Finding[] = [];
    const cluster = `outbound|${String(epp.grpcPort)}||${serviceHost(epp.name, epp.namespace)}`;
    if (called?.value !== cluster) {
        findings.push(
            broken(
                "ext-proc-filter-wrong-cluster",
                `${name} asks cluster ${called?.value ?? "(none)"}, and the EPP's is ${cluster}`,
                redeploy,
            ),
        );
    }
    const modes = record(envoyField(config, "processing_mode"));
    const modeOf = (key: string) => text(envoyField(modes, key)) ?? "NONE";
    const wrong = ["request_body_mode", "response_body_mode"].filter((key) => modeOf(key) !== bodyMode);
    if (wrong.length > 0) {
        findings.push(
            broken(
                "ext-proc-filter-wrong-modes",
                `${name} has ${wrong.map((key) => `${key} ${modeOf(key)}`).join(", ")}, and the EPP wants ${bodyMode}: it stays idle`,
                redeploy,
            ),
        );
    }
    const open = envoyField(config, "failure_mode_allow") === true;
    if (open !== (epp.failureMode === "FailOpen")) {
        findings.push(
            warning(
                "ext-proc-filter-failure-mode",
                `${name} has failure_mode_allow ${String(open)}, and the stack says ${epp.failureMode}`,
                redeploy,
            ),
        );
    }
    return findings;
}
