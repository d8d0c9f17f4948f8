import { strict as assert } from "assert";
import * as path from "path";
import { actions } from "./support/actions";
import { TestCluster } from "./support/cluster";

const scheduler = "llm-d-inference-scheduler";
const simulator = "llm-d-sim";
const pack = path.resolve(__dirname, "../../policy");
const small = { replicas: { decode: 2, prefill: 1 } };

/** Which objects of some kinds there are: another one of the same name has another UID. */
function objects(cluster: TestCluster, kinds: string, ...where: string[]): string[] {
    const columns = "custom-columns=KIND:.kind,NAME:.metadata.name,UID:.metadata.uid";
    return cluster
        .kubectl("get", kinds, "--no-headers", "--output", columns, ...where)
        .split("\n")
        .filter((line) => line !== "")
        .sort();
}

describe("renaming on a live stack", function () {
    const cluster = new TestCluster();
    let served: string[];

    // The first file to run builds the tools, which takes minutes.
    before(async function () {
        this.timeout(45 * 60_000);
        await (await cluster.open(small)).up();
        served = modelServers();
        assert.equal(served.length, 5, served.join("\n"));
    });
    after(() => cluster.stop());

    /** The Deployments of the model servers, and their pods. */
    function modelServers(): string[] {
        return objects(
            cluster,
            "deployments,pods",
            ...["--namespace", simulator, "--selector", "app.kubernetes.io/instance=sim"],
        );
    }

    const usual = "infra-inference-scheduling-inference-gateway";
    const scored = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };
    const steps: [string, Record<string, unknown>, string, string][] = [
        ["the release", { ...small, release: "blue" }, "infra-blue-inference-gateway", "llm-d-blue"],
        ["the release back", small, usual, "llm-d-inference-scheduling"],
        [
            "the release to a key of models",
            { ...small, models: { llama: { modelRelease: "sim" } } },
            usual,
            "llm-d-llama",
        ],
        [
            "that key, when scores come to decide",
            { ...small, ...scored, models: { qwen: { modelRelease: "sim" } } },
            usual,
            "llm-d-qwen-pool",
        ],
    ];
    for (const [what, config, gateway, route] of steps) {
        it(`keeps the model servers when it renames ${what}`, async () => {
            const engine = await cluster.open(config);
            await engine.up();
            assert.deepEqual(cluster.names("gateway", scheduler), [gateway]);
            assert.deepEqual(cluster.names("httproute", scheduler), [route]);
            assert.deepEqual(modelServers(), served);
            assert.deepEqual(actions(await engine.preview()), []);
        });
    }
});

describe("the setting namespaces.create on a live stack", function () {
    const cluster = new TestCluster();
    const owned = small;
    const found = { ...small, namespaces: { create: false } };
    let namespaces: string[];
    let pods: string[];

    before(async function () {
        this.timeout(45 * 60_000);
        await (await cluster.open(owned)).up();
        namespaces = ours();
        pods = allPods();
        assert.equal(namespaces.length, 2);
        assert.equal(pods.length, 4);
    });
    after(() => cluster.stop());

    function ours(): string[] {
        return objects(cluster, "namespaces").filter((line) => line.includes(" llm-d-"));
    }

    function allPods(): string[] {
        return objects(
            cluster,
            "pods",
            ...["--all-namespaces", "--selector", "app.kubernetes.io/part-of=llm-d-inference"],
        );
    }

    function assertKept(): void {
        assert.deepEqual(ours(), namespaces);
        assert.deepEqual(allPods(), pods);
    }

    async function giveUp(more: Record<string, unknown>): Promise<void> {
        const engine = await cluster.open({ ...found, ...more }, { policyPacks: [pack] });
        const result = await engine.up();
        assert.deepEqual(actions(result), []);
        assert.deepEqual(result.violations, []);
        assertKept();
        assert.deepEqual(actions(await engine.preview()), []);
    }

    it("gives the namespaces up and leaves everything in them", () => giveUp({}));

    it("takes them back, where the provider may take over what exists", async () => {
        const guarded = { ...owned, protect: true };
        process.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS = "true";
        try {
            await (await cluster.open(guarded)).up();
        } finally {
            delete process.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS;
        }
        assertKept();
        const engine = await cluster.open(guarded);
        await engine.up();
        assert.deepEqual(actions(await engine.preview()), []);
    });

    it("gives them up though they are protected", () => giveUp({ protect: true }));

    it("is refused in the preview where there is no such namespace", async () => {
        const engine = await cluster.open({
            ...small,
            namespaces: { create: false, simulator: "not-there" },
        });
        await assert.rejects(engine.preview(), /resource 'not-there' does not exist/);
    });

    it("leaves the namespaces when what was given up is destroyed", async () => {
        const engine = await cluster.open(found);
        await engine.up();
        await engine.destroy();
        assert.deepEqual(ours(), namespaces);
        assert.deepEqual(allPods(), []);
    });

    it("deploys to namespaces that it finds", async () => {
        const engine = await cluster.open(found);
        await engine.up();
        assert.deepEqual(ours(), namespaces);
        assert.deepEqual(actions(await engine.preview()), []);
    });
});
