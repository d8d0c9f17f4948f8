import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { renderReport } from "../../commands/ci-preview/report";
import type { RunResult } from "../../local/engine";
import { selfSigned } from "../support/certificate";
import { actions } from "./support/actions";
import { log, TestCluster } from "./support/cluster";

/** Credentials as a user gives them, and every form in which they could leak. */
function credentials(password: string) {
    const registry = { server: "ghcr.io", username: "robot", password };
    const tls = selfSigned("gateway.example");
    const auth = Buffer.from(`robot:${password}`).toString("base64");
    const dockerConfig = JSON.stringify({ auths: { "ghcr.io": { username: "robot", password, auth } } });
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    return {
        config: { replicas: { decode: 1, prefill: 0 }, registry, gateway: { tls } },
        tls,
        dockerConfig,
        forms: [
            password,
            base64(password),
            auth,
            base64(dockerConfig),
            ...tls.key.split("\n").filter((line) => line !== "" && !line.startsWith("-----")),
            base64(tls.key),
        ],
    };
}

describe("secrets on the real engine", function () {
    const cluster = new TestCluster();
    const scheduler = "llm-d-inference-scheduler";
    const simulator = "llm-d-sim";
    const pullSecret = "infra-inference-scheduling-registry";
    const tlsSecret = "infra-inference-scheduling-inference-gateway-tls";
    const first = credentials("hunter2-is-long-enough");
    const renewed = credentials("correct-horse-battery");

    /** Everything that is shown, and every file that the engine keeps: states, their history, settings. */
    function shownAndKept(result: RunResult): Map<string, string> {
        const folder = path.join(cluster.state, "pulumi");
        const files = ["backend", "work"].flatMap((name) =>
            fs
                .readdirSync(path.join(folder, name), { recursive: true, withFileTypes: true })
                .filter((entry) => entry.isFile())
                .map((entry) => path.join(entry.parentPath, entry.name)),
        );
        const report = renderReport({ environment: "dev", result, expectNoChanges: false });
        return new Map([
            ...files.map((file) => [path.relative(folder, file), fs.readFileSync(file, "utf8")] as const),
            ["the events", JSON.stringify(result)],
            ["the report", report],
            ["the display", log.join("\n")],
        ]);
    }

    function assertNoLeak(result: RunResult, forms: readonly string[]): void {
        const places = [...shownAndKept(result)];
        assert.match(new Map(places).get("work/Pulumi.dev.yaml")!, /password:\n\s+secure: v1:/);
        const leaks = forms.flatMap((form) =>
            places
                .filter(([, text]) => text.includes(form))
                .map(([place]) => `${form} is in clear in ${place}`),
        );
        assert.deepEqual(leaks, []);
    }

    function dataOf(namespace: string, name: string): Record<string, string> {
        const { data } = cluster.get<{ data: Record<string, string> }>("secret", namespace, name);
        return Object.fromEntries(
            Object.entries(data).map(([key, value]) => [key, Buffer.from(value, "base64").toString()]),
        );
    }

    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open();
    });
    after(() => cluster.stop());

    it("shows no credential in a preview", async () => {
        const engine = await cluster.open(first.config);
        const result = await engine.preview({ diff: true });
        assert.equal(actions(result).filter((action) => action === "create Secret").length, 3);
        assertNoLeak(result, first.forms);
    });

    it("deploys them, and keeps none in clear", async () => {
        const engine = await cluster.open(first.config);
        assertNoLeak(await engine.up({ diff: true }), first.forms);
        for (const namespace of [scheduler, simulator]) {
            assert.deepEqual(dataOf(namespace, pullSecret), { ".dockerconfigjson": first.dockerConfig });
        }
        assert.deepEqual(dataOf(scheduler, tlsSecret), {
            "tls.crt": first.tls.certificate,
            "tls.key": first.tls.key,
        });
        const outputs = JSON.stringify(await engine.outputs());
        assert.ok(first.forms.every((form) => !outputs.includes(form)));
    });

    it("changes nothing the second time", async () => {
        const engine = await cluster.open(first.config);
        assert.deepEqual(actions(await engine.up()), []);
    });

    it("renews them in place, without a word of the old or the new", async () => {
        const engine = await cluster.open(renewed.config);
        const result = await engine.up({ diff: true });
        assert.deepEqual(actions(result), Array(3).fill("update Secret"));
        assertNoLeak(result, [...first.forms, ...renewed.forms]);
        assert.equal(dataOf(scheduler, tlsSecret)["tls.key"], renewed.tls.key);
    });

    it("lets the Gateway and the pods go on without them", async () => {
        const engine = await cluster.open({ replicas: { decode: 1, prefill: 0 } });
        const done = new Set(actions(await engine.up()));
        assert.deepEqual([...done].sort(), [
            "delete HTTPRoute",
            "delete Secret",
            "update Deployment",
            "update Gateway",
            "update HTTPRoute",
        ]);
        assert.ok(!cluster.names("secret", scheduler).includes(tlsSecret));
    });

    it("says what to do with one that the stack's config has in clear, without repeating it", async () => {
        // By the CLI alone, as a user would by mistake; the engine writes the config before each of its operations, and
        // encrypts what is overridden.
        const engine = await cluster.open({ replicas: { decode: 1, prefill: 0 } });
        for (const [field, value] of Object.entries(first.config.registry)) {
            await engine.stack.setConfig(`registry.${field}`, { value }, true);
        }
        await assert.rejects(engine.stack.preview(), (error: Error) => {
            assert.match(error.message, /registry\.password: a value in clear is not allowed/);
            assert.match(error.message, /pulumi config set --secret --path registry\.password/);
            return !error.message.includes(first.config.registry.password);
        });
    });
});
