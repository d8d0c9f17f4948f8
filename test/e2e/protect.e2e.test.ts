import { strict as assert } from "assert";
import { actions } from "./support/actions";
import { TestCluster } from "./support/cluster";

describe("the setting protect on the real engine", function () {
    const cluster = new TestCluster();
    const scheduler = "llm-d-inference-scheduler";
    const simulator = "llm-d-sim";
    const gateway = "infra-inference-scheduling-inference-gateway";
    const small = { replicas: { decode: 1, prefill: 0 } };
    const guardedConfig = { ...small, protect: true };
    /** The program's names of what is protected. */
    const resources = [`${scheduler}/${gateway}`, `namespaces/${scheduler}`, `namespaces/${simulator}`];

    /** What is protected, by the names that the cluster knows it by. */
    async function guarded(): Promise<string[]> {
        const engine = await cluster.open();
        const exported = await engine.stack.exportStack();
        const deployment = exported.deployment as {
            resources: { protect?: boolean; outputs?: { kind: string; metadata: { name: string } } }[];
        };
        return deployment.resources
            .filter(({ protect }) => protect)
            .map(({ outputs }) => `${outputs!.kind} ${outputs!.metadata.name}`)
            .sort();
    }

    /**
     * Whether the engine refuses because of protected resources, and of no others. It stops at the first that it comes
     * to, so which of them it names is not fixed.
     */
    function isRefusal({ message }: Error): boolean {
        const refused = [
            /resource "[^"]*::([\w/-]+)"\s+cannot be deleted\s+because it is protected/g,
            /unable to replace resource "[^"]*::([\w/-]+)"\s+as it is currently marked for protection/g,
        ].flatMap((pattern) => [...message.matchAll(pattern)].map(([, name]) => name!));
        assert.ok(refused.length > 0, message);
        return refused.every((name) => resources.includes(name));
    }

    /** What is on the cluster, and which object of that name it is. */
    function objects(kinds: string): string[] {
        const columns = "custom-columns=KIND:.kind,NAME:.metadata.name,UID:.metadata.uid";
        return cluster.kubectl("get", kinds, "--all-namespaces", "--output", columns).split("\n").sort();
    }

    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open(guardedConfig);
    });
    after(() => cluster.stop());

    it("protects the namespaces and the Gateway, and nothing else", async () => {
        const engine = await cluster.open(guardedConfig);
        await engine.up();
        assert.deepEqual(await guarded(), [
            `Gateway ${gateway}`,
            `Namespace ${scheduler}`,
            `Namespace ${simulator}`,
        ]);
    });

    it("has destroy refused in its preview, by the names of the resources", async () => {
        const engine = await cluster.open(guardedConfig);
        await assert.rejects(engine.stack.previewDestroy(), isRefusal);
    });

    it("has a change refused in its preview that would replace the Gateway", async () => {
        const engine = await cluster.open({ ...guardedConfig, release: "another" });
        await assert.rejects(engine.preview(), isRefusal);
    });

    it("keeps what is protected through a destroy without preview, and up brings back the rest", async () => {
        const guardedKinds = "namespaces,gateways";
        const before = objects(guardedKinds);
        const engine = await cluster.open(guardedConfig);
        await assert.rejects(engine.destroy(), isRefusal);
        assert.deepEqual(objects(guardedKinds), before);
        const back = actions(await engine.up());
        assert.ok(back.length > 0 && back.every((action) => action.startsWith("create ")), back.join(", "));
        assert.deepEqual(objects(guardedKinds), before);
    });

    it("is turned off without a change to any object, and destroy works then", async () => {
        const engine = await cluster.open(small);
        assert.deepEqual(actions(await engine.up()), []);
        assert.deepEqual(await guarded(), []);
        await engine.destroy();
        const namespaces = cluster.names("namespaces", "default");
        assert.ok(!namespaces.includes(simulator) && !namespaces.includes(scheduler), namespaces.join(" "));
    });
});
