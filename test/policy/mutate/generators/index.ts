import type { Generator } from "../mutation";

/** Every generator of mutations: one file for each rule, and `harmless`. */
export const generators: readonly Generator[] = [];
