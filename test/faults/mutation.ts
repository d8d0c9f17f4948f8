import type { Mode } from "../../components/deploymentOutput";
import type { Program } from "./program";

/** What `verify` must say of a stack that is changed so. */
export interface Verdict {
    /** The finding, and what its message must say. */
    readonly id: string;
    readonly message: RegExp;
    /** The modes of the stacks on which it is asked. */
    readonly on: readonly Mode[];
    /** Whether only the conditions that Istio sets tell of it. */
    readonly byStatus?: true;
    /** Whether it takes an EPP newer than those that the lab can run. */
    readonly newerThanLab?: true;
    /** Whether the finding is a warning, and so no root cause of anything. */
    readonly warning?: true;
}

/** One change to a program, and what is said of it. */
export interface Mutation {
    /** Name of the rule that must report a violation, at the level given. Absent where the pack must say nothing. */
    readonly rule?: string;
    /** The level that the violation must have; a mandatory rule may have advice for some findings. */
    readonly level?: "advisory" | "mandatory";
    readonly title: string;
    /** Absent where it is not asked: it sees no more in it than the pack, or less. */
    readonly verdict?: Verdict;
    /** Changes a copy of the program. */
    apply(program: Program): void;
}

/** Makes the mutations that fit a program. `mode` is its name in test/support/modes.ts. */
export type Generator = (program: Program, mode: string) => Iterable<Mutation>;

/** Shorthand for generators of one rule. */
export function breaking(rule: string, level?: Mutation["level"]) {
    return (title: string, apply: Mutation["apply"], verdict?: Verdict): Mutation => ({
        rule,
        level,
        title,
        apply,
        ...(verdict && { verdict }),
    });
}

/** A change that no rule may object to: nothing is wrong, or only who sees more than the program can tell. */
export function harmless(title: string, apply: Mutation["apply"], verdict?: Verdict): Mutation {
    return { title, apply, ...(verdict && { verdict }) };
}
