import * as fs from "fs";
import * as path from "path";
import { stringify } from "yaml";
import { fingerprint } from "../toolchain/cache";
import type { Toolchain } from "../toolchain";
import type { CertificateName, Certificates } from "./certificates";
import { LoopbackClient } from "./https";
import { renderKubeconfig } from "./kubeconfig";
import { simulatedNodes } from "./nodes";
import type { Ports } from "./ports";
import type { ProcessSpec } from "./processes";
import type { StateLayout } from "./stateFolder";
import { socketsFolder, writePrivateFile } from "./stateFolder";

/** The control plane's processes, in the order in which they depend on each other. */
export const componentNames = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
] as const;

export type ComponentName = (typeof componentNames)[number];

/** Addresses that Services get. */
const serviceRange = "10.96.0.0/16";

/** Addresses that pods get, from the one named on. Nothing answers there. */
const podRange = "10.244.0.1/16";

/** Where a component's record, and thereby its process, is found. */
export function recordFile(layout: StateLayout, name: ComponentName): string {
    return path.join(layout.run, `${name}.json`);
}

/** Where a component writes what it has to say. */
export function logFile(layout: StateLayout, name: ComponentName): string {
    return path.join(layout.logs, `${name}.log`);
}

/** The API server's address. */
export function serverUrl(ports: Ports): string {
    return `https://127.0.0.1:${ports["kube-apiserver"]}`;
}

/** A client of the API server with all rights. */
export function adminClient(
    certificates: Certificates,
    ports: Pick<Ports, "kube-apiserver">,
): LoopbackClient {
    const { pairs } = certificates;
    return new LoopbackClient(ports["kube-apiserver"], pairs["cluster-ca"].cert, pairs.admin);
}

/** A client of etcd with all rights. */
export function etcdClient(certificates: Certificates, ports: Pick<Ports, "etcd">): LoopbackClient {
    const { pairs } = certificates;
    return new LoopbackClient(ports.etcd, pairs["etcd-ca"].cert, pairs["etcd-client"]);
}

/** How a component is asked whether it is well. */
const healthChecks: Record<
    ComponentName,
    { path: string; authority: CertificateName; client?: CertificateName }
> = {
    etcd: { path: "/health", authority: "etcd-ca", client: "etcd-client" },
    "kube-apiserver": { path: "/readyz", authority: "cluster-ca", client: "admin" },
    "kube-controller-manager": { path: "/healthz", authority: "cluster-ca" },
    "kube-scheduler": { path: "/readyz", authority: "cluster-ca" },
    kwok: { path: "/healthz", authority: "cluster-ca" },
};

/** How long a component may take to say how it is, in milliseconds. */
const healthLimit = 2_000;

/** Asks a component itself whether it is healthy; no answer counts as no. */
export async function isHealthy(
    name: ComponentName,
    port: number,
    certificates: Certificates,
): Promise<boolean> {
    const check = healthChecks[name];
    const client = new LoopbackClient(
        port,
        certificates.pairs[check.authority].cert,
        check.client === undefined ? undefined : certificates.pairs[check.client],
    );
    try {
        return await client.isOk(check.path, healthLimit);
    } finally {
        client.close();
    }
}

/**
 * Writes the kubeconfigs (the administrator's and those of the components) and says how to start each component.
 * A component whose specification has another fingerprint than its running process must be started anew.
 */
