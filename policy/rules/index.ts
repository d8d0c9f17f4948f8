import type { Rule } from "../framework/rule";
import { gateway } from "./gateway";
import { inferencePort } from "./inferencePort";
import { referenceGrantPresence } from "./referenceGrantPresence";
import { referenceGrantScope } from "./referenceGrantScope";
import { selectors } from "./selectors";

/** The rules of the pack, in the order in which they run. */
export const rules: readonly Rule[] = [
    referenceGrantPresence,
    referenceGrantScope,
    inferencePort,
    selectors,
    gateway,
];
