import { strict as assert } from "assert";
import * as fc from "fast-check";
import type { SettingsInput } from "../../components/settings";
import type { ProgramRun } from "../support/mocks";
import { runProgram } from "../support/mocks";
import { modes } from "../support/modes";
import { objectsOf, runSettings } from "../support/objects";
import { legalSettings } from "../support/randomSettings";

/** An object of the cluster, and what the program calls it. */
interface Identity {
    object: string;
    urn: string;
}

/** Everything on the cluster that a run creates or finds. */
function identities(run: ProgramRun): Identity[] {
    const registered = objectsOf(run).map(({ inputs: { apiVersion, kind, metadata }, urn }) => ({
        object: [apiVersion, kind, metadata.namespace ?? "", metadata.name].join(" "),
        urn,
    }));
    // Namespaces, the only objects that are read.
    const found = run.reads.map(({ id, urn }) => ({ object: `v1 Namespace  ${id}`, urn }));
    return [...registered, ...found];
}

/** Objects under several URNs, and URNs of several objects. */
function confusions(all: readonly Identity[]): string[] {
    const several = (of: keyof Identity, by: keyof Identity) => {
        const values = new Map<string, Set<string>>();
        for (const identity of all) {
            values.set(identity[by], (values.get(identity[by]) ?? new Set()).add(identity[of]));
        }
        return [...values]
            .filter(([, group]) => group.size > 1)
            .map(([key, group]) => `${key}: ${[...group].join(", ")}`);
    };
    return [...several("urn", "object"), ...several("object", "urn")];
}

/** Changes from the field: what was deployed, and what was then set. */
const transitions: Record<string, [SettingsInput, SettingsInput]> = {
    "a renamed release": [{}, { release: "blue" }],
    "a renamed key of models": [
        { models: { a: { modelRelease: "llama" } } },
        { models: { b: { modelRelease: "llama" } } },
    ],
    "models that change their model servers": [
        {
            models: {
                a: { modelRelease: "x", match: { path: "/a" } },
                b: { modelRelease: "y", match: { path: "/b" } },
            },
        },
        {
            models: {
                a: { modelRelease: "y", match: { path: "/a" } },
                b: { modelRelease: "x", match: { path: "/b" } },
            },
        },
    ],
    "namespaces that are given up": [{}, { namespaces: { create: false } }],
    "a pool's EPP where a Service's was": [
        { namespaces: { scheduler: "one", simulator: "two" } },
        {
            namespaces: { scheduler: "two", simulator: "one" },
            extProc: { enabled: true },
            routing: { backend: "InferencePool" },
        },
    ],
};

describe("an object's URN", function () {
    for (const [what, [before, after]] of Object.entries(transitions)) {
        it(`stays the same with ${what}`, async () => {
            const all = [...identities(await runSettings(before)), ...identities(await runSettings(after))];
            assert.deepEqual(confusions(all), []);
        });
    }

    it("is one, and its alone, under any two settings; and no alias is another's", async () => {
        await fc.assert(
            fc.asyncProperty(legalSettings, legalSettings, async (before, after) => {
                const runs = [await runSettings(before), await runSettings(after)];
                for (const each of runs) {
                    const urns = identities(each).map(({ urn }) => urn);
                    assert.equal(new Set(urns).size, urns.length, urns.join("\n"));
                }
                const all = runs.flatMap(identities);
                assert.deepEqual(confusions(all), []);
                const objectOf = new Map(all.map(({ urn, object }) => [urn, object]));
                const taken = runs
                    .flatMap(objectsOf)
                    .flatMap(({ aliases }) => aliases)
                    .filter((alias) => objectOf.has(alias));
                assert.deepEqual(taken, []);
            }),
            { numRuns: 25 },
        );
    });
});

/** Where something empty is registered, with a path of keys and, for all elements of a list, `*`. */
function empties(value: unknown, at: readonly string[] = []): string[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const entries = Array.isArray(value)
        ? value.map((item: unknown) => ["*", item] as const)
        : Object.entries(value);
    return entries.length === 0
        ? [at.join(".")]
        : entries.flatMap(([key, inner]) => empties(inner, [...at, key]));
}

/** What is empty and means something. */
const meaningful: Record<string, RegExp> = {
    "a volume in memory or on disk, as the node has it":
        /^Deployment spec\.template\.spec\.volumes\.\*\.emptyDir$/,
    "every pod, or every namespace":
        /^NetworkPolicy spec\.ingress\.\*\.from\.\*\.(podSelector|namespaceSelector)$/,
    "the user's own words": /^Deployment spec\.template\.spec\.affinity\./,
};

function meaninglessEmpties(run: ProgramRun): string[] {
    return objectsOf(run)
        .flatMap(({ inputs }) => empties(inputs).map((at) => `${inputs.kind} ${at}`))
        .filter((place) => !Object.values(meaningful).some((pattern) => pattern.test(place)));
}

describe("what is registered", function () {
    for (const [mode, config] of Object.entries(modes)) {
        it(`has nothing empty in the mode ${mode}, which the API server would drop`, async () => {
            assert.deepEqual(meaninglessEmpties(await runProgram(config)), []);
        });
    }

    it("has nothing empty under any settings", async () => {
        await fc.assert(
            fc.asyncProperty(legalSettings, async (settings) => {
                assert.deepEqual(meaninglessEmpties(await runSettings(settings)), []);
            }),
            { numRuns: 25 },
        );
    });
});
