import { strict as assert } from "assert";
import { inferencePort as rule } from "../../../policy/rules/inferencePort";
import type { Manifest } from "../support/resources";
import { checkResource, checkStack, unknown } from "../support/resources";
import { picker } from "./pickerFixtures";
import { decodeLabels, deployment, models, pool, route, service, toPool, toService } from "./fixtures";

const configured = "the inference port is 8200 (`port` in this rule's config)";
const flag = "`--port` of container server (spec.template.spec.containers.0.args.0)";
const declared =
    "the declared port of container server (spec.template.spec.containers.0.ports.0.containerPort)";

/** Findings without the object before them. */
function stack(manifests: Manifest[], outputs: Record<string, unknown> = {}): string[] {
    return checkStack(rule, manifests, { outputs });
}

const chain = [deployment(), service(), route(toService)];

describe("inference-port: pods", () => {
    const check = (container: Record<string, unknown>, pod: Record<string, unknown> = {}) =>
        checkResource(rule, deployment({ container, ...pod })).map((finding) =>
            finding.replace(/^(waits: )?Deployment models\/decode: (Deployment models\/decode: )?/, "$1"),
        );

    it("passes where everything says the port", () => {
        assert.deepEqual(check({}), []);
        assert.deepEqual(check({ args: ["--model", "x", "--port", "8200"] }), []);
        assert.deepEqual(check({ args: [], command: ["sh", "-c", "exec serve --port 8200 --x"] }), []);
        assert.deepEqual(check({ args: ["--port=$(P)"], env: [{ name: "P", value: "8200" }] }), []);
        assert.deepEqual(check({ ports: undefined, readinessProbe: undefined }), []);
    });

    it("says which two places disagree", () => {
        assert.deepEqual(check({ args: ["--port=8000"] }), [`${flag} is 8000, but ${declared} is 8200.`]);
        assert.deepEqual(check({ ports: [{ name: "http", containerPort: 8000 }] }), [
            `${declared} is 8000, but ${flag} is 8200.`,
            `the readinessProbe of container server (spec.template.spec.containers.0.readinessProbe.httpGet.port) is "http", which is 8000, but ${flag} is 8200.`,
        ]);
    });

    it("holds everything against the config where nothing agrees with it", () => {
        assert.deepEqual(check({ args: ["--port", "8000"], ports: [], readinessProbe: {} }), [
            `${flag} is 8000, but ${configured}.`,
        ]);
    });

    it("knows the servers' default port", () => {
        assert.deepEqual(check({ args: [] }), [
            `the port without \`--port\` of container server (spec.template.spec.containers.0.args) is 8000, but ${declared} is 8200.`,
        ]);
        assert.deepEqual(check({ args: [], image: "example.com/other:1" }), []);
    });

    it("reads probes by number, name and protocol", () => {
        const probe = (name: string, handler: string, port: unknown) =>
            check({ [name]: { [handler]: { port } } });
        assert.deepEqual(probe("livenessProbe", "tcpSocket", 8200), []);
        assert.match(
            probe("livenessProbe", "tcpSocket", 8201)[0] ?? "",
            /livenessProbe.tcpSocket.port\) is 8201/,
        );
        assert.match(probe("startupProbe", "grpc", 1)[0] ?? "", /startupProbe.grpc.port\) is 1,/);
        assert.match(
            probe("readinessProbe", "httpGet", "web")[0] ?? "",
            /readinessProbe.httpGet.port\) is "web", which is no port/,
        );
    });

    it("reads the scrape annotation, which may be for a sidecar", () => {
        const annotated = (containers: object[]) => {
            const manifest = deployment() as Manifest & {
                spec: { template: { metadata: Record<string, unknown>; spec: { containers: object[] } } };
            };
            manifest.spec.template.metadata.annotations = { "prometheus.io/port": "9100" };
            manifest.spec.template.spec.containers.push(...containers);
            return checkResource(rule, manifest);
        };
        assert.match(annotated([])[0] ?? "", /annotation prometheus.io\/port .* is "9100", which is 9100/);
        assert.deepEqual(annotated([{ name: "exporter", ports: [{ containerPort: 9100 }] }]), []);
    });

    it("does not judge sidecars, nor pods of other applications", () => {
        const web = { name: "web", args: ["--port=8080"], ports: [{ containerPort: 8080 }] };
        assert.deepEqual(checkResource(rule, deployment({ labels: { app: "web" }, container: web })), []);
        assert.deepEqual(
            checkResource(rule, deployment({ containers: [web, { name: "server", args: ["--port=8200"] }] })),
            [],
        );
    });

    it("judges the pods of every kind of workload, by each spelling of the labels", () => {
        const { spec } = deployment({
            labels: { "llm-d.ai/inference-serving": "true" },
            container: { args: ["--port=1"] },
        }) as unknown as { spec: { template: { metadata: object; spec: object } } };
        const metadata = { name: "w", namespace: models };
        const count = (manifest: Manifest) => checkResource(rule, manifest).length;
        for (const kind of ["StatefulSet", "DaemonSet", "ReplicaSet"]) {
            assert.equal(count({ apiVersion: "apps/v1", kind, metadata, spec }), 1, kind);
        }
        assert.equal(count({ apiVersion: "batch/v1", kind: "Job", metadata, spec }), 1);
        assert.equal(
            count({ apiVersion: "batch/v1", kind: "CronJob", metadata, spec: { jobTemplate: { spec } } }),
            1,
        );
        assert.equal(
            count({
                apiVersion: "leaderworkerset.x-k8s.io/v1",
                kind: "LeaderWorkerSet",
                metadata,
                spec: { leaderWorkerTemplate: { workerTemplate: spec.template } },
            }),
            1,
        );
        assert.equal(
            count({
                apiVersion: "v1",
                kind: "Pod",
                metadata: { ...metadata, ...spec.template.metadata },
                spec: spec.template.spec,
            }),
            1,
        );
    });

    it("reads an EPP's target ports", () => {
        const epp = (ports: string) =>
            checkResource(
                rule,
                deployment({
                    labels: { app: "epp" },
                    container: { image: "example.com/epp:1", args: [`--endpoint-target-ports=${ports}`] },
                }),
            );
        assert.deepEqual(epp("8200"), []);
        assert.deepEqual(epp("8200,8201"), []);
        assert.match(epp("8000,8001")[0] ?? "", /--endpoint-target-ports.* is 8000, but the inference port/);
    });

    it("keeps checking around what is not known, and says what waits", () => {
        assert.deepEqual(check({ args: [unknown], ports: [{ name: "http", containerPort: 8000 }] }), [
            `${declared} is 8000, but ${configured}.`,
            `the readinessProbe of container server (spec.template.spec.containers.0.readinessProbe.httpGet.port) is "http", which is 8000, but ${configured}.`,
            "waits: spec.template.spec.containers.0.args.0 of Deployment models/decode is not known in preview",
        ]);
    });

    it("takes the port from its config", () => {
        assert.deepEqual(
            checkResource(
                rule,
                deployment({ container: { args: ["--port=9000"], ports: [], readinessProbe: {} } }),
                { port: 9000 },
            ),
            [],
        );
        assert.equal(checkResource(rule, deployment(), { port: 9000 }).length, 3);
    });
});

