import type { Generator } from "../mutation";
import { harmless } from "../mutation";
import type { Program } from "../program";
import type { Manifest } from "../../policy/support/resources";
import { networkPolicy } from "./inferencePort";
import { containersOf, frontOf, portOf } from "./containers";
import { listenerOf } from "./listener";
import { container } from "./picker";
import { webApp } from "./unrelated";

const decode = /-decode$/;
const proxy = /-proxy$/;

const gatewayApi = "gateway.networking.k8s.io/v1";

/** Other ways to write the same thing. */
export const harmlessChanges: Generator = function* (program) {
    yield* spellings();
    yield* metadataChanges();
    yield* pods();
    yield* services();
    yield* gateways();
    yield* grants();
    if (program.has("InferencePool")) {
        yield* pools();
    }
};

const spellings = function* () {
    yield harmless("the resources in reverse order", (copy) => {
        copy.resources.reverse();
    });
    yield harmless("route: the parent's group and kind left to their defaults", (copy) => {
        copy.get("HTTPRoute").unset("spec.parentRefs.0.group").unset("spec.parentRefs.0.kind");
    });
    yield harmless("route: the parent's namespace spelled out", (copy) => {
        copy.get("HTTPRoute").set("spec.parentRefs.0.namespace", "llm-d-inference-scheduler");
    });
    yield harmless("route: any listener", (copy) => {
        const route = copy.get("HTTPRoute");
        if (route.list("spec.parentRefs").length === 1) {
            route.unset("spec.parentRefs.0.sectionName");
        }
    });
    yield harmless("route: the listener's port spelled out", (copy) => {
        copy.get("HTTPRoute").set("spec.parentRefs.0.port", listenerOf(copy).port);
    });
    yield harmless("route: a Service backend's group and kind left to their defaults", (copy) => {
        const route = copy.get("HTTPRoute");
        const ref = "spec.rules.0.backendRefs.0";
        if (route.get(`${ref}.kind`) === "Service") {
            route.unset(`${ref}.group`).unset(`${ref}.kind`);
        }
    });
    yield harmless("route: another weight", (copy) => {
        copy.get("HTTPRoute").set("spec.rules.0.backendRefs.0.weight", 100);
    });
    yield harmless("route: another match", (copy) => {
        copy.get("HTTPRoute")
            .list("spec.rules.0.matches")
            .push({ path: { type: "Exact", value: "/v1/models" } });
    });
    yield harmless("a status that the API server filled in", (copy) => {
        copy.get("Gateway").set("status", { addresses: [{ value: "10.0.0.1" }] });
    });
};

const metadataChanges = function* () {
    for (const kind of ["Deployment", "Service", "HTTPRoute", "Gateway", "ReferenceGrant"]) {
        yield harmless(`${kind}: another label and annotation`, (copy) => {
            copy.get(kind)
                .set("metadata.labels.team", "inference")
                .set(["metadata", "annotations", "example.com/owner"], "inference");
        });
    }
    yield harmless("decode: another label on the pods", (copy) => {
        copy.get("Deployment", decode).set("spec.template.metadata.labels.team", "inference");
    });
    yield harmless("decode: a selector by expression", (copy) => {
        copy.get("Deployment", decode).set("spec.selector.matchExpressions", [
            { key: "llm-d.ai/role", operator: "In", values: ["decode", "both"] },
        ]);
    });
};

const pods = function* () {
    const args = (change: (args: string[]) => string[]) => (copy: Program) => {
        copy.get("Deployment", decode).update(`${container}.args`, change);
    };
    yield harmless("decode: another number of replicas", (copy) => {
        copy.get("Deployment", decode).set("spec.replicas", 4);
    });
    yield harmless(
        "decode: arguments in another order",
        args((all) => [...all].reverse()),
    );
    yield harmless(
        "decode: every argument in two parts",
        args((all) => all.flatMap((argument) => argument.split("="))),
    );
    yield harmless("decode: the port from a variable", (copy) => {
        const deployment = copy.get("Deployment", decode);
        deployment.update<string[]>(`${container}.args`, (all) =>
            all.map((argument) => (argument.startsWith("--port=") ? "--port=$(PORT)" : argument)),
        );
        deployment
            .list(`${container}.env`)
            .push({ name: "PORT", value: String(portOf(deployment, container)) });
    });
    yield harmless("decode: probes by the port's number", (copy) => {
        const deployment = copy.get("Deployment", decode);
        for (const path of containersOf(deployment)) {
            for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
                for (const handler of ["httpGet", "tcpSocket"]) {
                    const of = `${path}.${probe}.${handler}`;
                    if (deployment.get(of) !== undefined) {
                        deployment.set(`${of}.port`, portOf(deployment, path));
                    }
                }
            }
        }
    });
    yield harmless("decode: another environment variable", (copy) => {
        copy.get("Deployment", decode).list(`${container}.env`).push({ name: "PORT", value: "8000" });
    });
    yield harmless("decode: a sidecar with ports and flags of its own", (copy) => {
        copy.get("Deployment", decode)
            .list("spec.template.spec.containers")
            .push({
                ...(webApp("", 9999)[0]?.spec as { template: { spec: { containers: object[] } } }).template
                    .spec.containers[0],
                name: "sidecar",
            });
    });
    yield harmless("decode: a second port for something else", (copy) => {
        copy.get("Deployment", decode).list(`${container}.ports`).push({ name: "zmq", containerPort: 5557 });
    });
    yield harmless("decode: a protocol spelled out", (copy) => {
        copy.get("Deployment", decode).set(`${container}.ports.0.protocol`, "TCP");
    });
    yield harmless("a NetworkPolicy for the decode pods that admits the port", (copy) => {
        copy.add(networkPolicy({ port: 9999 }, { port: 8200, protocol: "TCP" }));
    });
    yield harmless("a NetworkPolicy that admits a range of ports", (copy) => {
        copy.add(networkPolicy({ port: 8000, endPort: 9000 }));
    });
    yield harmless("a NetworkPolicy that admits the port by its name", (copy) => {
        copy.add(networkPolicy({ port: "http" }));
    });
    yield harmless("a PodMonitor by the port's number", (copy) => {
        copy.add({
            apiVersion: "monitoring.coreos.com/v1",
            kind: "PodMonitor",
            metadata: { name: "decode-added", namespace: "monitoring" },
            spec: {
                namespaceSelector: { any: true },
                selector: { matchLabels: { "llm-d.ai/role": "decode" } },
                podMetricsEndpoints: [{ targetPort: 8200 }],
            },
        });
    });
};

