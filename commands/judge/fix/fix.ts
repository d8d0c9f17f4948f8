import { isDeepStrictEqual } from "util";
import type { FieldEdit, Fix } from "../../../policy/framework/fix";
import type { Manifest, Source } from "../manifests";
import type { Judgement } from "../reports/report";
import { additionSplice } from "./additions";
import type { Splice } from "./splices";
import { fieldSplice, LeftAloneError } from "./splices";

/** What was put right, what was not, and why. */
export interface Fixed {
    /** In the order of those given, changed or not. */
    sources: Source[];
    fixed: Judgement[];
    leftAlone: { judgement: Judgement; reason: string }[];
}

/** A fix may show, or make, something else that has one. More rounds than this are two fixes that undo each other. */
const mostRounds = 10;

type Read = (source: Source) => Manifest[];

/** A fix, where it is written. */
interface Change {
    judgement: Judgement;
    /** What stays the same whoever asks for it. */
    key: string;
    file: string;
    splices: Splice[];
    expect: (objects: unknown[]) => void;
}

/**
 * Puts right what has exactly one right answer, in the texts, as often as a fix shows another violation that has one.
 * After each round the texts are read again: one whose objects are not what the fixes were to make of them is as it was.
 *
 * @param read gives what a text holds.
 * @param judge judges what all texts hold.
 */
export function fixAll(
    given: readonly Source[],
    read: Read,
    judge: (manifests: readonly Manifest[]) => Judgement[],
): Fixed {
    const leftAlone = new Map<string, Fixed["leftAlone"][number]>();
    const result: Fixed = { sources: [...given], fixed: [], leftAlone: [] };
    for (let round = 0; round < mostRounds; round++) {
        const manifests = result.sources.flatMap(read);
        const changes = planned(judge(manifests), manifests, leftAlone);
        const done = changes.length === 0 ? [] : applyAll(result.sources, changes, read, leftAlone);
        if (done.length === 0) {
            break;
        }
        result.fixed.push(...done.map(({ judgement }) => judgement));
    }
    return { ...result, leftAlone: [...leftAlone.values()] };
}

function planned(
    judgements: readonly Judgement[],
    manifests: readonly Manifest[],
    leftAlone: Map<string, Fixed["leftAlone"][number]>,
): Change[] {
    const changes = new Map<string, Change>();
    for (const judgement of judgements) {
        const id = `${judgement.rule.name} ${judgement.message}`;
        const fix = leftAlone.has(id) ? undefined : judgement.fix?.();
        if (fix === undefined) {
            continue;
        }
        try {
            const change =
                "add" in fix
                    ? additionOf(judgement, fix, manifests)
                    : editsOf(judgement, fix.edits, manifests);
            // Of two that change one place, or add objects of one name, the second is judged anew after the first.
            if (!changes.has(change.key)) {
                changes.set(change.key, change);
            }
        } catch (error) {
            if (!(error instanceof LeftAloneError)) {
                throw error;
            }
            leftAlone.set(id, { judgement, reason: error.message });
        }
    }
    return [...changes.values()];
}

function editsOf(judgement: Judgement, edits: readonly FieldEdit[], manifests: readonly Manifest[]): Change {
    const written = judgement.manifest?.written;
    if (!written) {
        throw new LeftAloneError("it is not in the files");
    }
    const position = positionIn(written.source.file, judgement.manifest!, manifests);
    return {
        judgement,
        key: `${written.source.file} ${String(position)} ${edits.map(({ steps }) => steps.join(".")).join(" ")}`,
        file: written.source.file,
        splices: edits.map((edit) => fieldSplice(written, edit)),
        expect: (objects) => {
            for (const { steps, value } of edits) {
                objects[position] = withField(objects[position], steps, value);
            }
        },
    };
}