describe("inference-port: Services and pools by themselves", () => {
    const check = (manifest: Manifest) => checkResource(rule, manifest);

    it("passes a named, a numeric and a default targetPort", () => {
        for (const targetPort of ["http", 8200, undefined]) {
            assert.deepEqual(check(service({ targetPort })), []);
        }
    });

    it("reports another port or targetPort", () => {
        assert.deepEqual(check(service({ port: 8000 })), [
            `Service models/proxy: Service models/proxy: a port (spec.ports.0.port) is 8000, but ${configured}.`,
        ]);
        assert.deepEqual(check(service({ targetPort: 8000 })), [
            `Service models/proxy: Service models/proxy: a targetPort (spec.ports.0.targetPort) is 8000, but ${configured}.`,
        ]);
    });

    it("lets a Service have other ports as well, if one is the right one", () => {
        const ports = (...numbers: number[]) =>
            check(service({}, { ports: numbers.map((port) => ({ port })) }));
        assert.deepEqual(ports(8200, 9090), []);
        assert.deepEqual(ports(80, 9090), [
            `Service models/proxy: Service models/proxy: its ports (spec.ports) are 80, 9090, but ${configured}.`,
        ]);
    });

    it("leaves headless Services and those of other applications alone", () => {
        assert.deepEqual(check(service({ port: 5557 }, { clusterIP: "None" })), []);
        assert.deepEqual(check(service({ port: 8080 }, { selector: { app: "web" } })), []);
    });

    it("reports a pool's target port, in either API group", () => {
        assert.deepEqual(check(pool()), []);
        assert.deepEqual(check(pool({ targetPorts: [{ number: 8000 }] })), [
            `InferencePool models/pool: InferencePool models/pool: a target port (spec.targetPorts.0.number) is 8000, but ${configured}.`,
        ]);
        assert.match(check(pool({ targetPorts: [] }))[0] ?? "", /it has no target port/);
        const alpha = {
            ...pool({ targetPortNumber: 8000 }),
            apiVersion: "inference.networking.x-k8s.io/v1alpha2",
        };
        assert.match(check(alpha)[0] ?? "", /spec\.targetPortNumber\) is 8000/);
    });

    it("waits for a port that is not known, and judges the targetPort beside it", () => {
        assert.deepEqual(check(service({ port: unknown, targetPort: 8000 })), [
            "waits: Service models/proxy: spec.ports.0.port of Service models/proxy is not known in preview",
            `Service models/proxy: Service models/proxy: a targetPort (spec.ports.0.targetPort) is 8000, but ${configured}.`,
        ]);
    });
});

