import { isDeepStrictEqual } from "util";
import { runProgram } from "../../support/mocks";
import { modes } from "../../support/modes";
import type { Diagnostic, Pack, PlainResource } from "../support/pack";
import { generatorsOf } from "../../faults/catalogue";
import type { Mutation } from "../../faults/mutation";
import { Program } from "../../faults/program";

/**
 * What the pack may say of an unmutated program: advice that a mode is known to deserve, by the name of the rule.
 * Anything else is a false alarm.
 */
const deservedAdvice: Readonly<Record<string, readonly string[]>> = {
    "scoring-not-obeyed": ["ext-proc-obeyed"],
    "scoring-not-obeyed-replicated": ["ext-proc-obeyed"],
};

/** What became of a mutation, or of an unmutated program. */
export interface Outcome {
    readonly mode: string;
    readonly title: string;
    /** The rule that should have reported it; absent for what is harmless. */
    readonly rule?: string;
    readonly passed: boolean;
    /** What the pack said that it does not say of the unmutated program. */
    readonly said: readonly Diagnostic[];
}

/** The outcomes of every mutation of every mode. */
export interface Report {
    readonly broken: readonly Outcome[];
    readonly harmless: readonly Outcome[];
}

/** A resource of several programs, and what the pack says of it alone. */
interface KnownResource {
    resource: PlainResource;
    said: Promise<Diagnostic[]>;
}

/**
 * Asks the pack for programs that differ in few resources. What it says of one resource hangs on that alone, as the engine
 * asks it, so that it is asked for each only once; for all together, always.
 */
class Judge {
    private readonly known = new Map<string, KnownResource>();

    constructor(private readonly pack: Pack) {}

    async judge(program: Program): Promise<Diagnostic[]> {
        const known = program.toResources().map((resource) => this.knownOf(resource));
        const single = await Promise.all(known.map(({ said }) => said));
        return [...single.flat(), ...(await this.pack.analyzeStack(known.map(({ resource }) => resource)))];
    }

    private knownOf(resource: PlainResource): KnownResource {
        const key = JSON.stringify(resource);
        let known = this.known.get(key);
        if (known === undefined) {
            known = { resource, said: this.pack.analyze(resource) };
            this.known.set(key, known);
        }
        return known;
    }
}

/**
 * Applies each mutation to its mode and asks the pack.
 *
 * @param names of the modes. Default: all.
 */
export async function runCampaign(
    pack: Pack,
    names: readonly string[] = Object.keys(modes),
): Promise<Report> {
    const outcomes: Outcome[] = [];
    const asked = new Judge(pack);
    for (const mode of names) {
        const config = modes[mode];
        if (config === undefined) {
            throw new Error(`there is no mode ${mode}`);
        }
        const program = Program.of(await runProgram(config));
        const baseline = await asked.judge(program);
        const unexpected = baseline.filter(
            ({ policy, level }) => level === "mandatory" || !deservedAdvice[mode]?.includes(policy),
        );
        outcomes.push({ mode, title: "unmutated", passed: unexpected.length === 0, said: unexpected });
        const known = new Set(baseline.map(keyOf));
        for (const mutation of generatorsOf(mode).flatMap((generate) => [...generate(program, mode)])) {
            const outcome = await judge(mutation, mode, program, known, asked);
            if (outcome !== undefined) {
                outcomes.push(outcome);
            }
        }
    }
    return {
        broken: outcomes.filter(({ rule }) => rule !== undefined),
        harmless: outcomes.filter(({ rule }) => rule === undefined),
    };
}

/** @returns undefined for a harmless mutation that has nothing to change in this mode, and so proves nothing. */
async function judge(
    mutation: Mutation,
    mode: string,
    program: Program,
    known: ReadonlySet<string>,
    asked: Judge,
): Promise<Outcome | undefined> {
    const copy = program.clone();
    try {
        mutation.apply(copy);
    } catch (error) {
        throw new Error(`${mode}: "${mutation.title}" does not fit the program`, { cause: error });
    }
    if (isDeepStrictEqual(copy, program)) {
        if (mutation.rule === undefined) {
            return undefined;
        }
        throw new Error(`${mode}: "${mutation.title}" changes nothing`);
    }
    const said = (await asked.judge(copy)).filter((diagnostic) => !known.has(keyOf(diagnostic)));
    const { title, rule, level = "mandatory" } = mutation;
    const passed =
        rule === undefined
            ? said.length === 0
            : said.some((diagnostic) => diagnostic.policy === rule && diagnostic.level === level);
    return { mode, title, rule, passed, said };
}

function keyOf({ policy, level, message }: Diagnostic): string {
    return `${policy}|${level}|${message}`;
}
