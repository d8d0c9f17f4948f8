import { gatewayEntrance } from "../../components/contract";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../components/deploymentOutput";
import { written } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { listenerPortsOf } from "../../objects/listeners";
import type { StackIndex } from "../../objects/stackIndex";
import { matchesOf, matchText, sameMatch } from "../shared/routeMatch";
import type { TopologyFinding } from "./model";
import { backendsOf, portsOf } from "./references";

/** Where objects are not as the stack's outputs say. */
export function againstOutputs(index: StackIndex, deployment: DeploymentOutput): TopologyFinding[] {
    const { gateway, namespaces, models } = deployment;
    const findings: TopologyFinding[] = [];
    const found = index.find(kinds.gateway, namespaces.scheduler, gateway.name);
    if (found !== undefined && found.spec.gatewayClassName !== gateway.className) {
        const message = `its class is ${written(found.spec.gatewayClassName)}, not ${gateway.className}`;
        findings.push({ object: found, message });
    }
    const entrance = gatewayEntrance(gateway);
    if (found !== undefined && !listenerPortsOf(found).includes(entrance.port)) {
        findings.push({ object: found, message: `no listener on port ${String(entrance.port)}` });
    }
    for (const model of Object.values(models)) {
        const filter = {
            ...kinds.envoyFilter,
            namespace: namespaces.scheduler,
            name: model.extProcFilter ?? "",
        };
        if (
            model.extProcFilter !== undefined &&
            index.find(filter, filter.namespace, filter.name) === undefined
        ) {
            const message = "not there: the Gateway asks no EPP, though the mode says so";
            findings.push({ object: filter, message });
        }
        const route = index.find(kinds.httpRoute, namespaces.scheduler, model.route);
        const proxy = index.find(kinds.service, namespaces.simulator, model.proxy.name);
        const epp = index.find(kinds.service, model.epp.namespace, model.epp.name);
        findings.push(
            ...(route ? routeFindings(route, model) : []),
            ...(proxy ? proxyFindings(proxy, model) : []),
            ...(epp ? eppFindings(epp, model) : []),
        );
    }
    return findings;
}

function routeFindings(route: KubernetesObject, model: ModelDeploymentOutput): TopologyFinding[] {
    const { match, besides = [], backend } = model;
    const taken = matchesOf(route);
    const leadsThere = backendsOf(route).some(
        ({ kind, namespace, name }) =>
            kind === backend.kind && namespace === backend.namespace && name === backend.name,
    );
    return [
        ...[match, ...besides]
            .filter((wanted) => !taken.some((candidate) => sameMatch(candidate, wanted)))
            .map((wanted) => `does not match ${matchText(wanted)}`),
        ...(leadsThere ? [] : [`does not refer to ${backend.kind} ${backend.name}`]),
    ].map((difference) => ({ object: route, message: `${difference}, as the outputs say` }));
}

function proxyFindings(object: KubernetesObject, { proxy }: ModelDeploymentOutput): TopologyFinding[] {
    const message = `port ${portsOf(object).join(", ")}, but the outputs say ${String(proxy.port)}`;
    return portsOf(object).includes(proxy.port) ? [] : [{ object, message }];
}

function eppFindings(object: KubernetesObject, { epp }: ModelDeploymentOutput): TopologyFinding[] {
    return [epp.grpcPort, epp.healthPort, epp.metricsPort]
        .filter((port) => !portsOf(object).includes(port))
        .map((port) => ({ object, message: `has no port ${String(port)}, which the outputs name` }));
}
