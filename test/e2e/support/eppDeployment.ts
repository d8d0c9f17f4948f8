import * as path from "path";
import type { V1ConfigMap, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { stringify } from "yaml";
import type { KubeObjectOf } from "../../../commands/shared/cluster";
import { invocationOf } from "../../../local/lab/agent/environment";
import type { Pod, TestCluster } from "./cluster";

/** What one pod of a deployed endpoint picker would be started with, as the API server has it. */
export interface DeployedEpp {
    args: string[];
    env: Record<string, string>;
    /** Where the configuration is mounted, as {@link args} say. */
    configPath: string;
    config: string;
    /** With a token of the pod's ServiceAccount, and so with the rights that the program gave it. */
    kubeconfig: string;
    /** The services that the probes ask the health server for; empty for its overall health. */
    probes: { liveness: string; readiness: string };
}

/** Reads what each pod of an endpoint picker's Deployment would be started with. */
export async function deployedEpps(
    cluster: TestCluster,
    namespace: string,
    name: string,
): Promise<DeployedEpp[]> {
    const { spec } = cluster.get<KubeObjectOf<V1Deployment>>("deployment", namespace, name);
    const { matchLabels } = spec!.selector;
    const pods = await cluster.pods(namespace, matchLabels!);
    return pods.map((pod) => deployedEpp(cluster, pod));
}

function deployedEpp(cluster: TestCluster, pod: Pod): DeployedEpp {
    const container = pod.spec!.containers[0]!;
    const configPath = container.args!.flatMap((arg) => /^--config-file=(.+)$/.exec(arg)?.[1] ?? [])[0]!;
    const mount = container.volumeMounts!.find(({ mountPath }) => mountPath === path.dirname(configPath))!;
    const volume = pod.spec!.volumes!.find((candidate) => candidate.name === mount.name)!;
    const { data } = cluster.get<KubeObjectOf<V1ConfigMap>>(
        "configmap",
        pod.metadata.namespace!,
        volume.configMap!.name!,
    );
    // Of the times, which are no `Date` here, none is read.
    const { args, env } = invocationOf(pod as unknown as V1Pod, container, pod.status?.podIP ?? "");
    return {
        args,
        // Without what a kubelet adds, which leads to an API server in a cluster.
        env: Object.fromEntries(container.env!.map((variable) => [variable.name, env[variable.name]!])),
        configPath,
        config: data![path.basename(configPath)]!,
        kubeconfig: kubeconfigOf(cluster, pod),
        probes: {
            liveness: container.livenessProbe!.grpc!.service ?? "",
            readiness: container.readinessProbe!.grpc!.service ?? "",
        },
    };
}

/** The control plane of the test's own kubeconfig, and nothing of its administrator. */
function kubeconfigOf(cluster: TestCluster, { metadata, spec }: Pod): string {
    const own = JSON.parse(
        cluster.kubectl("config", "view", "--raw", "--flatten", "--minify", "--output", "json"),
    ) as { clusters: { name: string }[] };
    const token = cluster
        .kubectl("--namespace", metadata.namespace!, "create", "token", spec!.serviceAccountName!)
        .trim();
    const name = own.clusters[0]!.name;
    return stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: own.clusters,
        users: [{ name: "epp", user: { token } }],
        contexts: [{ name: "epp", context: { cluster: name, user: "epp", namespace: metadata.namespace } }],
        "current-context": "epp",
    });
}
