import type * as k8s from "@pulumi/kubernetes";
import { portNames, ports } from "../contract";
import type { SimulatorRelease } from "../../releases";
import type { ResourceSettings } from "../workload";

/** Upstream's routing sidecar. */
export interface RoutingSidecarSettings {
    image: string;
    /** Its command line, in the words of its release. */
    args: string[];
    resources: ResourceSettings;
}

/**
 * The container that requests to a decode pod come to: it has the pod that the EPP's header names prefill, and passes
 * everything else on to the simulator behind it. So it is Ready when that is, of which it asks for no start: that comes
 * after its own.
 */
export function routingSidecar(
    { image, args, resources }: RoutingSidecarSettings,
    { readinessPath }: SimulatorRelease,
): k8s.types.input.core.v1.Container {
    return {
        name: "routing-sidecar",
        image,
        args,
        ports: [{ name: portNames.inference, containerPort: ports.inference, protocol: "TCP" }],
        resources: { requests: { ...resources.requests }, limits: { ...resources.limits } },
        livenessProbe: { tcpSocket: { port: portNames.inference }, periodSeconds: 10 },
        readinessProbe: { httpGet: { path: readinessPath, port: portNames.inference }, periodSeconds: 5 },
    };
}
