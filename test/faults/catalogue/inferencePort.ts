import type { Captured } from "../captured";
import type { Generator, Mutation, Verdict } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";
import { containersOf, frontOf, moveBehind, targetOf } from "./containers";
import { container } from "./picker";

const port = breaking("inference-port", "mandatory");

const probes = ["livenessProbe", "readinessProbe", "startupProbe"];

/** Gives the decode and prefill Deployments of one model, the proxy, pool and route: other models are made alike. */
function finder({ kind, kubernetesName }: Captured) {
    return (program: Program) => program.get(kind, new RegExp(`^${kubernetesName}$`));
}

/** One port changed in one place. */
export const inferencePort: Generator = function* (program) {
    for (const role of ["decode", "prefill"]) {
        yield* podMutations(program.get("Deployment", new RegExp(`-${role}$`)));
    }
    yield* serviceMutations(program.get("Service", /-proxy$/));
    for (const pool of program.ofKind("InferencePool").slice(0, 1)) {
        const find = finder(pool);
        yield port(
            "pool: target port 8000",
            (copy) => {
                find(copy).set("spec.targetPorts.0.number", 8000);
            },
            {
                id: "pool-target-port-mismatch",
                message: /targetPorts 8000, and the pods listen on 8200/,
                on: ["scoring"],
            },
        );
        yield port("pool: no target port", (copy) => {
            find(copy).set("spec.targetPorts", []);
        });
        yield port("pool: a second target port that no simulator listens at", (copy) => {
            find(copy).list("spec.targetPorts").push({ number: 8201 });
        });
        yield harmless("pool: a second target port, for the second rank of each simulator", (copy) => {
            find(copy).list("spec.targetPorts").push({ number: 8201 });
            for (const deployment of copy.ofKind("Deployment", /-(decode|prefill)$/)) {
                for (const path of containersOf(deployment)) {
                    deployment.list(`${path}.args`).push("--data-parallel-size=2");
                }
                moveBehind(deployment, 8300);
            }
        });
    }
    const [route] = program.ofKind("HTTPRoute");
    if (route?.get("spec.rules.0.backendRefs.0.kind") === "Service") {
        yield port(
            "route: sends to port 8000",
            (copy) => {
                copy.get("HTTPRoute").set("spec.rules.0.backendRefs.0.port", 8000);
            },
            {
                id: "route-port-mismatch",
                message: /port 8000 of Service .*, which listens on 8200/,
                on: ["scheduler"],
            },
        );
        yield port("route: names no port", (copy) => {
            copy.get("HTTPRoute").unset("spec.rules.0.backendRefs.0.port");
        });
    } else {
        yield breaking("inference-port", "advisory")("route: a misleading port beside a pool", (copy) => {
            copy.get("HTTPRoute").set("spec.rules.0.backendRefs.0.port", 8000);
        });
    }
    yield* aroundMutations(program);
    yield* outputMutations(program);
};

function* podMutations(deployment: Captured): Iterable<Mutation> {
    const find = finder(deployment);
    const name = deployment.kubernetesName;
    const front = frontOf(deployment);
    for (const container of containersOf(deployment)) {
        const behind = container !== front;
        const hasSidecar = targetOf(deployment, front) !== undefined;
        const title = hasSidecar ? `${name}, ${behind ? "behind the sidecar" : "the sidecar"}` : name;
        yield* containerMutations(title, find, container, deployment);
    }
    yield port(`${name}: scraped at 8000`, (copy) => {
        find(copy).set(["spec", "template", "metadata", "annotations", "prometheus.io/port"], "8000");
    });
    const target = targetOf(deployment, front);
    if (target !== undefined) {
        const others = (all: string[]) => all.filter((argument) => argument !== target);
        yield port(`${name}, the sidecar: passes requests on to port 8100`, (copy) => {
            find(copy).update<string[]>(`${front}.args`, (all) => [
                ...others(all),
                target.replace(/=.*/, "=8100"),
            ]);
        });
        yield port(`${name}, the sidecar: passes requests on to its release's default port`, (copy) => {
            find(copy).update(`${front}.args`, others);
        });
    }
}

