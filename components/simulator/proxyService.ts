import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { commonLabels, podSelector, portNames, ports } from "../contract";

/** Arguments of {@link createProxyService}. */
export interface ProxyServiceArgs {
    name: string;
    namespace: string;
    modelRelease: string;
}

/**
 * The Service that gives the decode pods a stable name and an explicit port, for the route and for clients that
 * bypass the scheduler. It never selects prefill pods.
 */
export function createProxyService(
    resourceName: string,
    args: ProxyServiceArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
        resourceName,
        {
            metadata: {
                name: args.name,
                namespace: args.namespace,
                labels: commonLabels(args.name, args.modelRelease, "proxy"),
            },
            spec: {
                type: "ClusterIP",
                selector: podSelector(args.modelRelease, "decode"),
                ports: [
                    {
                        name: portNames.inference,
                        port: ports.inference,
                        targetPort: portNames.inference,
                        protocol: "TCP",
                        appProtocol: "http",
                    },
                ],
            },
        },
        opts,
    );
}
