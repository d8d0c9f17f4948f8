import type { Rule } from "../framework/rule";
import { referenceGrantPresence } from "./referenceGrantPresence";
import { referenceGrantScope } from "./referenceGrantScope";

/** The rules of the pack, in the order in which they run. */
export const rules: readonly Rule[] = [referenceGrantPresence, referenceGrantScope];