/** One port changed in one place of a container, the model server's or that of the sidecar in front of it. */
function* containerMutations(
    name: string,
    find: (program: Program) => Captured,
    container: string,
    deployment: Captured,
): Iterable<Mutation> {
    const args = (change: (args: string[]) => string[]) => (copy: Program) => {
        find(copy).update(`${container}.args`, change);
    };
    const withoutPort = (all: string[]) => all.filter((argument) => !argument.startsWith("--port"));
    const isServer = /-decode$/.test(name);
    const listens = { id: "server-port-mismatch", message: /listens on 8000 \(--port\)/ };
    yield port(
        `${name}: --port=8000`,
        args((all) => ["--port=8000", ...withoutPort(all)]),
        isServer ? { ...listens, on: ["scheduler"] } : undefined,
    );
    yield port(
        `${name}: --port 8000 in two arguments`,
        args((all) => [...withoutPort(all), "--port", "8000"]),
    );
    yield port(
        `${name}: no --port, so the server's default`,
        args(withoutPort),
        isServer ? { ...listens, on: ["scoring"] } : undefined,
    );
    yield port(`${name}: --port in a shell command`, (copy) => {
        find(copy)
            .update(`${container}.args`, withoutPort)
            .set(`${container}.command`, ["sh", "-c", "exec serve --port 8000"]);
    });
    yield port(`${name}: --port from a variable`, (copy) => {
        const variable = { name: "PORT", value: "8000" };
        const found = find(copy).update<string[]>(`${container}.args`, (all) => [
            "--port=$(PORT)",
            ...withoutPort(all),
        ]);
        found.set(`${container}.env`, [...((found.get(`${container}.env`) ?? []) as unknown[]), variable]);
    });
    yield port(
        `${name}: containerPort 8000`,
        (copy) => {
            find(copy).set(`${container}.ports.0.containerPort`, 8000);
        },
        isServer
            ? {
                  id: "server-container-port-mismatch",
                  message: /declares port 8000/,
                  on: ["scheduler"],
              }
            : undefined,
    );
    yield port(`${name}: the container's port renamed in one place`, (copy) => {
        find(copy).set(`${container}.ports.0.name`, "web");
    });
    for (const probe of probes.filter((name) => deployment.get(`${container}.${name}`) !== undefined)) {
        const [handler] = ["httpGet", "tcpSocket"].filter(
            (kind) => deployment.get(`${container}.${probe}.${kind}`) !== undefined,
        );
        const path = `${container}.${probe}.${handler ?? ""}.port`;
        yield port(`${name}: ${probe} at 8000`, (copy) => {
            find(copy).set(path, 8000);
        });
        yield port(`${name}: ${probe} at a port that has no such name`, (copy) => {
            find(copy).set(path, "metrics");
        });
    }
    // The port next to it, which is the model server's where the sidecar has this one, and the other way round.
    const next = deployment.get(`${container}.ports.0.containerPort`) === 8200 ? 8201 : 8200;
    yield port(`${name}: readinessProbe by TCP at ${String(next)}`, (copy) => {
        find(copy).set(`${container}.readinessProbe`, { tcpSocket: { port: next } });
    });
}

function* serviceMutations(service: Captured): Iterable<Mutation> {
    const find = finder(service);
    const set = (title: string, path: string, value: unknown, verdict?: Omit<Verdict, "on">) =>
        port(
            `proxy: ${title}`,
            (copy) => {
                find(copy).set(path, value);
            },
            verdict && { ...verdict, on: ["scheduler"] },
        );
    yield set("port 8000", "spec.ports.0.port", 8000, {
        id: "proxy-port-mismatch",
        message: /listens on 8000, and not on 8200/,
    });
    yield set("port 80", "spec.ports.0.port", 80);
    yield set("targetPort 8000", "spec.ports.0.targetPort", 8000, {
        id: "proxy-target-port-mismatch",
        message: /targetPort 8000 leads to 8000.*listen on 8200/,
    });
    yield set("targetPort of no container", "spec.ports.0.targetPort", "web", {
        id: "proxy-target-port-mismatch",
        message: /targetPort web is no port of the decode pods/,
    });
    yield set("several ports, none of them the right one", "spec.ports", [
        { name: "http", port: 80, targetPort: "http" },
        { name: "metrics", port: 9090, targetPort: "http" },
    ]);
}

