import { strict as assert } from "assert";
import { selfSigned } from "../support/certificate";
import { Runner } from "./runner";
import { findStep } from "./workflows";

describe("the workflows' commands, on prod, with the pulumi CLI", function () {
    let runner: Runner;
    const variables = { ENVIRONMENT: "prod", STACK: "prod", RECOVER: "false" };
    const preview = () => runner.run(findStep("preview", "preview", "Preview"), variables);
    const compare = () =>
        runner.run(findStep("drift", "drift", "Compare the cluster with what was deployed"), variables);
    const set = (setting: string, value: string) =>
        runner.pulumi("config", "set", "--stack", "prod", "--path", setting, value);

    before(async function () {
        this.timeout(45 * 60_000);
        runner = await Runner.start("prod");
    });
    after(() => runner.stop());

    it("refuse what violates the policy pack as prod has it, and report it", () => {
        // Advice in dev, and mandatory in prod.
        set("routing.backend", "Service");
        const { code, output } = preview();
        assert.equal(code, 1, output);
        const report = runner.read("preview-prod.md");
        assert.match(report, /^## prod: refused, 1 mandatory violation$/m);
        assert.match(report, /^\*\*mandatory\*\* `ext-proc-obeyed`/m);
        set("routing.backend", "InferencePool");
    });

    it("report a preview with its changes and topology", () => {
        const { code, output } = preview();
        assert.equal(code, 0, output);
        const report = runner.read("preview-prod.md");
        assert.match(report, /^## prod: \d+ to create$/m);
        assert.match(report, /^\+ create Gateway llm-d-inference-scheduler\/infra-inference-scheduling/m);
        assert.match(report, /^```mermaid\nflowchart LR$/m);
    });

    it("say what went wrong when the preview fails", () => {
        set("replicas.decode", "0");
        const { code } = preview();
        assert.equal(code, 1);
        assert.match(runner.read("preview-prod.md"), /^## prod: the preview failed$/m);
        assert.match(runner.read("preview-prod.md"), /replicas\.decode: 0 is not allowed/);
        set("replicas.decode", "6");
    });

    it("deploy it", function () {
        const { code, output } = runner.run(findStep("deploy-environment", "up", "Deploy"), variables);
        assert.equal(code, 0, output);
        assert.match(runner.kubectl("get", "namespaces", "--output", "name"), /^namespace\/llm-d-sim$/m);
    });

    it("find no drift after it", () => {
        const { code, output, outputs } = compare();
        assert.equal(code, 0, output);
        assert.equal(outputs, "code=0\n");
        assert.match(runner.read("prod.md"), /^## prod: no changes$/m);
    });

    it("show no credential of the stack's config, neither in the job's log nor in the report", () => {
        const { certificate, key } = selfSigned("gateway.example");
        const password = "hunter2-is-long-enough";
        set("registry.server", "ghcr.io");
        set("registry.username", "robot");
        runner.setFromInput("prod", "registry.password", password, ["--secret"]);
        runner.setFromInput("prod", "gateway.tls.certificate", certificate);
        runner.setFromInput("prod", "gateway.tls.key", key, ["--secret"]);
        const { code, output } = preview();
        assert.equal(code, 0, output);
        const report = runner.read("preview-prod.md");
        assert.match(report, /^\+ create Secret llm-d-sim\/infra-inference-scheduling-registry$/m);
        const keyLines = key.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
        for (const form of [password, `robot:${password}`, key, ...keyLines]) {
            for (const text of [form, Buffer.from(form).toString("base64")]) {
                assert.ok(!output.includes(text) && !report.includes(text), text);
            }
        }
        for (const setting of ["registry", "gateway.tls"]) {
            runner.pulumi("config", "rm", "--stack", "prod", "--path", setting);
        }
    });

    it("take up a deployment that was killed when an object was there and its creation was not recorded", () => {
        const { deployment } = JSON.parse(runner.pulumi("stack", "export", "--stack", "prod")) as {
            deployment: { resources: { urn: string; type: string }[] };
        };
        // Nothing depends on it, and nothing below changes it: it has two field managers from here on.
        const { urn } = deployment.resources.find(({ type }) => type.endsWith(":HTTPRoute"))!;
        runner.pulumi("state", "delete", "--yes", "--stack", "prod", urn);
        const deploy = findStep("deploy-environment", "up", "Deploy");
        const { code, output } = runner.run(deploy, { ...variables, RECOVER: "true" });
        assert.equal(code, 0, output);
        assert.match(output, /\+ +1 created/);
    });

    it("find what was deleted on the cluster", () => {
        const grant = runner.kubectl("get", "referencegrant", "-n", "llm-d-sim", "-o", "name").trim();
        runner.kubectl("delete", "-n", "llm-d-sim", grant);
        const { code, output, outputs } = compare();
        assert.equal(code, 3, output);
        assert.equal(outputs, "code=3\n");
        assert.match(runner.read("prod.md"), /^## prod: drifted \(1 to create\)$/m);
        assert.match(runner.read("prod.md"), /^\+ create ReferenceGrant llm-d-sim\//m);
    });
});
