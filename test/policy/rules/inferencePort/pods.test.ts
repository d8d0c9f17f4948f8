import { strict as assert } from "assert";
import { inferencePort as rule } from "../../../../policy/rules/inferencePort";
import type { Manifest } from "../../support/resources";
import { checkResource, unknown } from "../../support/resources";
import { deployment, models } from "../fixtures";
import { configured, declared, flag } from "./fixtures";

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
