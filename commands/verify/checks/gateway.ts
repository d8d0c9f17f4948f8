import { gatewayEntrance } from "../../../components/contract";
import type { DeploymentOutput } from "../../../components/deploymentOutput";
import { grantsOf } from "../../../objects/grants";
import { kinds } from "../../../objects/kinds";
import { scanReferences, targetOf } from "../../../objects/references";
import { selects } from "../../../objects/selectors";
import type { StackIndex } from "../../../objects/stackIndex";
import { conditionOf, isReady } from "../../shared/conditions";
import type { GatewayObject } from "../kinds";
import { whyNotReady } from "../pods";
import type { Check, Finding, StackContext } from "./check";
import { broken, redeploy, ref, throughGateway } from "./check";
import { gatewayPodLabels } from "./cluster";
import { readyEndpoints } from "./endpoints";

export const gateway: Check = {
    id: "gateway",
    title: "The Gateway is there, Accepted and Programmed",
    scope: "stack",
    needs: ["namespaces", "kinds", "gateway-class"],
    on: throughGateway,
    run: ({ snapshot, deployment }) => {
        const { namespaces, gateway: wanted } = deployment;
        const name = ref("Gateway", namespaces.scheduler, wanted.name);
        const found = snapshot.find("gateway", namespaces.scheduler, wanted.name);
        if (found === undefined) {
            return [broken("gateway-missing", `${name} does not exist`, redeploy)];
        }
        const className = found.spec?.gatewayClassName ?? "";
        const findings: Finding[] = [];
        if (className !== wanted.className) {
            findings.push(
                broken(
                    "gateway-class-mismatch",
                    `${name} asks for GatewayClass ${className}, and the stack for ${wanted.className}`,
                    redeploy,
                ),
            );
        }
        const listeners = found.spec?.listeners ?? [];
        const entrance = gatewayEntrance(wanted);
        const asked = entrance.scheme.toUpperCase();
        if (!listeners.some(({ port, protocol }) => port === entrance.port && protocol === asked)) {
            findings.push(
                broken(
                    "gateway-listener-mismatch",
                    `${name} has no ${asked} listener on ${String(entrance.port)}; it has ${listeners
                        .map(({ port, protocol }) => `${protocol} on ${String(port)}`)
                        .join(", ")}`,
                    redeploy,
                ),
            );
        }
        const refused = refusedCertificates(snapshot.index, deployment);
        return [...findings, ...refused, ...statusOf(found, name), ...listenerStatus(found, name)];
    },
};

/** Certificates of other namespaces that no grant there lets the Gateway refer to. */
function refusedCertificates(
    index: StackIndex,
    { namespaces, gateway: wanted }: DeploymentOutput,
): Finding[] {
    const object = index.find(kinds.gateway, namespaces.scheduler, wanted.name)!;
    const grants = grantsOf(index);
    return scanReferences(object)
        .references.filter((reference) => grants.lack(reference))
        .map((reference) =>
            broken(
                "gateway-certificate-not-granted",
                `${object.toString()} refers to ${targetOf(reference)} (${reference.path}), and no ReferenceGrant in ${reference.namespace} lets it: the listener is refused`,
                `create a ReferenceGrant in ${reference.namespace} from Gateways of ${object.namespace} to the ${reference.kind}, or use one of the Gateway's own namespace`,
            ),
        );
}

function statusOf(found: GatewayObject, name: string): Finding[] {
    const accepted = conditionOf(found.status?.conditions, "Accepted");
    if (accepted === undefined || accepted.status === "Unknown") {
        return [
            broken(
                "gateway-no-controller",
                `${name}: no controller has set a status: is Istio running, and is GatewayClass ${found.spec?.gatewayClassName ?? ""} its own?`,
                "start Istio, or correct gateway.className",
            ),
        ];
    }
    if (accepted.status !== "True") {
        return [
            broken(
                "gateway-not-accepted",
                `${name}: Accepted=False, ${accepted.reason ?? ""}: ${accepted.message ?? ""}`,
                notAccepted[accepted.reason ?? ""] ?? redeploy,
            ),
        ];
    }
    const programmed = conditionOf(found.status?.conditions, "Programmed");
    if (programmed?.status === "True") {
        return [];
    }
    const reason = programmed?.reason ?? "no reason given";
    return [
        broken(
            "gateway-not-programmed",
            `${name}: Programmed=${programmed?.status ?? "Unknown"}, ${reason}: ${programmed?.message ?? ""}`,
            notProgrammed[reason] ?? "look at istiod's log",
        ),
    ];
}

