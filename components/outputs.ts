import * as pulumi from "@pulumi/pulumi";
import { ports } from "./contract";
import type { SchedulerStack } from "./scheduler/schedulerStack";
import type { Settings } from "./settings";
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

/** The stack's outputs. */
export interface StackOutputs {
    /** Which of the paths below requests through the Gateway take. */
    path: string;
    /** Client -> Gateway -> HTTPRoute -> backend. */
    schedulerPath: PathOutput;
    /** Client -> proxy Service, bypassing the scheduler. */
    directPath: PathOutput;
    /** The endpoint picker: gRPC ext_proc, gRPC health and Prometheus metrics. */
    epp: { grpc: string; health: string; metrics: string };
}

/** What the settings make of a request through the Gateway, in one sentence. */
export function pathInForce({ extProc }: Settings): string {
    return extProc.enabled
        ? "scoring, not obeyed: the Gateway asks the EPP over ext_proc, but the route goes to the proxy Service, which ignores the EPP's choice"
        : "scheduler: the Gateway routes to the proxy Service and asks no EPP";
}

/** The stack's outputs, ready to be used by a person. */
export function stackOutputs(
    settings: Settings,
    scheduler: SchedulerStack,
    simulator: SimulatorStack,
): StackOutputs {
    const { namespaces } = settings;
    const eppHost = scheduler.epp.host;
    const curl = (address: pulumi.Input<string>) =>
        pulumi.interpolate`curl -sS ${address}/v1/completions -H 'Content-Type: application/json' -d '{"model":"${settings.simulator.model}","prompt":"Hello","max_tokens":16}'`;
    // Ports below 1024 need privileges on the client's side.
    const forward = (namespace: string, service: string, local: number, port: number) =>
        `kubectl --namespace ${namespace} port-forward service/${service} ${String(local)}:${String(port)}`;
    return {
        path: pathInForce(settings),
        schedulerPath: {
            address: scheduler.address,
            curl: curl(scheduler.address),
            portForward: forward(namespaces.scheduler, scheduler.gatewayService, 8080, ports.gatewayHttp),
        },
        directPath: {
            address: simulator.directAddress,
            curl: curl(simulator.directAddress),
            portForward: forward(
                simulator.backend.namespace,
                simulator.backend.name,
                ports.inference,
                ports.inference,
            ),
        },
        epp: {
            grpc: `${eppHost}:${String(ports.eppGrpc)}`,
            health: `${eppHost}:${String(ports.eppHealth)}`,
            metrics: `http://${eppHost}:${String(ports.eppMetrics)}/metrics`,
        },
    };
}