export function specifyComponents(
    toolchain: Toolchain,
    layout: StateLayout,
    certificates: Certificates,
    ports: Ports,
): Record<ComponentName, ProcessSpec> {
    const kubeconfig = (user: CertificateName, file: string) => {
        const { pairs } = certificates;
        writePrivateFile(
            file,
            renderKubeconfig(serverUrl(ports), pairs["cluster-ca"].cert, user, pairs[user]),
        );
        return file;
    };
    kubeconfig("admin", layout.kubeconfig);

    const specify = (
        name: ComponentName,
        executable: string,
        args: string[],
        ...alsoStartedWith: string[]
    ): ProcessSpec => {
        const certificatesInUse = JSON.stringify(certificates.pairs);
        const signingKey = fs.readFileSync(certificates.serviceAccountKey, "utf8");
        return {
            executable,
            args,
            env: environment(layout),
            cwd: layout.folder,
            logFile: logFile(layout, name),
            recordFile: recordFile(layout, name),
            fingerprint: fingerprint(executable, ...args, ...alsoStartedWith, certificatesInUse, signingKey),
        };
    };
    // They read their kubeconfigs once, and stay healthy when the API server moves to another port.
    const specifyClient = (name: ComponentName, executable: string, args: string[]) =>
        specify(name, executable, args, serverUrl(ports));
    const own = (name: ComponentName) =>
        kubeconfig(name as CertificateName, path.join(layout.run, `${name}.kubeconfig`));
    return {
        etcd: specify("etcd", toolchain.etcd, etcdArguments(layout, certificates, ports)),
        "kube-apiserver": specify(
            "kube-apiserver",
            toolchain.kubeApiserver,
            apiserverArguments(certificates, ports, layout),
        ),
        "kube-controller-manager": specifyClient("kube-controller-manager", toolchain.kubeControllerManager, [
            ...controllerManagerArguments(certificates),
            ...ownServer(certificates, ports["kube-controller-manager"], own("kube-controller-manager")),
        ]),
        "kube-scheduler": specifyClient("kube-scheduler", toolchain.kubeScheduler, [
            ...ownServer(certificates, ports["kube-scheduler"], own("kube-scheduler")),
        ]),
        kwok: specifyClient(
            "kwok",
            toolchain.kwok,
            kwokArguments(toolchain, certificates, ports, own("kwok")),
        ),
    };
}

/**
 * Nothing of the user's: a proxy would be asked for loopback addresses, KUBECONFIG and the home folder could name
 * other clusters. Go's collector runs late, which takes a quarter off the API server's start, and more often only where
 * that would take more memory than a small cluster needs (docs/performance.md).
 */
function environment(layout: StateLayout): Record<string, string> {
    return { HOME: layout.run, PATH: "/usr/bin:/bin", GOGC: "200", GOMEMLIMIT: "640MiB" };
}

function etcdArguments(layout: StateLayout, certificates: Certificates, ports: Ports): string[] {
    const own = certificates.files("etcd");
    const authority = certificates.files("etcd-ca").cert;
    const clients = `https://127.0.0.1:${ports.etcd}`;
    const peers = `https://127.0.0.1:${ports["etcd-peer"]}`;
    return [
        "--name=local",
        `--data-dir=${layout.etcdData}`,
        `--listen-client-urls=${clients}`,
        `--advertise-client-urls=${clients}`,
        `--listen-peer-urls=${peers}`,
        `--initial-advertise-peer-urls=${peers}`,
        `--initial-cluster=local=${peers}`,
        "--client-cert-auth",
        `--trusted-ca-file=${authority}`,
        `--cert-file=${own.cert}`,
        `--key-file=${own.key}`,
        "--peer-client-cert-auth",
        `--peer-trusted-ca-file=${authority}`,
        `--peer-cert-file=${own.cert}`,
        `--peer-key-file=${own.key}`,
        // A throw-away cluster: after a power failure it is made anew, so nothing needs to reach the disk at once.
        "--unsafe-no-fsync",
        // In milliseconds, and the least that it takes: at its start it waits so long for a leader that there never is.
        "--election-timeout=500",
        `--quota-backend-bytes=${512 * 1024 * 1024}`,
        "--snapshot-count=5000",
        "--log-level=warn",
    ];
}

/**
 * How the API server reaches pods and Services (for the `proxy` subresources and webhooks): through a proxy that the lab
 * serves while it runs. Without it nothing answers, as no simulated pod would. The socket's path is relative to the
 * server's working folder, because paths of sockets must be short.
 */
