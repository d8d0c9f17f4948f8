import { strict as assert } from "assert";
import * as fs from "fs";
import type { Engine } from "../../../local/engine";
import { engineLayout } from "../../../local/engine/layout";

/**
 * Makes each `up` of an engine fail that created an object which was on the cluster before it. The provider that the
 * tests have does that without a word; from 4.29 on it refuses ("already exists"), except where
 * `PULUMI_K8S_UPSERT_EXISTING_OBJECTS` is set, as after an `up` that lost the API server's answers.
 *
 * @param state the state folder of the engine.
 */
export function refuseTakeovers(engine: Engine, state: string): Engine {
    const up = engine.up.bind(engine);
    engine.up = async (options) => {
        const allowed = process.env.PULUMI_K8S_UPSERT_EXISTING_OBJECTS === "true";
        if (allowed || fs.existsSync(engineLayout(state, engine.stack.name).needsRefresh)) {
            return up(options);
        }
        // The API server's timestamps have whole seconds.
        const began = Math.floor(Date.now() / 1000) * 1000;
        const result = await up(options);
        const created = new Set(result.steps.filter(({ op }) => /^create/.test(op)).map(({ urn }) => urn));
        const takenOver = engine.resources().filter(({ urn, outputs }) => {
            const metadata = outputs?.metadata as { creationTimestamp?: string } | undefined;
            return created.has(urn) && Date.parse(metadata?.creationTimestamp ?? "") < began;
        });
        assert.deepEqual(
            takenOver.map(({ urn }) => urn),
            [],
            "objects were created that existed",
        );
        return result;
    };
    return engine;
}
