import * as pulumi from "@pulumi/pulumi";
import { namesOf } from "./stackArgs";
import { eppNamespace, ports, serviceHost } from "./contract";
import type { DeploymentOutput } from "./deploymentOutput";
import { deploymentOutput, modeOf } from "./deploymentOutput";
import type { SchedulerStack } from "./scheduler/schedulerStack";
import type { Model, Settings } from "./settings";
import { requestsOf } from "./settings";
import { shellCommand } from "./shell";
import { requestedModel } from "./simulator/arguments";
import type { SimulatorStack } from "./simulator/simulatorStack";

/** A path that requests can take. */
export interface PathOutput {
    /** Base URL of the OpenAI-style API. */
    address: pulumi.Input<string>;
    /** A request to try it with. For an in-cluster address, run it in a pod, or use the port-forward. */
    curl: pulumi.Input<string>;
    /** Brings the path to `localhost` from outside the cluster. */
    portForward: string;
}

/** One model's outputs. */
export interface ModelOutputs {
    /** Client -> Gateway -> HTTPRoute -> backend. */
    schedulerPath: PathOutput;
    /** Client -> proxy Service, bypassing the scheduler. */
    directPath: PathOutput;
    /** The endpoint picker: gRPC ext_proc, gRPC health and Prometheus metrics. */
    epp: { grpc: string; health: string; metrics: string };
}

/** The stack's outputs: the first model's at the top, and every model's by its release. */
export interface StackOutputs extends ModelOutputs {
    /** Which path requests through the Gateway take. */
    path: string;
    /** In-cluster URL that says whether the Gateway's Envoy is ready, on Istio's status port. */
    gatewayHealth: string;
    models: Record<string, ModelOutputs>;
    /** What the paths are made of, for `npm run verify`, `compare` and `topology`. */
    deployment: DeploymentOutput;
}

/** What the settings make of a request through the Gateway, in one sentence. */
export function pathInForce(settings: Settings): string {
    return {
        scheduler: "scheduler: the Gateway routes to the proxy Service and asks no EPP",
        "scoring-not-obeyed":
            "scoring, not obeyed: the Gateway asks the EPP over ext_proc, but the route goes to the proxy Service, which ignores the EPP's choice",
        scoring:
            "scoring: the Gateway asks the EPP, and the InferencePool sends each request to the pod that it picks",
    }[modeOf(settings)];
}

/** The stack's outputs, ready to be used by a person. */
export function stackOutputs(
    settings: Settings,
    scheduler: SchedulerStack,
    simulatorOf: (model: Model) => SimulatorStack,
): StackOutputs {
    const outputsOf = (model: Model) => modelOutputs(model, settings, scheduler, simulatorOf(model));
    return {
        path: pathInForce(settings),
        gatewayHealth: `http://${serviceHost(scheduler.gatewayService, settings.namespaces.scheduler)}:${String(ports.gatewayStatus)}/healthz/ready`,
        ...outputsOf(settings.models[0]!),
        models: Object.fromEntries(settings.models.map((model) => [model.release, outputsOf(model)])),
        deployment: deploymentOutput(settings),
    };
}

function modelOutputs(
    model: Model,
    settings: Settings,
    scheduler: SchedulerStack,
    simulator: SimulatorStack,
): ModelOutputs {
    const { namespaces } = settings;
    const { path, headers, hostnames } = requestsOf(model, settings);
    const names = namesOf(model);
    const eppHost = serviceHost(names.epp, eppNamespace(settings));
    const requestHeaders = { ...headers, ...(hostnames[0] !== undefined && { Host: hostnames[0] }) };
    const throughGateway = Object.entries(requestHeaders).flatMap(([name, value]) => [
        "-H",
        `${name}: ${value}`,
    ]);
    const body = JSON.stringify({ model: requestedModel(model.simulator), prompt: "Hello", max_tokens: 16 });
    const curl = (base: pulumi.Input<string>, extra: readonly string[]) =>
        pulumi
            .output(base)
            .apply((url) =>
                shellCommand([
                    ...["curl", "-sS", `${url}/v1/completions`, "-H", "Content-Type: application/json"],
                    ...[...extra, "-d", body],
                ]),
            );
    // Ports below 1024 need privileges on the client's side.
    const forward = (namespace: string, service: string, local: number, port: number) =>
        shellCommand([
            ...["kubectl", "--namespace", namespace],
            ...["port-forward", `service/${service}`, `${String(local)}:${String(port)}`],
        ]);
    const base = path === undefined ? scheduler.address : pulumi.interpolate`${scheduler.address}${path}`;
    return {
        schedulerPath: {
            address: base,
            curl: curl(base, throughGateway),
            portForward: forward(namespaces.scheduler, scheduler.gatewayService, 8080, scheduler.port),
        },
        directPath: {
            address: simulator.directAddress,
            curl: curl(simulator.directAddress, []),
            portForward: forward(namespaces.simulator, names.proxy, ports.inference, ports.inference),
        },
        epp: {
            grpc: `${eppHost}:${String(ports.eppGrpc)}`,
            health: `${eppHost}:${String(ports.eppHealth)}`,
            metrics: `http://${eppHost}:${String(ports.eppMetrics)}/metrics`,
        },
    };
}
