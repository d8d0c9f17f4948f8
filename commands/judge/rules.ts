import type { Rule } from "../../policy/framework/rule";
import { rules } from "../../policy/rules";
import { schema } from "./schema";

/** What manifests are judged by, in this order: whether the API server takes them, and then the policy pack. */
export const judgedBy: readonly Rule[] = [schema, ...rules];
