import type { Program } from "./program";

/** One change to a program. */
export interface Mutation {
    /** Name of the rule that must report a violation, at the level given. Absent for a harmless change. */
    readonly rule?: string;
    /** The level that the violation must have; a mandatory rule may have advice for some findings. */
    readonly level?: "advisory" | "mandatory";
    readonly title: string;
    /** Changes a copy of the program. */
    apply(program: Program): void;
}

/** Makes the mutations that fit a program. `mode` is its name in test/support/modes.ts. */
export type Generator = (program: Program, mode: string) => Iterable<Mutation>;

/** Shorthand for generators of one rule. */
export function breaking(rule: string, level?: Mutation["level"]) {
    return (title: string, apply: Mutation["apply"]): Mutation => ({ rule, level, title, apply });
}

/** A change that no rule may object to. */
export function harmless(title: string, apply: Mutation["apply"]): Mutation {
    return { title, apply };
}