const egressConfig = stringify({
    apiVersion: "apiserver.k8s.io/v1beta1",
    kind: "EgressSelectorConfiguration",
    egressSelections: [
        {
            name: "cluster",
            connection: {
                proxyProtocol: "HTTPConnect",
                transport: { uds: { udsName: `${socketsFolder}/egress` } },
            },
        },
    ],
});

function apiserverArguments(certificates: Certificates, ports: Ports, layout: StateLayout): string[] {
    writePrivateFile(layout.egressConfig, egressConfig);
    const server = certificates.files("server");
    const etcdClient = certificates.files("etcd-client");
    return [
        "--bind-address=127.0.0.1",
        // Otherwise it looks for an address in the routing table, which a machine off the network has none in.
        "--advertise-address=127.0.0.1",
        `--secure-port=${ports["kube-apiserver"]}`,
        `--tls-cert-file=${server.cert}`,
        `--tls-private-key-file=${server.key}`,
        `--client-ca-file=${certificates.files("cluster-ca").cert}`,
        "--anonymous-auth=false",
        "--authorization-mode=Node,RBAC",
        `--etcd-servers=https://127.0.0.1:${ports.etcd}`,
        `--etcd-cafile=${certificates.files("etcd-ca").cert}`,
        `--etcd-certfile=${etcdClient.cert}`,
        `--etcd-keyfile=${etcdClient.key}`,
        `--service-cluster-ip-range=${serviceRange}`,
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        `--service-account-key-file=${certificates.serviceAccountKey}`,
        `--service-account-signing-key-file=${certificates.serviceAccountKey}`,
        // A loopback address is no valid endpoint of the kubernetes Service; no pod runs that would use it.
        "--endpoint-reconciler-type=none",
        `--egress-selector-config-file=${layout.egressConfig}`,
        "--allow-privileged=true",
        "--event-ttl=15m",
        "--profiling=false",
    ];
}

function controllerManagerArguments(certificates: Certificates): string[] {
    return [
        "--use-service-account-credentials",
        `--service-account-private-key-file=${certificates.serviceAccountKey}`,
        `--root-ca-file=${certificates.files("cluster-ca").cert}`,
        // kwok's nodes cannot fail, but their heartbeats come late on a busy machine, and a pod that was once marked
        // not ready for its node's sake is never made ready again by kwok.
        "--node-monitor-grace-period=24h",
        "--kube-api-qps=100",
        "--kube-api-burst=200",
    ];
}

/** What the controller manager and the scheduler have in common: who they are, and where they serve their health. */
function ownServer(certificates: Certificates, port: number, kubeconfig: string): string[] {
    const server = certificates.files("server");
    return [
        `--kubeconfig=${kubeconfig}`,
        "--leader-elect=false",
        "--bind-address=127.0.0.1",
        `--secure-port=${port}`,
        `--tls-cert-file=${server.cert}`,
        `--tls-private-key-file=${server.key}`,
        // Nobody but the health check, which needs no name, talks to them.
        "--authentication-skip-lookup",
        "--profiling=false",
    ];
}

function kwokArguments(
    toolchain: Toolchain,
    certificates: Certificates,
    ports: Ports,
    kubeconfig: string,
): string[] {
    const server = certificates.files("server");
    return [
        `--kubeconfig=${kubeconfig}`,
        // Not the lab's, whose pods run.
        `--manage-nodes-with-label-selector=kubernetes.io/hostname in (${simulatedNodes.join(",")})`,
        // It would log every change of every pod.
        "--v=WARN",
        `--cidr=${podRange}`,
        `--server-address=127.0.0.1:${ports.kwok}`,
        `--tls-cert-file=${server.cert}`,
        `--tls-private-key-file=${server.key}`,
        ...toolchain.kwokStages.map((file) => `--config=${file}`),
    ];
}
