import * as fs from "fs";
import { poll } from "../../commands/shared/poll";
import type { LoopbackClient } from "./https";
import { expectStatus } from "./https";

const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** The field manager that the API server remembers as the definitions' author. */
const fieldManager = "llm-d-local";

/** Tells what a definition was applied from, so that it is applied again only when that changes. */
const sourceAnnotation = "llm-d.local/source";

/** How long definitions may take to be Established. */
const establishPatience = { every: 100, atMost: 120_000 };

interface Definition {
    apiVersion: string;
    kind: string;
    metadata: { name: string; annotations?: Record<string, string> };
    spec: { group: string; names: { kind: string; plural: string } };
    status?: { conditions?: { type: string; status: string }[] };
}

/** Reads custom resource definitions from the toolchain's files, each a list of them. */
export function readDefinitions(files: readonly string[]): Definition[] {
    return files.flatMap((file) =>
        (JSON.parse(fs.readFileSync(file, "utf8")) as Definition[]).map((definition) =>
            describeSource(definition, file),
        ),
    );
}

/**
 * Adds what stands in for the InferenceObjectives of llm-d's own group, whose definition is in no package registry: those of
 * GIE 1.5 under the other group, from which it differs by the format of a number alone (router 0.9.0 and 0.10.0
 * `config/crd/bases`).
 */
export function withLlmdObjectives(definitions: Definition[]): Definition[] {
    const source = definitions.find(({ spec }) => spec.names.kind === "InferenceObjective");
    if (source === undefined) {
        return definitions;
    }
    const group = "llm-d.ai";
    const { annotations = {} } = source.metadata;
    return [
        ...definitions,
        {
            ...source,
            metadata: {
                name: `${source.spec.names.plural}.${group}`,
                annotations: {
                    "llm-d.local/stands-in-for": "llm-d.ai_inferenceobjectives.yaml of llm-d/llm-d-router",
                    [sourceAnnotation]: annotations[sourceAnnotation] ?? "",
                },
            },
            spec: { ...source.spec, group },
        },
    ];
}

/** A generator's empty status is left out: it is the API server's to write. */
function describeSource(definition: Definition, file: string): Definition {
    const annotations = { ...definition.metadata.annotations, [sourceAnnotation]: file };
    return { ...definition, metadata: { ...definition.metadata, annotations }, status: undefined };
}

/**
 * Applies definitions that are not, or not as they should be, in the cluster, and waits until all are Established.
 *
 * @throws Error when the API server refuses one, or one is not Established in time.
 */
export async function ensureDefinitions(api: LoopbackClient, definitions: Definition[]): Promise<void> {
    const present = await listDefinitions(api);
    const outdated = definitions.filter(({ metadata }) => {
        const found = present.get(metadata.name);
        return found?.metadata.annotations?.[sourceAnnotation] !== metadata.annotations?.[sourceAnnotation];
    });
    await Promise.all(outdated.map((definition) => apply(api, definition)));

    const pendingIn = (current: Map<string, Definition>) =>
        definitions.map(({ metadata }) => metadata.name).filter((name) => !isEstablished(current.get(name)));
    if (outdated.length === 0 && pendingIn(present).length === 0) {
        return;
    }
    const pending = await poll(
        async () => pendingIn(await listDefinitions(api)),
        (names) => names.length === 0,
        establishPatience,
    );
    if (pending.length > 0) {
        throw new Error(`Not Established within ${establishPatience.atMost / 1000} s: ${pending.join(", ")}`);
    }
}

async function apply(api: LoopbackClient, definition: Definition): Promise<void> {
    const { name } = definition.metadata;
    const answer = await api.request(
        "PATCH",
        `${collection}/${name}?fieldManager=${fieldManager}&force=true`,
        { type: "application/apply-patch+yaml", body: JSON.stringify(definition) },
    );
    expectStatus(answer, [200, 201], `Applying the custom resource definition ${name}`);
}

async function listDefinitions(api: LoopbackClient): Promise<Map<string, Definition>> {
    const answer = await api.request("GET", collection);
    expectStatus(answer, [200], "Listing custom resource definitions");
    const { items } = JSON.parse(answer.body) as { items: Definition[] };
    return new Map(items.map((definition) => [definition.metadata.name, definition]));
}

function isEstablished(definition: Definition | undefined): boolean {
    const conditions = definition?.status?.conditions ?? [];
    return conditions.some(({ type, status }) => type === "Established" && status === "True");
}
