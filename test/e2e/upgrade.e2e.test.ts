import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import type { KubeObject } from "../../commands/shared/cluster";
import type { Engine } from "../../local/engine";
import { modes } from "../lab/support/modes";
import { actions, changes, resourceName } from "./support/actions";
import { TestCluster } from "./support/cluster";
import { fullNameOf } from "./support/clusterEditor";
import { type ReleasedResource, stateOf } from "./support/releasedState";

const releases = path.join(__dirname, "releases");

function nameOf(inputs: Record<string, unknown>): string {
    return (inputs.metadata as { name: string }).name;
}

/** Deployments of earlier releases (`support/releasedState.ts`), taken over by this one. */
describe("an upgrade", function () {
    for (const [mode, config] of Object.entries(modes)) {
        for (const file of fs.readdirSync(releases).filter((name) => name.endsWith(`-${mode}.json`))) {
            describe(`from ${path.basename(file, ".json")}`, () => {
                const cluster = new TestCluster();
                const resources = JSON.parse(
                    fs.readFileSync(path.join(releases, file), "utf8"),
                ) as ReleasedResource[];
                const objects = resources.filter(({ type }) => type.startsWith("kubernetes:"));
                // The one object that has another name than in the first release: a pool's route was called as a Service's.
                const renamed = objects.filter(
                    ({ type, inputs }) =>
                        mode === "scoring" &&
                        type.endsWith(":HTTPRoute") &&
                        !nameOf(inputs!).endsWith("-pool"),
                );
                const kept = objects.filter((object) => !renamed.includes(object));
                let engine: Engine;
                let uids: string[];

                // The first file to run builds the tools, which takes minutes.
                before(async function () {
                    this.timeout(45 * 60_000);
                    engine = await cluster.open(config);
                    for (const { inputs, outputs } of objects) {
                        cluster.apply(inputs!, outputs!.__fieldManager as string);
                    }
                    const exported = await engine.stack.exportStack();
                    await engine.stack.importStack({
                        ...exported,
                        deployment: { ...(exported.deployment as object), resources: stateOf(resources) },
                    });
                    uids = kept.map(uidOf);
                });
                after(() => cluster.stop());

                function uidOf({ inputs }: ReleasedResource): string {
                    const { kind, apiVersion, metadata } = inputs as unknown as KubeObject;
                    return cluster.get<KubeObject>(
                        fullNameOf({ apiVersion, kind }),
                        metadata.namespace ?? "default",
                        metadata.name,
                    ).metadata.uid!;
                }

                it("replaces nothing, and deletes nothing but what has another name", async () => {
                    const lost = changes(await engine.preview({ refresh: true })).filter(
                        ({ op }) => !["create", "update", "refresh"].includes(op),
                    );
                    assert.deepEqual(
                        lost.map(({ op, urn }) => `${op} ${resourceName(urn)}`),
                        renamed.map(({ urn }) => `delete ${resourceName(urn)}`),
                    );
                });

                it("leaves every other object where it is", async () => {
                    await engine.up();
                    assert.deepEqual(kept.map(uidOf), uids);
                    assert.deepEqual(actions(await engine.preview()), []);
                });
            });
        }
    }
});
