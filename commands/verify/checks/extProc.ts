import { serviceHost } from "../../../components/contract";
import { flagValue } from "../containers";
import type { EnvoyFilterObject, ExtProcConfig } from "../kinds";
import { selects } from "../kinds";
import { istioNamespace } from "../snapshot";
import { destinationRulesOf } from "./backend";
import type { Check, Finding, ModelContext, StackContext } from "./check";
import { broken, redeploy, ref, scoringOnly, throughGateway, warning } from "./check";
import { gatewayPodLabels } from "./cluster";
import { eppOf } from "./picker";

export const eppTls: Check = {
    id: "epp-tls",
    title: "Envoy speaks to the EPP as the EPP listens: TLS, with its own certificate",
    scope: "model",
    needs: ["kinds", "epp"],
    on: scoringOnly,
    run: (context) => {
        const { snapshot, model } = context;
        const found = eppOf(context);
        if (found === undefined) {
            return { skipped: `${ref("Deployment", model.epp.namespace, model.epp.name)} does not exist` };
        }
        const secure = flagValue(found.args, "secure-serving") !== "false";
        const host = serviceHost(model.epp.name, model.epp.namespace);
        const rules = destinationRulesOf(snapshot.all("destinationRule"), host);
        const settings = rules.flatMap(({ metadata, spec }) => {
            const policy = spec?.trafficPolicy;
            const tls =
                policy?.portLevelSettings?.find(({ port }) => port?.number === model.epp.grpcPort)?.tls ??
                policy?.tls;
            return tls === undefined
                ? []
                : [{ name: ref("DestinationRule", metadata.namespace ?? "", metadata.name), ...tls }];
        });
        const effect = "ext_proc fails, and requests get 500 (gRPC status 14)";
        const on = settings.filter(({ mode }) => mode !== undefined && mode !== "DISABLE");
        if (!secure) {
            return on.map(({ name, mode }) =>
                broken(
                    "epp-tls-mismatch",
                    `${name} makes Envoy speak TLS (${mode ?? ""}) to an EPP that has --secure-serving=false: ${effect}`,
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
        return on.flatMap(({ name, mode, insecureSkipVerify }) =>
            mode === "SIMPLE" && insecureSkipVerify === true
                ? []
                : [
                      broken(
                          "epp-tls-mismatch",
                          `${name} has tls mode ${mode ?? ""} with insecureSkipVerify ${String(insecureSkipVerify ?? false)}, and the EPP's certificate is its own: ${effect}`,
                          `set mode SIMPLE with insecureSkipVerify: true; ${redeploy}`,
                      ),
                  ],
        );
    },
};

/** An ext_proc filter that an EnvoyFilter puts into the Gateway. */
interface ExtProcFilter {
    name: string;
    object: EnvoyFilterObject;
    config: ExtProcConfig;
}

const extProcName = "envoy.filters.http.ext_proc";

/** The ext_proc filters of hand-written EnvoyFilters that are for the Gateway. */
function filtersOf({ snapshot, deployment }: StackContext): {
    applied: ExtProcFilter[];
    others: ExtProcFilter[];
} {
    const labels = gatewayPodLabels(deployment.gateway.name);
    const all = [deployment.namespaces.scheduler, istioNamespace].flatMap((namespace) =>
        snapshot.inNamespace("envoyFilter", namespace).flatMap((object) =>
            (object.spec?.configPatches ?? [])
                .map(({ patch }) => patch?.value)
                .filter(
                    (value) =>
                        value?.name === extProcName ||
                        value?.typed_config?.["@type"]?.endsWith("ExternalProcessor") === true,
                )
                .map((value) => ({
                    name: ref("EnvoyFilter", namespace, object.metadata.name),
                    object,
                    config: value?.typed_config ?? {},
                })),
        ),
    );
    const applies = ({ object }: ExtProcFilter) =>
        selects({ matchLabels: object.spec?.workloadSelector?.labels }, labels);
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
                return applied.map(({ name }) =>
                    broken(
                        "ext-proc-filter-beside-pool",
                        `${name} adds an ext_proc filter by hand, beside the one that Istio makes for the InferencePool: requests are scored twice, or fail`,
                        `kubectl --namespace ${name.split(" ")[1]?.split("/")[0] ?? ""} delete envoyfilter ${name.split("/")[1] ?? ""}`,
                    ),
                );
            case "scheduler":
                return applied.map(({ name }) =>
                    broken(
                        "ext-proc-filter-unexpected",
                        `${name} makes the Gateway ask an EPP, and the stack has extProc.enabled: false: requests depend on its answer`,
                        "delete it, or set extProc.enabled: true",
                    ),
                );
            case "scoring-not-obeyed":
                return applied
                    .filter(({ object }) => !ownFilters(context).includes(object.metadata.name))
                    .map(({ name }) =>
                        warning(
                            "ext-proc-filter-unexpected",
                            `${name} adds another ext_proc filter, which the stack knows nothing of`,
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
        const own = ({ object }: ExtProcFilter) => object.metadata.name === model.extProcFilter;
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

function judgeFilter({ name, config }: ExtProcFilter, { model }: ModelContext): Finding[] {
    const { epp } = model;
    const findings: Finding[] = [];
    const cluster = `outbound|${String(epp.grpcPort)}||${serviceHost(epp.name, epp.namespace)}`;
    const asked = config.grpc_service?.envoy_grpc?.cluster_name;
    if (asked !== cluster) {
        findings.push(
            broken(
                "ext-proc-filter-wrong-cluster",
                `${name} asks cluster ${asked ?? "(none)"}, and the EPP's is ${cluster}`,
                redeploy,
            ),
        );
    }
    const modes = config.processing_mode ?? {};
    const wrong = ["request_body_mode", "response_body_mode"].filter((key) => modes[key] !== bodyMode);
    if (wrong.length > 0) {
        findings.push(
            broken(
                "ext-proc-filter-wrong-modes",
                `${name} has ${wrong.map((key) => `${key} ${modes[key] ?? "NONE"}`).join(", ")}, and the EPP wants ${bodyMode}: it stays idle`,
                redeploy,
            ),
        );
    }
    const open = config.failure_mode_allow === true;
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