/** What to do about a Gateway that is not Accepted, by the reason. */
const notAccepted: Record<string, string> = {
    InvalidParameters: `the ConfigMap that infrastructure.parametersRef names is missing or unreadable; ${redeploy}`,
    UnsupportedAddress: `spec.addresses names an address of a type that Istio does not know; ${redeploy}`,
};

/** What to do about a Gateway that is not Programmed, by the reason (Gateway API `GatewayConditionReason`). */
const notProgrammed: Record<string, string> = {
    AddressNotUsable:
        "its Service has no address yet, or spec.addresses names one that cannot be had: see whether the Gateway's Deployment and Service exist, and whether the cluster gives load balancers; without any, set gateway.serviceType to NodePort or ClusterIP",
    AddressNotAssigned:
        "its Service has no address yet: without load balancers set gateway.serviceType to NodePort or ClusterIP",
    Pending: "wait for Istio to create the Gateway's Deployment and Service",
    NoResources: "the Gateway's pods do not run: look at their Deployment",
    Invalid: "the Gateway's spec is refused: its message says why",
};

/** What to do about a listener that is refused, by the reason (Gateway API `ListenerConditionReason`). */
const refusedListener: Record<string, string> = {
    InvalidCertificateRef:
        "create the TLS Secret that gateway.tlsSecretName names, in the Gateway's namespace, with a certificate and its key",
    RefNotPermitted: "create a ReferenceGrant in the namespace of what the message names",
    InvalidRouteKinds: `the listener's allowedRoutes.kinds names a kind that its protocol does not carry; ${redeploy}`,
    InvalidCACertificateRef: "create what spec.tls.frontend names, with a CA certificate in its key ca.crt",
    InvalidCACertificateKind: "spec.tls.frontend must name a ConfigMap",
};

function listenerStatus(found: GatewayObject, name: string): Finding[] {
    return (found.status?.listeners ?? []).flatMap((listener) =>
        (listener.conditions ?? [])
            .filter(({ type, status }) => ["Accepted", "ResolvedRefs"].includes(type) && status === "False")
            .map(({ type, reason = "", message = "" }) =>
                broken(
                    "gateway-listener-refused",
                    `${name}, listener ${listener.name}: ${type}=False, ${reason}: ${message}`,
                    refusedListener[reason] ?? redeploy,
                ),
            ),
    );
}

export const gatewayService: Check = {
    id: "gateway-service",
    title: "Istio's Service for the Gateway has ready pods",
    scope: "stack",
    needs: ["gateway"],
    on: throughGateway,
    run: (context) => {
        const { snapshot, deployment } = context;
        const { namespaces, gateway: wanted } = deployment;
        const name = ref("Service", namespaces.scheduler, wanted.service);
        const found = snapshot.find("service", namespaces.scheduler, wanted.service);
        if (found === undefined) {
            return [
                broken(
                    "gateway-service-missing",
                    `${name} does not exist: Istio has created no data plane for the Gateway`,
                    "see why the Gateway is not Programmed; istiod's log names what it could not create",
                ),
            ];
        }
        const entrance = gatewayEntrance(wanted);
        if (!(found.spec?.ports ?? []).some(({ port }) => port === entrance.port)) {
            return [
                broken(
                    "gateway-service-port",
                    `${name} has no port ${String(entrance.port)}`,
                    "delete the Service, and Istio creates it as the Gateway's listeners say",
                ),
            ];
        }
        return readyEndpoints(snapshot, namespaces.scheduler, wanted.service).length > 0
            ? []
            : [
                  broken(
                      "gateway-pods-not-ready",
                      `${name} has no ready endpoint: ${podsText(context)}`,
                      "see to the Gateway's Deployment, which Istio creates under the Service's name",
                  ),
              ];
    },
};

function podsText({ snapshot, deployment }: StackContext): string {
    const matchLabels = gatewayPodLabels(deployment.gateway.name);
    const pods = snapshot
        .inNamespace("pod", deployment.namespaces.scheduler)
        .filter(({ metadata }) => selects({ matchLabels }, metadata.labels));
    return pods.length === 0
        ? "the Gateway has no pods"
        : pods
              .filter((pod) => !isReady(pod))
              .map((pod) => whyNotReady(pod, snapshot))
              .join("; ");
}
