import type { Generator } from "../mutation";
import { gatewayRule } from "./gateway";
import { harmlessChanges } from "./harmless";
import { inferencePort } from "./inferencePort";
import { referenceGrantPresence, referenceGrantScope } from "./referenceGrants";
import { selectorRule } from "./selectors";

/** Every generator of mutations: one file for each rule, and `harmless`. */
export const generators: readonly Generator[] = [
    referenceGrantPresence,
    referenceGrantScope,
    inferencePort,
    selectorRule,
    gatewayRule,
    harmlessChanges,
];
