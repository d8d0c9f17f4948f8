import { speaksHttp2 } from "../../../objects/http2";
import { kinds } from "../../../objects/kinds";
import { pickerReference, servicePortsOf } from "../../../objects/pickers";
import { selectorOf } from "../../../objects/selections";
import { selects } from "../../../objects/selectors";
import { eppOf } from "../containers";
import type { Check, Finding, ModelContext } from "./check";
import { broken, labelText, redeploy, ref, scoringOnly } from "./check";

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
    if (found.replicas === 0) {
        findings.push(
            broken(
                "epp-scaled-to-zero",
                `${found.owner.toString()} is scaled to 0: ${consequence(context)}`,
                `kubectl --namespace ${namespace} scale deployment ${name} --replicas=${String(model.epp.replicas)}`,
            ),
        );
    }
    const account = found.serviceAccount;
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
export function consequence({ snapshot, deployment, model }: ModelContext): string {
    const pool = snapshot.index.find(kinds.inferencePool, deployment.namespaces.simulator, model.pool ?? "");
    const failureMode = (pool && pickerReference(pool).failureMode) ?? model.epp.failureMode;
    return failureMode === "FailClose"
        ? "failureMode FailClose refuses every request"
        : "failureMode FailOpen passes requests on unscored, to any pod";
}

function eppService(context: ModelContext): Finding[] {
    const { snapshot, model } = context;
    const { namespace, name, grpcPort } = model.epp;
    const found = snapshot.index.find(kinds.service, namespace, name);
    const text = ref("Service", namespace, name);
    if (found === undefined) {
        return [broken("epp-service-missing", `${text} does not exist`, redeploy)];
    }
    const findings: Finding[] = [];
    const ports = servicePortsOf(found);
    const port = ports.find(({ number }) => number === grpcPort);
    if (port === undefined) {
        const others = ports.map(({ number }) => String(number)).join(", ");
        findings.push(
            broken(
                "epp-service-port-mismatch",
                `${text} has no port ${String(grpcPort)}; it has ${others}`,
                redeploy,
            ),
        );
    } else if (!speaksHttp2(port)) {
        findings.push(
            broken(
                "epp-app-protocol",
                `${text}: port ${String(grpcPort)} is named "${port.name}" with appProtocol ${port.appProtocol ?? "(none)"}, from which Istio does not learn that ext_proc is HTTP/2: requests get 500, gRPC status 14`,
                `set appProtocol: http2; ${redeploy}`,
            ),
        );
    }
    const owner = snapshot.find("deployment", namespace, name);
    const labels = owner?.spec?.template?.metadata?.labels;
    const selector = selectorOf(found);
    if (labels !== undefined && !selects(selector, labels)) {
        findings.push(
            broken(
                "epp-service-selects-nothing",
                `${text} selects ${labelText(selector.matchLabels)}, and the EPP's pods are labelled ${labelText(labels)}: ${consequence(context)}`,
                redeploy,
            ),
        );
    }
    return findings;
}
