import type { EnforcementLevel, Severity } from "@pulumi/policy";
import type { PolicyConfigJSONSchema } from "@pulumi/policy/schema";
import type { Findings } from "./finding";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { StackIndex } from "../../objects/stackIndex";

/** A rule's settings: what the policy pack's config may hold for it. */
export interface RuleConfig<C extends object> {
    /** Values where the config says nothing. The engine is told them as the schema's defaults. */
    readonly defaults: C;
    /** JSON schema of each setting, without its default. */
    readonly schema: { readonly [K in keyof C]: PolicyConfigJSONSchema };
}

/** One rule of the pack; it becomes one policy, with one name and one config. */
export interface Rule<C extends object = object> {
    /** Kebab-case; the key of the rule in the pack's config. */
    readonly name: string;
    /** One sentence that says what must be so. */
    readonly description: string;
    readonly severity: Severity;
    readonly enforcementLevel: Extract<EnforcementLevel, "advisory" | "mandatory">;
    /** What to do about a violation. */
    readonly remediationSteps: string;
    readonly config?: RuleConfig<C>;
    /** Judges one resource by its inputs, before it is created: a violation stops the creation. */
    checkResource?(this: void, object: KubernetesObject, config: C): Findings;
    /** Judges the resources of the program together, after they are registered. */
    checkStack?(this: void, index: StackIndex, config: C): Findings;
}