function additionOf(
    judgement: Judgement,
    { add, beside }: Extract<Fix, { add: unknown }>,
    manifests: readonly Manifest[],
): Change {
    const reasons: string[] = [];
    for (const neighbour of beside) {
        const written = manifests.find(({ object }) => object === neighbour)?.written;
        if (!written) {
            continue;
        }
        try {
            const { kind, metadata } = add as { kind: string; metadata: { namespace: string; name: string } };
            return {
                judgement,
                key: `${kind} ${metadata.namespace}/${metadata.name}`,
                file: written.source.file,
                splices: [additionSplice(written, add)],
                expect: (objects) => objects.push(add),
            };
        } catch (error) {
            if (!(error instanceof LeftAloneError)) {
                throw error;
            }
            reasons.push(error.message);
        }
    }
    throw new LeftAloneError(reasons[0] ?? "what it belongs to is not in the files");
}

/** All changes of a file at once, or else one of them: what is not made now is found again in the next round. */
function applyAll(
    sources: Source[],
    changes: readonly Change[],
    read: Read,
    leftAlone: Map<string, Fixed["leftAlone"][number]>,
): Change[] {
    const done: Change[] = [];
    for (const [position, source] of sources.entries()) {
        const own = changes.filter(({ file }) => file === source.file);
        for (const batch of [own, ...own.map((change) => [change])]) {
            const text = batch.length === 0 ? undefined : applied(source, batch, read);
            if (text !== undefined) {
                sources[position] = { ...source, text };
                done.push(...batch);
                break;
            }
            const [only] = batch;
            if (batch.length === 1 && only) {
                const { judgement } = only;
                leftAlone.set(`${judgement.rule.name} ${judgement.message}`, {
                    judgement,
                    reason: "its text cannot be changed without changing something else",
                });
            }
        }
    }
    return done;
}

/** The text with changes made; undefined where they touch each other, or make something else of it than was meant. */
function applied(source: Source, changes: readonly Change[], read: Read): string | undefined {
    const splices = changes.flatMap((change) => change.splices).sort((one, other) => one.start - other.start);
    if (splices.some(({ start }, position) => position > 0 && start < splices[position - 1]!.end)) {
        return undefined;
    }
    let text = "";
    let from = 0;
    for (const { start, end, text: inserted } of splices) {
        text += source.text.slice(from, start) + inserted;
        from = end;
    }
    text += source.text.slice(from);
    const expected = plainObjects(source, read);
    changes.forEach(({ expect }) => {
        expect(expected);
    });
    return isSameSet(expected, readBack({ ...source, text }, read)) ? text : undefined;
}

function readBack(source: Source, read: Read): unknown[] | undefined {
    try {
        return plainObjects(source, read);
    } catch {
        return undefined;
    }
}

function plainObjects(source: Source, read: Read): unknown[] {
    return read(source).map(({ written }) => written?.node.toJS(written.document) as unknown);
}

/** An object is added where there is a place for it, between others too. */
function isSameSet(expected: readonly unknown[], found: readonly unknown[] | undefined): boolean {
    const rest = [...expected];
    for (const object of found ?? []) {
        const position = rest.findIndex((candidate) => isDeepStrictEqual(candidate, object));
        if (position < 0) {
            return false;
        }
        rest.splice(position, 1);
    }
    return found !== undefined && rest.length === 0;
}

function positionIn(file: string, manifest: Manifest, manifests: readonly Manifest[]): number {
    return manifests.filter(({ written }) => written?.source.file === file).indexOf(manifest);
}

/** A copy with a field set. */
function withField(value: unknown, steps: readonly string[], set: unknown): unknown {
    const [step, ...rest] = steps;
    if (step === undefined) {
        return set;
    }
    if (Array.isArray(value)) {
        return value.map((item: unknown, position) =>
            String(position) === step ? withField(item, rest, set) : item,
        );
    }
    return {
        ...(value as object | undefined),
        [step]: withField((value as Record<string, unknown> | undefined)?.[step], rest, set),
    };
}
