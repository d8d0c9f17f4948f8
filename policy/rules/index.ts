import type { Rule } from "../framework/rule";

/** The rules of the pack, in the order in which they run. */
export const rules: readonly Rule[] = [];
