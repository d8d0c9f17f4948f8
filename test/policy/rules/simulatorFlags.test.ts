import { strict as assert } from "assert";
import { simulatorFlags as rule } from "../../../policy/rules/simulatorFlags";
import { simulatorReleases } from "../../../releases";
import { checkResource, unknown } from "../support/resources";
import { deployment } from "./fixtures";

const image = (version: string) => `ghcr.io/llm-d/llm-d-inference-sim:v${version}`;

function check(version: string, args: unknown, container: Record<string, unknown> = {}): string[] {
    const manifest = deployment({
        labels: { app: "chat" },
        container: { image: image(version), args, readinessProbe: undefined, ...container },
    });
    return checkResource(rule, manifest).map((finding) =>
        finding.replace(/^Deployment models\/decode: Deployment models\/decode: /, ""),
    );
}

const probing = (path: unknown, port: unknown = 8200) => ({ readinessProbe: { httpGet: { path, port } } });

describe("simulator-flags", () => {
    it("passes the flags of each release, in every spelling", () => {
        for (const { since, flags } of simulatorReleases) {
            const args = flags
                .filter((flag) => !/latency|time|duration|interval|prefill|block-size/.test(flag))
                .map((flag) => `--${flag}=1`);
            assert.deepEqual(check(since, args), [], since);
        }
        assert.deepEqual(
            check("0.10.2", [
                "--model",
                "a",
                "--served-model-name",
                "a",
                "b",
                "--enable-kvcache",
                "-v=4",
                "-v4",
            ]),
            [],
        );
        assert.deepEqual(check("0.10.2", ["--port=8200"], { command: ["/app/llm-d-inference-sim"] }), []);
    });

    it("reports a flag that the version does not have, or that another has", () => {
        assert.deepEqual(check("0.10.2", ["--force-tokenizer=true"]), [
            "--force-tokenizer (spec.template.spec.containers.0.args.0) is no flag of simulator 0.10.2, which exits at start because of it; the nearest is --force-dummy-tokenizer.",
        ]);
        assert.match(check("0.8.2", ["--force-dummy-tokenizer"])[0] ?? "", /is no flag of simulator 0\.8\.2/);
        assert.match(check("0.10.2", ["--tokenizers-cache-dir=/x"])[0] ?? "", /is no flag/);
        assert.match(check("0.10.2", ["-port=8200"])[0] ?? "", /^-port .* needs two dashes\.$/);
    });

    it("reports values in the format of another version", () => {
        const latency = (version: string, value: string) =>
            check(version, [`--time-to-first-token=${value}`]).length;
        assert.deepEqual(
            ["20", "20ms"].map((value) => latency("0.6.1", value)),
            [0, 1],
        );
        assert.deepEqual(
            ["20", "20ms", "1.5s", "x"].map((value) => latency("0.8.2", value)),
            [0, 0, 0, 1],
        );
        assert.deepEqual(
            ["20", "20ms", "0", "1m0.5s"].map((value) => latency("0.9.0", value)),
            [1, 0, 0, 0],
        );
        assert.deepEqual(check("0.10.2", ["--time-to-first-token", "20"]), [
            '--time-to-first-token (spec.template.spec.containers.0.args.0) is "20", which simulator 0.10.2 does not read, so that it exits at start: it takes a duration with its unit, such as 20ms.',
        ]);
        assert.equal(check("0.10.2", ["--startup-duration=30"]).length, 1);
        assert.equal(check("0.10.2", ["--block-size=20"]).length, 1);
        assert.equal(check("0.10.2", ["--block-size=64"]).length, 0);
    });

    it("reads variables, and does not judge what they do not give", () => {
        const args = ["--time-to-first-token=$(TTFT)"];
        assert.deepEqual(check("0.10.2", args), []);
        assert.equal(check("0.10.2", args, { env: [{ name: "TTFT", value: "20" }] }).length, 1);
        assert.match(check("0.10.2", [unknown])[0] ?? "", /^waits: /);
    });

    it("reports probes of paths that the version does not have", () => {
        const path = (version: string, value: unknown) =>
            check(version, ["--port=8200"], probing(value)).length;
        assert.deepEqual(
            ["/health", "/ready", "/health/ready"].map((value) => path("0.8.2", value)),
            [0, 0, 1],
        );
        assert.deepEqual(
            ["/health", "/ready", "/health/ready"].map((value) => path("0.9.0", value)),
            [0, 0, 0],
        );
        assert.deepEqual(
            ["/healthz", "/v1/models", "/metrics", "/health/", "/v1/completions", undefined].map((value) =>
                path("0.10.2", value),
            ),
            [1, 0, 0, 0, 1, 1],
        );
        assert.deepEqual(check("0.8.2", ["--port=8200"], probing("/health/ready", "http")), [
            "readinessProbe asks for /health/ready (spec.template.spec.containers.0.readinessProbe.httpGet.path), which simulator 0.8.2 does not have; /ready tells whether it is ready.",
        ]);
        assert.equal(check("0.8.2", [], probing("/health/ready", 8000)).length, 1);
        // What listens at another port is not the simulator.
        assert.deepEqual(check("0.8.2", ["--port=8200"], probing("/anything", 9000)), []);
    });

    it("advises on a version that it does not know, and leaves other images alone", () => {
        assert.match(
            check("0.99.0", ["--any"])[0] ?? "",
            /^advisory: .* is no version of the simulator that this pack knows/,
        );
        assert.deepEqual(check("0.10.2", ["--any"], { image: "example.com/vllm:1" }), []);
        assert.deepEqual(
            check("0.10.2", ["--any"], { image: "ghcr.io/llm-d/llm-d-inference-sim:latest" }),
            [],
        );
    });

    it("takes the flags of a build of one's own", () => {
        const manifest = deployment({ container: { image: image("0.10.2"), args: ["--own=1"] } });
        assert.deepEqual(checkResource(rule, manifest, { extraFlags: ["own"] }), []);
    });
});