/** What stands around a chain: monitors, NetworkPolicies, DestinationRules, the EPP. */
function* aroundMutations(program: Program): Iterable<Mutation> {
    if (program.has("NetworkPolicy", /-decode$/)) {
        yield port("NetworkPolicy: admits port 8000", (copy) => {
            copy.get("NetworkPolicy", /-decode$/).set("spec.ingress.0.ports.0.port", 8000);
        });
        yield port("NetworkPolicy: admits UDP", (copy) => {
            copy.get("NetworkPolicy", /-decode$/).set("spec.ingress.0.ports.0.protocol", "UDP");
        });
    } else {
        yield port("a NetworkPolicy for the decode pods that admits port 8000", (copy) => {
            copy.add(networkPolicy({ port: 8000 }));
        });
    }
    yield harmless(
        "a NetworkPolicy that shuts the namespace of the model servers",
        (copy) => {
            copy.add({
                apiVersion: "networking.k8s.io/v1",
                kind: "NetworkPolicy",
                metadata: { name: "deny-all", namespace: "llm-d-sim" },
                spec: { podSelector: {}, policyTypes: ["Ingress"] },
            });
        },
        {
            id: "network-policy-blocks",
            message: /llm-d-sim\/deny-all keep the Gateway .* on 8200/,
            on: ["scheduler"],
        },
    );
    yield port("a NetworkPolicy that lets clients send to port 8000 only", (copy) => {
        copy.add({
            apiVersion: "networking.k8s.io/v1",
            kind: "NetworkPolicy",
            metadata: { name: "clients", namespace: "llm-d-inference-scheduler" },
            spec: {
                podSelector: {},
                policyTypes: ["Egress"],
                egress: [
                    {
                        to: [{ podSelector: { matchLabels: { "llm-d.ai/role": "decode" } } }],
                        ports: [{ port: 8000 }],
                    },
                ],
            },
        });
    });
    if (program.has("PodMonitor", /-decode$/)) {
        yield port("PodMonitor: a port that has no such name", (copy) => {
            copy.get("PodMonitor", /-decode$/).set("spec.podMetricsEndpoints.0.port", "metrics");
        });
    }
    yield port("a PodMonitor at port 8000", (copy) => {
        copy.add({
            apiVersion: "monitoring.coreos.com/v1",
            kind: "PodMonitor",
            metadata: { name: "decode", namespace: "llm-d-sim" },
            spec: {
                selector: { matchLabels: { "llm-d.ai/role": "decode" } },
                podMetricsEndpoints: [{ targetPort: 8000 }],
            },
        });
    });
    yield port("a ServiceMonitor for a port that the proxy lacks", (copy) => {
        copy.add({
            apiVersion: "monitoring.coreos.com/v1",
            kind: "ServiceMonitor",
            metadata: { name: "proxy", namespace: "llm-d-sim" },
            spec: {
                selector: { matchLabels: { "app.kubernetes.io/component": "proxy" } },
                endpoints: [{ port: "metrics" }],
            },
        });
    });
    yield port("a DestinationRule for port 8000 of the proxy", (copy) => {
        const proxy = copy.get("Service", /-proxy$/).kubernetesName;
        copy.add({
            apiVersion: "networking.istio.io/v1",
            kind: "DestinationRule",
            metadata: { name: "proxy-port", namespace: "llm-d-sim" },
            spec: { host: proxy, trafficPolicy: { portLevelSettings: [{ port: { number: 8000 } }] } },
        });
    });
    const epp = program.get("Deployment", /-epp$/);
    const flag = "--endpoint-target-ports=";
    if ((epp.get(`${container}.args`) as string[]).some((argument) => argument.startsWith(flag))) {
        yield port(
            "EPP: other target ports",
            (copy) => {
                copy.get("Deployment", /-epp$/).update<string[]>(`${container}.args`, (all) =>
                    all.map((argument) => (argument.startsWith(flag) ? `${flag}8000` : argument)),
                );
            },
            {
                id: "epp-target-ports-mismatch",
                message: /--endpoint-target-ports is 8000/,
                on: ["scoring-not-obeyed"],
            },
        );
    }
}

/** A NetworkPolicy for the decode pods. */
export function networkPolicy(...ports: object[]) {
    return {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: { name: "decode-added", namespace: "llm-d-sim" },
        spec: {
            podSelector: { matchLabels: { "llm-d.ai/role": "decode" } },
            ingress: [{ ports }],
        },
    };
}

function* outputMutations({ outputs }: Program): Iterable<Mutation> {
    for (const key of Object.keys(outputs.directPath as object)) {
        yield port(`output directPath.${key} says port 8000`, (copy) => {
            const directPath = copy.outputs.directPath as Record<string, string>;
            directPath[key] = (directPath[key] ?? "").replaceAll("8200", "8000");
        });
    }
}
