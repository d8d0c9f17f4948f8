import type { Mode } from "../../../components/deploymentOutput";
import { labels } from "../../../components/contract";
import { poolFeatureFlag } from "../../../releases";
import { conditionOf } from "../../shared/conditions";
import type { KindName } from "../kinds";
import { kinds } from "../kinds";
import { istioNamespace } from "../snapshot";
import type { Check, Finding, StackContext } from "./check";
import { broken, everyPath, redeploy, throughGateway } from "./check";

/** Istio's name for itself in GatewayClasses (istio.io "Gateway API"). */
const istioController = "istio.io/gateway-controller";

export const namespaces: Check = {
    id: "namespaces",
    title: "Both namespaces are there",
    scope: "stack",
    needs: [],
    on: everyPath,
    run: ({ snapshot, deployment }) =>
        Object.entries(deployment.namespaces)
            .filter(([, name]) => snapshot.find("namespace", "", name) === undefined)
            .map(([role, name]) =>
                broken("namespace-missing", `Namespace ${name} (${role}) does not exist`, redeploy),
            ),
};

export const customKinds: Check = {
    id: "kinds",
    title: "The API server serves every kind that the paths are made of",
    scope: "stack",
    needs: [],
    on: everyPath,
    run: ({ snapshot, deployment }) =>
        kindsOf(deployment.mode)
            .filter(([kind]) => !snapshot.serves(kind))
            .map(([kind, from]) =>
                broken(
                    "kind-not-served",
                    `the API server serves no ${kinds[kind].kind} of ${kinds[kind].apiVersion}`,
                    `install the CRDs of ${from}, in a release that has this version`,
                ),
            ),
};

function kindsOf(mode: Mode): [KindName, string][] {
    return [
        ["gatewayClass", "the Gateway API"],
        ["gateway", "the Gateway API"],
        ["route", "the Gateway API"],
        ["grant", "the Gateway API"],
        ["destinationRule", "Istio"],
        ...(mode === "scoring"
            ? [["pool", "the Gateway API Inference Extension"] as [KindName, string]]
            : []),
        ...(mode === "scoring-not-obeyed" ? [["envoyFilter", "Istio"] as [KindName, string]] : []),
    ];
}

export const gatewayClass: Check = {
    id: "gateway-class",
    title: "The GatewayClass is there, accepted, and Istio's",
    scope: "stack",
    needs: ["kinds"],
    on: throughGateway,
    run: (context) => {
        const { snapshot, deployment } = context;
        const { className } = deployment.gateway;
        const found = snapshot.find("gatewayClass", "", className);
        if (found === undefined) {
            const others = snapshot.all("gatewayClass").map(({ metadata }) => metadata.name);
            return [
                broken(
                    "gateway-class-missing",
                    `there is no GatewayClass ${className}; ` +
                        (others.length === 0
                            ? "the cluster has none: no Istio has ever run here"
                            : `the cluster has ${others.join(", ")}`),
                    others.length === 0
                        ? "install Istio, which creates its GatewayClass when it starts"
                        : `set gateway.className to one of ${others.join(", ")}, or install Istio`,
                ),
            ];
        }
        const controller = found.spec?.controllerName ?? "";
        if (controller !== istioController) {
            return [
                broken(
                    "gateway-class-foreign",
                    `GatewayClass ${className} belongs to ${controller}, and this stack's DestinationRules and EnvoyFilters are Istio's`,
                    `set gateway.className to a class of ${istioController}`,
                ),
            ];
        }
        const accepted = conditionOf(found.status?.conditions, "Accepted");
        return [
            ...(accepted?.status === "True"
                ? []
                : [
                      broken(
                          "gateway-class-not-accepted",
                          accepted === undefined || accepted.status === "Unknown"
                              ? `GatewayClass ${className}: no controller has set a status: is Istio running?`
                              : `GatewayClass ${className}: Accepted=${accepted.status}, ${accepted.reason ?? ""}: ${accepted.message ?? ""}`,
                          `start istiod: kubectl --namespace ${istioNamespace} get pods`,
                      ),
                  ]),
            ...poolsOff(context),
        ];
    },
};

/** Only where istiod is a Deployment in its usual namespace can its environment be read. */
function poolsOff({ snapshot, deployment }: StackContext): Finding[] {
    if (deployment.mode !== "scoring") {
        return [];
    }
    return snapshot
        .inNamespace("deployment", istioNamespace)
        .filter(({ metadata }) => metadata.labels?.app === "istiod" || metadata.name === "istiod")
        .filter(({ spec }) =>
            (spec?.template.spec?.containers ?? []).every(
                ({ env = [] }) =>
                    env.find(({ name }) => name === poolFeatureFlag)?.value?.toLowerCase() !== "true",
            ),
        )
        .map(({ metadata }) =>
            broken(
                "istio-pools-off",
                `Deployment ${istioNamespace}/${metadata.name} runs without ${poolFeatureFlag}=true, so that Istio does not read InferencePools`,
                `kubectl --namespace ${istioNamespace} set env deployment/${metadata.name} ${poolFeatureFlag}=true`,
            ),
        );
}

/** Labels that Istio puts on the pods of a Gateway. */
export function gatewayPodLabels(gateway: string): Record<string, string> {
    return { [labels.gatewayName]: gateway };
}
