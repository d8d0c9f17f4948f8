import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { parse, stringify } from "yaml";
import { writeFolder } from "../../commands/render/folder";
import type { KubernetesObject } from "../../commands/render/manifests";
import { yamlOf } from "../../commands/render/manifests";
import { renderStack } from "../../commands/render/render";
import { deepMerge } from "../../objects/merge";
import { modes } from "../support/modes";
import { monitorDefinitions } from "../support/monitors";
import { leftToDo } from "./support/actions";
import { TestCluster } from "./support/cluster";
import { differences } from "./support/differences";

const root = path.resolve(__dirname, "../..");

/** What the embedded control plane is deployed to with, and no Istio that could make a Gateway Programmed. */
const withoutIstio = { readiness: { gateway: false } };

describe("rendered manifests on the real API server", function () {
    const cluster = new TestCluster();
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-render-e2e-"));
    const { "scoring-not-obeyed-replicated": inOtherNamespaces, ...inOwnNamespaces } = modes;

    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open(withoutIstio);
        const definitions = path.join(scratch, "monitors.yaml");
        fs.writeFileSync(
            definitions,
            monitorDefinitions.map((definition) => stringify(definition)).join("---\n"),
        );
        cluster.kubectl("apply", "--filename", definitions);
        cluster.kubectl("wait", "--for", "condition=Established", "--filename", definitions);
        // What the settings of a mode name and expect to be there.
        cluster.kubectl("create", "priorityclass", "serving", "--value", "1000");
        cluster.kubectl("label", "nodes", "--all", "node.example.com/pool=gpu");
    });
    after(async () => {
        await cluster.stop();
        fs.rmSync(scratch, { recursive: true });
    });

    for (const [mode, config] of Object.entries(inOwnNamespaces)) {
        it(`are what \`pulumi up\` applies, field by field: ${mode}`, () => compareMode(mode, config));
    }

    const changes: Record<string, { change: (object: Record<string, unknown>) => unknown; seen: string[] }> =
        {
            "a changed field": {
                change: (object) => deepMerge(object, { spec: { sessionAffinity: "ClientIP" } }),
                // Kubernetes adds a timeout to it.
                seen: ["spec.sessionAffinity", "spec.sessionAffinityConfig"],
            },
            "a label that is missing": {
                change: (object) =>
                    deepMerge(object, { metadata: { labels: { "app.kubernetes.io/part-of": null } } }),
                seen: ["metadata.labels.app.kubernetes.io/part-of"],
            },
            "an annotation that is added": {
                change: (object) =>
                    deepMerge(object, { metadata: { annotations: { "example.com/x": "y" } } }),
                seen: ["metadata.annotations"],
            },
        };
    /** Deployed for the first of the tests that only read it. */
    let ofScheduler: Promise<{ folder: string; files: string[] }> | undefined;
    const renderedScheduler = () => (ofScheduler ??= deployAndRender("read-only", modes.scheduler!));

    it("lists in its kustomization exactly what it renders", async () => {
        const { folder, files } = await renderedScheduler();
        const listed = cluster.kubectl("kustomize", folder).split(/^---$/m);
        assert.equal(listed.length, files.length);
    });

    for (const [what, { change, seen }] of Object.entries(changes)) {
        it(`would not pass with ${what}`, async () => {
            const { folder } = await renderedScheduler();
            const file = path.join(folder, "llm-d-sim/service-gaie-inference-scheduling-proxy.yaml");
            const object = parse(fs.readFileSync(file, "utf8")) as Record<string, unknown>;
            const changed = path.join(scratch, "changed.yaml");
            fs.writeFileSync(changed, yamlOf(change(object) as KubernetesObject));
            assert.deepEqual(await compareFile(changed), seen);
        });
    }

    it("are what `pulumi up` applies, field by field, into namespaces of somebody else's", async () => {
        const engine = await cluster.open(withoutIstio);
        await engine.destroy();
        for (const namespace of ["llm-d-sim", "llm-d-inference-scheduler"]) {
            cluster.kubectl("create", "namespace", namespace);
        }
        await compareMode("other-namespaces", inOtherNamespaces!);
    });

    it("with autoscaling, set to 1 the number of pods that was applied before, unless it is handed over", async () => {
        const namespaces = { simulator: "handover" };
        const render = async (name: string, config: Record<string, unknown>) => {
            const folder = path.join(scratch, name);
            writeFolder(
                folder,
                await renderStack({ root, stack: "dev", overrides: { namespaces, ...config } }),
            );
            return path.join(folder, "handover/deployment-ms-sim-llm-d-modelservice-decode.yaml");
        };
        const fixed = await render("fixed", { replicas: { decode: 3 } });
        const autoscaled = await render("autoscaled", { autoscaling: { enabled: true, minReplicas: 2 } });
        const apply = (manager: string, file: string) =>
            cluster.kubectl(
                "apply",
                "--server-side",
                "--force-conflicts",
                "--field-manager",
                manager,
                "-f",
                file,
            );
        const replicas = () =>
            Number(cluster.kubectl("get", "--filename", fixed, "--output", "jsonpath={.spec.replicas}"));
        cluster.kubectl("create", "namespace", namespaces.simulator);
        apply("gitops", fixed);
        assert.equal(replicas(), 3);
        apply("gitops", autoscaled);
        assert.equal(replicas(), 1);

        // What docs/gitops.md says to do first.
        apply("gitops", fixed);
        const { apiVersion, kind, metadata } = parse(fs.readFileSync(fixed, "utf8")) as KubernetesObject;
        const { name, namespace } = metadata;
        const handover = path.join(scratch, "handover.yaml");
        fs.writeFileSync(
            handover,
            stringify({ apiVersion, kind, metadata: { name, namespace }, spec: { replicas: 3 } }),
        );
        cluster.kubectl(
            "apply",
            "--server-side",
            "--field-manager=handover",
            "--validate=false",
            "-f",
            handover,
        );
        apply("gitops", autoscaled);
        assert.equal(replicas(), 3);
        // As an autoscaler does.
        cluster.kubectl("scale", "--filename", fixed, "--replicas=5");
        apply("gitops", autoscaled);
        assert.equal(replicas(), 5);
        cluster.kubectl("delete", "namespace", namespaces.simulator, "--wait=false");
    });

    async function compareMode(mode: string, config: Record<string, unknown>): Promise<void> {
        const { files } = await deployAndRender(mode, config);
        const found: string[] = [];
        for (const file of files) {
            const changed = await compareFile(file);
            found.push(...changed.map((field) => `${path.basename(file)}: ${field}`));
        }
        // Whose number the autoscaler owns, `pulumi up` sets once and the manifests never.
        const autoscaled = "deployment-ms-sim-llm-d-modelservice-decode.yaml: spec.replicas";
        assert.deepEqual(found, "autoscaling" in config ? [autoscaled] : []);
    }

    async function deployAndRender(
        name: string,
        config: Record<string, unknown>,
    ): Promise<{ folder: string; files: string[] }> {
        const overrides = deepMerge(config, withoutIstio) as Record<string, unknown>;
        const engine = await cluster.open(overrides);
        await engine.up();
        // In every mode, also once the cluster has been looked at.
        assert.deepEqual(await leftToDo(engine), []);
        assert.deepEqual(await leftToDo(engine, { refresh: true }), []);
        const folder = path.join(scratch, name);
        const { written } = writeFolder(folder, await renderStack({ root, stack: "dev", overrides }));
        assert.ok(written.length > 15, `${String(written.length)} objects`);
        return { folder, files: written.map((file) => path.join(folder, file)) };
    }

    /** The fields that applying the file would change. */
    async function compareFile(file: string): Promise<string[]> {
        const live = await cluster.live(parse(fs.readFileSync(file, "utf8")) as KubernetesObject);
        const applied = JSON.parse(
            cluster.kubectl(
                ...["apply", "--server-side", "--dry-run=server", "--force-conflicts", "--output", "json"],
                // As the one that owns the fields: a field that the file does not have would go.
                ...["--field-manager", managerOf(live), "--filename", file],
            ),
        ) as KubernetesObject;
        return differences(comparable(live), comparable(applied));
    }

    function managerOf({ kind, metadata }: KubernetesObject): string {
        const managers = metadata
            .managedFields!.filter(({ operation }) => operation === "Apply")
            .map(({ manager }) => manager!)
            .filter((manager) => manager.startsWith("pulumi-"));
        assert.equal(managers.length, 1, `${kind} ${metadata.name} is applied by ${managers.join(", ")}`);
        return managers[0]!;
    }

    /** Without what the API server counts and what steers Pulumi. */
    function comparable({ metadata, ...object }: KubernetesObject): unknown {
        const { annotations = {}, ...others } = metadata;
        const counted = new Set(["managedFields", "resourceVersion", "generation"]);
        const kept = Object.entries(annotations).filter(([key]) => !key.startsWith("pulumi.com/"));
        return {
            // The controllers write it while the test runs.
            ...Object.fromEntries(Object.entries(object).filter(([field]) => field !== "status")),
            metadata: {
                ...Object.fromEntries(Object.entries(others).filter(([field]) => !counted.has(field))),
                ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }),
            },
        };
    }
});