describe("inference-port: chains", () => {
    it("passes a chain through a Service and one through a pool", () => {
        assert.deepEqual(stack(chain), []);
        assert.deepEqual(stack([deployment(), pool(), route(toPool)]), []);
    });

    it("does not judge other applications' chains", () => {
        const web = { name: "web", namespace: models };
        assert.deepEqual(
            stack([
                ...chain,
                {
                    apiVersion: "v1",
                    kind: "Service",
                    metadata: web,
                    spec: { selector: { app: "web" }, ports: [{ port: 8080 }] },
                },
                deployment({ name: "web", labels: { app: "web" }, container: { args: ["--port=8080"] } }),
                route({ ...web, port: 8080 }, { name: "web" }),
            ]),
            [],
        );
    });

    it("reports a route's port that is not the Service's", () => {
        assert.deepEqual(stack([deployment(), service(), route({ ...toService, port: 8000 })]), [
            "HTTPRoute routes/route: HTTPRoute routes/route: the port of the reference to Service models/proxy (spec.rules.0.backendRefs.0.port) is 8000, but Service models/proxy: a port (spec.ports.0.port) is 8200.",
        ]);
    });

    it("reports a route without a port, which a Service needs", () => {
        const [finding] = stack([deployment(), service(), route({ ...toService, port: undefined })]);
        assert.match(finding ?? "", /spec\.rules\.0\.backendRefs\.0\.port\) is no port, but Service/);
    });

    it("only advises on the port beside a pool, which is ignored", () => {
        const [finding] = stack([deployment(), pool(), route({ ...toPool, port: 1 })]);
        assert.match(finding ?? "", /^advisory: .* is 1, but the inference port is 8200/);
    });

    it("resolves named targetPorts in each selected template", () => {
        assert.deepEqual(
            stack([deployment({ container: { ports: [{ name: "http", containerPort: 8000 }] } }), service()]),
            [
                "Deployment models/decode: Deployment models/decode: the port named http of container server (spec.template.spec.containers.0.ports.0.containerPort) is 8000, but Service models/proxy: a port (spec.ports.0.port) is 8200.",
            ],
        );
        assert.deepEqual(stack([deployment(), service({ targetPort: "web" })]), [
            `Service models/proxy: Service models/proxy: a targetPort in the pods of Deployment models/decode (spec.ports.0.targetPort) is "web", which is no port, but ${configured}.`,
        ]);
    });

    it("judges the pods of a pool whatever their labels", () => {
        const labels = { app: "server" };
        const [finding] = stack([
            pool({ selector: { matchLabels: labels } }),
            deployment({ labels, container: { args: ["--port=8000"] } }),
        ]);
        assert.match(finding ?? "", /`--port` of container server .* is 8000/);
    });

    it("advises on a further target port of a pool that its pods do not declare", () => {
        const ranks = pool({ targetPorts: [{ number: 8200 }, { number: 8201 }] });
        assert.match(
            stack([deployment(), ranks])[0] ?? "",
            /^advisory: .* is 8201, which the pods of Deployment models\/decode do not declare/,
        );
        const ports = [{ containerPort: 8200, name: "http" }, { containerPort: 8201 }];
        assert.deepEqual(stack([deployment({ container: { ports } }), ranks]), []);
    });

    const around = (kind: string, apiVersion: string, spec: object): Manifest => ({
        apiVersion,
        kind,
        metadata: { name: "x", namespace: models },
        spec,
    });
    const networkPolicy = (spec: object) => around("NetworkPolicy", "networking.k8s.io/v1", spec);

    it("wants NetworkPolicies that list ports to admit the port", () => {
        const ingress = (...ports: object[]) => networkPolicy({ podSelector: {}, ingress: [{ ports }] });
        assert.deepEqual(stack([...chain, ingress({ port: 8000 })]), [
            `NetworkPolicy models/x: NetworkPolicy models/x: the ports admitted (spec.ingress) to the pods of Deployment models/decode are 8000, but ${configured}.`,
        ]);
        assert.equal(stack([...chain, ingress({ port: 8200, protocol: "UDP" })]).length, 1);
        for (const ports of [[{ port: 8200 }], [{ port: "http" }], [{ port: 8000, endPort: 8300 }], []]) {
            assert.deepEqual(stack([...chain, ingress(...ports)]), []);
        }
    });

    it("takes NetworkPolicies together, as Kubernetes does", () => {
        const ingress = (name: string, port: number) => ({
            ...networkPolicy({ podSelector: {}, ingress: [{ ports: [{ port }] }] }),
            metadata: { name, namespace: models },
        });
        assert.deepEqual(stack([...chain, ingress("a", 9090), ingress("b", 8200)]), []);
        const deny = networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] });
        assert.deepEqual(stack([...chain, deny]), []);
    });

    it("wants egress to model servers to admit the port", () => {
        const egress = (port: number) =>
            networkPolicy({
                podSelector: {},
                policyTypes: ["Egress"],
                egress: [{ to: [{ podSelector: { matchLabels: decodeLabels } }], ports: [{ port }] }],
            });
        assert.deepEqual(stack([...chain, egress(8200)]), []);
        assert.match(stack([...chain, egress(8000)])[0] ?? "", /spec\.egress\.0\.ports\) are 8000, but/);
    });

    it("wants monitors of model servers to scrape the port", () => {
        const monitor = (...podMetricsEndpoints: object[]) =>
            around("PodMonitor", "monitoring.coreos.com/v1", {
                selector: { matchLabels: decodeLabels },
                podMetricsEndpoints,
            });
        assert.deepEqual(stack([...chain, monitor({ port: "http" })]), []);
        assert.deepEqual(stack([...chain, monitor({ port: "epp" }, { portNumber: 8200 })]), []);
        assert.match(
            stack([...chain, monitor({ port: "epp" })])[0] ?? "",
            /are epp, none of which is the inference port/,
        );
        const services = (port: string) =>
            around("ServiceMonitor", "monitoring.coreos.com/v1", { selector: {}, endpoints: [{ port }] });
        const named = [deployment(), service({ name: "http" })];
        assert.deepEqual(stack([...named, services("http")]), []);
        assert.match(
            stack([...named, services("web")])[0] ?? "",
            /ports scraped \(spec\.endpoints\) are web/,
        );
    });

    it("wants a DestinationRule's ports to be the Service's", () => {
        const destination = (host: string, number: number) =>
            around("DestinationRule", "networking.istio.io/v1", {
                host,
                trafficPolicy: { portLevelSettings: [{ port: { number } }] },
            });
        for (const host of ["proxy", "proxy.models", "proxy.models.svc.cluster.local"]) {
            assert.deepEqual(stack([...chain, destination(host, 8200)]), []);
            assert.match(
                stack([...chain, destination(host, 8000)])[0] ?? "",
                /is 8000, but Service models\/proxy/,
            );
        }
        assert.deepEqual(stack([...chain, destination("proxy.example.com", 1)]), []);
    });

    it("wants outputs to name the port", () => {
        const outputs = (url: string) => stack(chain, { direct: { url } });
        assert.deepEqual(outputs("http://proxy.models.svc.cluster.local:8200/v1"), []);
        assert.deepEqual(outputs("http://other.models.svc:8000"), []);
        assert.deepEqual(outputs("http://proxy.models.svc.cluster.local:8000/v1"), [
            `The stack's output direct.url sends to port 8000 of Service models/proxy ("proxy.models.svc.cluster.local:8000"), but ${configured}.`,
        ]);
        assert.equal(outputs("kubectl --namespace models port-forward service/proxy 1:8000").length, 1);
        assert.deepEqual(outputs("kubectl -n models port-forward svc/proxy 8000:8200"), []);
    });

    it("says what waits, and judges the rest", () => {
        const findings = checkStack(
            rule,
            [
                deployment(),
                service(),
                route({ ...toService, port: unknown }),
                route({ ...toService, port: 1 }, { name: "b" }),
            ],
            { outputs: { address: unknown } },
        );
        assert.deepEqual(findings, [
            "waits: HTTPRoute routes/route: spec.rules.0.backendRefs.0.port of HTTPRoute routes/route is not known in preview",
            "HTTPRoute routes/b: HTTPRoute routes/b: the port of the reference to Service models/proxy (spec.rules.0.backendRefs.0.port) is 1, but Service models/proxy: a port (spec.ports.0.port) is 8200.",
            "waits: address of the stack's outputs is not known in preview",
        ]);
    });

    it("waits where it cannot tell whether something is for inference", () => {
        assert.deepEqual(stack([deployment(), service({}, { selector: unknown })]), [
            "waits: Service models/proxy: spec.selector of Service models/proxy is not known in preview",
        ]);
    });

    it("reads outputs of any length in one pass", () => {
        const start = performance.now();
        for (const text of [
            "a".repeat(400_000),
            "a-".repeat(200_000),
            "a.".repeat(200_000),
            "port-forward svc/".repeat(20_000),
            " ".repeat(400_000),
            "1".repeat(400_000),
        ]) {
            assert.deepEqual(stack(chain, { text }), []);
        }
        assert.ok(performance.now() - start < 3000);
    });

    describe("routing sidecars", () => {
        const config = { port: 8000 };
        const sidecar = (fields: Record<string, unknown> = {}) => ({
            name: "routing-proxy",
            image: "ghcr.io/llm-d/llm-d-routing-sidecar:v0.5.0",
            restartPolicy: "Always",
            args: ["--port=8000", "--vllm-port=8200"],
            ports: [{ containerPort: 8000 }],
            ...fields,
        });
        const targets = [{ number: 8000 }];
        const said = (pod: Record<string, unknown>, ports: unknown = targets) => [
            ...checkResource(rule, deployment(pod), config),
            ...checkStack(rule, [deployment(pod), pool({ targetPorts: ports })], { config }),
        ];

        it("are what requests come to, as native ones and as containers", () => {
            assert.deepEqual(said({ initContainers: [sidecar()] }), []);
            assert.deepEqual(said({ initContainers: [sidecar({ ports: undefined })] }), []);
            const [server] = (deployment().spec as { template: { spec: { containers: unknown[] } } }).template
                .spec.containers;
            assert.deepEqual(said({ containers: [server, sidecar({ restartPolicy: undefined })] }), []);
        });

        it("listen at 8000 without --port, by either name of the image", () => {
            for (const name of ["llm-d-routing-sidecar", "llm-d-router-disagg-sidecar"]) {
                const image = `ghcr.io/llm-d/${name}:v0.9.0`;
                const quiet = sidecar({ image, args: ["--vllm-port=8200"], ports: undefined });
                assert.deepEqual(said({ initContainers: [quiet] }), []);
            }
        });

        it("lead to the model server, by the flag of either release", () => {
            const leading = (flag: string) =>
                said({ initContainers: [sidecar({ args: ["--port=8000", flag] })] });
            for (const flag of ["vllm-port", "model-server-port"]) {
                assert.deepEqual(leading(`--${flag}=8200`), []);
                assert.deepEqual(leading(`--${flag}=8100`), [
                    "Deployment models/decode: Deployment models/decode: the routing sidecar routing-proxy passes requests on to port 8100 (spec.template.spec.initContainers.0.args.1), but the containers behind it listen on 8200 (spec.template.spec.containers.0.args.0).",
                ]);
            }
        });

        describe("and what is behind them", () => {
            const behind = (server: Record<string, unknown>, fields: Record<string, unknown> = {}) =>
                checkResource(
                    rule,
                    deployment({ container: server, initContainers: [sidecar(fields)] }),
                    config,
                ).map((finding) =>
                    finding.replace(
                        /^(waits: )?Deployment models\/decode: (Deployment models\/decode: )?/,
                        "$1",
                    ),
                );
            const probe = (port: unknown) => ({ httpGet: { port } });
            const probed = "the readinessProbe of container server";

            it("has its own port in every place", () => {
                assert.deepEqual(behind({ readinessProbe: probe(8200) }), []);
                assert.deepEqual(behind({ ports: undefined, readinessProbe: undefined }), []);
                assert.match(
                    behind({ readinessProbe: probe(8000) })[0] ?? "",
                    /^the readinessProbe of container server .* is 8000, but `--port` of container server .* is 8200\.$/,
                );
                assert.match(
                    behind({ readinessProbe: probe("web") })[0] ?? "",
                    /is "web", which is no port, but `--port`/,
                );
                assert.deepEqual(behind({ ports: [{ name: "http", containerPort: 8000 }] }), [
                    `${declared} is 8000, but ${flag} is 8200.`,
                    `${probed} (spec.template.spec.containers.0.readinessProbe.httpGet.port) is "http", which is 8000, but ${flag} is 8200.`,
                ]);
            });

            it("has the sidecar's where it tells none, and an image without a default", () => {
                const quiet = { image: "example.com/server:1", args: [] };
                assert.deepEqual(behind(quiet), []);
                assert.match(
                    behind({ ...quiet, ports: [{ name: "http", containerPort: 8100 }] })[0] ?? "",
                    /is 8100, but the port that the routing sidecar routing-proxy passes requests on to .* is 8200/,
                );
                // Neither it nor its image says where it passes requests on to.
                const unsaid = { image: "example.com/routing-sidecar:main", args: ["--port=8000"] };
                assert.deepEqual(behind({ readinessProbe: probe(1) }, unsaid), []);
            });

            it("is no further container with a port of its own", () => {
                const exporter = {
                    name: "exporter",
                    args: ["--port=9100"],
                    ports: [{ containerPort: 9100 }],
                    livenessProbe: probe(9100),
                };
                const [server] = (deployment().spec as { template: { spec: { containers: unknown[] } } })
                    .template.spec.containers;
                const pod = { containers: [exporter, server], initContainers: [sidecar()] };
                assert.deepEqual(checkResource(rule, deployment(pod), config), []);
            });

            it("waits once for what is not known, and judges the rest", () => {
                const waiting =
                    "waits: spec.template.spec.containers.0.args.0 of Deployment models/decode is not known in preview";
                const [found, ...others] = behind({ args: [unknown], readinessProbe: probe(8000) });
                assert.match(found ?? "", /^the readinessProbe .* is 8000, but the port that the routing/);
                assert.deepEqual(others, [waiting]);
            });

            it("is not what a sidecar with another port is held against", () => {
                assert.match(
                    behind({}, { args: ["--port=8100", "--vllm-port=8200"] })[0] ?? "",
                    /^`--port` of container routing-proxy .* is 8100/,
                );
            });
        });

        it("are no other init containers, and no other ports", () => {
            assert.ok(said({ initContainers: [sidecar({ restartPolicy: undefined })] }).length > 0);
            assert.ok(
                said({ initContainers: [sidecar({ args: ["--port=8001"], ports: undefined })] }).length > 0,
            );
        });

        it("leave the model server's own port to be scraped, and to ranks", () => {
            const ranks = [{ number: 8000 }, { number: 8001 }];
            const parallel = sidecar({ args: ["--port=8000", "--vllm-port=8200", "--data-parallel-size=2"] });
            assert.deepEqual(said({ initContainers: [parallel] }, ranks), []);
            assert.equal(said({ initContainers: [sidecar()] }, ranks).length, 1);
        });
    });

    describe("further target ports", () => {
        const image = "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2";
        const ranks = [{ number: 8200 }, { number: 8201 }];
        const said = (
            args: string[],
            targetPorts: unknown = ranks,
            container: Record<string, unknown> = { image },
        ) =>
            stack([
                deployment({ container: { args: ["--port=8200", ...args], ...container } }),
                pool({ targetPorts }),
            ]);

        it("are those of data-parallel ranks, declared or not", () => {
            assert.deepEqual(said(["--data-parallel-size=2"]), []);
            assert.deepEqual(said(["--data-parallel-size", "8"], [{ number: 8200 }, { number: 8207 }]), []);
        });

        it("are ports where a simulator listens, and advice where another server may", () => {
            assert.match(
                said([])[0] ?? "",
                /^InferencePool models\/pool: .* is 8201, which .* neither declare nor/,
            );
            assert.equal(said(["--data-parallel-size=2"], [{ number: 8200 }, { number: 8202 }]).length, 1);
            assert.match(said([], ranks, {})[0] ?? "", /^advisory: .* do not declare: nothing tells whether/);
        });

        it("are an endpoint picker's that has no pool as well", () => {
            const epp = (ports: string) =>
                picker({
                    args: [
                        "--endpoint-selector=llm-d.ai/role=decode",
                        `--pool-namespace=${models}`,
                        `--endpoint-target-ports=${ports}`,
                    ],
                });
            const pods = (args: string[]) =>
                deployment({ container: { image, args: ["--port=8200", ...args] } });
            assert.deepEqual(stack([epp("8200,8201"), pods(["--data-parallel-size=2"])]), []);
            assert.match(
                stack([epp("8200,8201"), pods([])])[0] ?? "",
                /^Deployment models\/epp: .*`--endpoint-target-ports` of container epp .* is 8201/,
            );
        });
    });

    it("judges simulators without llm-d's labels behind a Service", () => {
        const labels = { app: "chat" };
        const container = { image: "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2" };
        const wrong = service({ targetPort: 8000 }, { selector: labels });
        assert.match(
            stack([deployment({ labels, container }), wrong, route(toService)])[0] ?? "",
            /^Service models\/proxy: Service models\/proxy: a targetPort .* is 8000/,
        );
        assert.equal(
            checkResource(rule, deployment({ labels, container: { ...container, args: [] } })).length,
            1,
        );
        assert.deepEqual(
            stack([
                deployment({ labels, container: { image: "example.com/web:1" } }),
                wrong,
                route(toService),
            ]),
            [],
        );
    });
});