const services = function* () {
    yield harmless("proxy: targetPort by number", (copy) => {
        copy.get("Service", proxy).set("spec.ports.0.targetPort", 8200);
    });
    yield harmless("proxy: targetPort left to its default", (copy) => {
        copy.get("Service", proxy).unset("spec.ports.0.targetPort");
    });
    yield harmless("proxy: a second port for metrics, to the same target", (copy) => {
        copy.get("Service", proxy)
            .list("spec.ports")
            .push({ name: "http-metrics", port: 9090, targetPort: 9090, appProtocol: "http" });
    });
    yield harmless("a headless Service for finding the decode pods", (copy) => {
        const { inputs } = copy.clone().get("Service", proxy);
        copy.add({
            ...(inputs as unknown as Manifest),
            metadata: { name: "decode-peers", namespace: "llm-d-sim" },
            spec: {
                ...(inputs.spec as object),
                clusterIP: "None",
                ports: [{ name: "tcp-zmq", port: 5557 }],
            },
        });
    });
    yield harmless("a Service for prefill pods only, which no route leads to", (copy) => {
        const selector = copy
            .clone()
            .get("Deployment", /-prefill$/)
            .get("spec.selector.matchLabels");
        copy.add({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name: "prefill", namespace: "llm-d-sim" },
            spec: {
                selector,
                ports: [{ name: "http", port: 8200, targetPort: "http", appProtocol: "http" }],
            },
        });
    });
};

const gateways = function* () {
    yield harmless("Gateway: another listener", (copy) => {
        copy.get("Gateway")
            .list("spec.listeners")
            .push({ name: "alternative", port: 8080, protocol: "HTTP" });
    });
    yield harmless("Gateway: admits every namespace", (copy) => {
        copy.get("Gateway").set("spec.listeners.0.allowedRoutes.namespaces.from", "All");
    });
    yield harmless("Gateway: admits namespaces left to the default", (copy) => {
        copy.get("Gateway").unset("spec.listeners.0.allowedRoutes");
    });
    yield harmless("Gateway: admits the route's namespace by its name", (copy) => {
        copy.get("Gateway").set("spec.listeners.0.allowedRoutes.namespaces", {
            from: "Selector",
            selector: { matchLabels: { "kubernetes.io/metadata.name": "llm-d-inference-scheduler" } },
        });
    });
    yield harmless("Gateway: admits HTTPRoutes by name", (copy) => {
        copy.get("Gateway").set("spec.listeners.0.allowedRoutes.kinds", [{ kind: "HTTPRoute" }]);
    });
    yield harmless("hostnames that intersect by wildcard", (copy) => {
        copy.get("Gateway").set("spec.listeners.0.hostname", "*.example.com");
        copy.get("HTTPRoute").set("spec.hostnames", ["llm.example.com", "other.example.org"]);
    });
};

const grants = function* () {
    yield harmless("a second grant, for another team's routes", (copy) => {
        copy.add({
            apiVersion: "gateway.networking.k8s.io/v1beta1",
            kind: "ReferenceGrant",
            metadata: { name: "other-team", namespace: "llm-d-sim" },
            spec: {
                from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "other-team" }],
                to: [{ group: "", kind: "Service", name: copy.get("Service", proxy).kubernetesName }],
            },
        });
    });
    yield harmless("grant: of the API's version v1", (copy) => {
        copy.get("ReferenceGrant").set("apiVersion", gatewayApi);
    });
    yield harmless("grant: another name", (copy) => {
        copy.get("ReferenceGrant").set("metadata.name", "renamed");
    });
    yield harmless("grant: for another team's routes as well", (copy) => {
        copy.get("ReferenceGrant")
            .list("spec.from")
            .push({ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "other-team" });
    });
};

const pools = function* () {
    yield harmless("pool: two target ports, both declared by the pods", (copy) => {
        const { kubernetesName } = copy.get("InferencePool");
        copy.get("InferencePool", new RegExp(`^${kubernetesName}$`))
            .list("spec.targetPorts")
            .push({ number: 8300 });
        for (const deployment of copy.ofKind("Deployment", /-(decode|prefill)$/)) {
            deployment.list(`${frontOf(deployment)}.ports`).push({ name: "rank-1", containerPort: 8300 });
        }
    });
    yield harmless("route: no port beside a pool, which ignores it", (copy) => {
        copy.get("HTTPRoute").unset("spec.rules.0.backendRefs.0.port");
    });
};
