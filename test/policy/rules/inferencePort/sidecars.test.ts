import { strict as assert } from "assert";
import { inferencePort as rule } from "../../../../policy/rules/inferencePort";
import { checkResource, checkStack, unknown } from "../../support/resources";
import { deployment, pool } from "../fixtures";
import { declared, flag } from "./fixtures";

describe("inference-port: routing sidecars", () => {
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
                finding.replace(/^(waits: )?Deployment models\/decode: (Deployment models\/decode: )?/, "$1"),
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
            const [server] = (deployment().spec as { template: { spec: { containers: unknown[] } } }).template
                .spec.containers;
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
