import type {
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";
import type { ExemptionConfig } from "./exemptions";
import type { Findings } from "./finding";
import { each, isolated } from "./finding";
import { reportsOf } from "./reports";
import type { Rule } from "./rule";
import { configOf, configSchema } from "./ruleConfig";
import { KubernetesObject } from "../../objects/kubernetesObject";
import { StackIndex } from "../../objects/stackIndex";

/**
 * The report that `reportViolation` takes besides a text: it sets the level of one violation. Typed as text only in
 * @pulumi/policy 1.21.0, and read as this by its server.js (`makeReportViolationFun`).
 */
interface LeveledViolation {
    message: string;
    urn?: string;
    enforcementLevel: "advisory";
}

/** Turns a rule into the policy that serves it: a resource policy, a stack policy, or both under one name. */
export function toPolicy<C extends object>(rule: Rule<C>): ResourceValidationPolicy | StackValidationPolicy {
    const { name, description, severity, enforcementLevel, remediationSteps } = rule;
    const policy: Policy & Partial<ResourceValidationPolicy & StackValidationPolicy> = {
        name,
        description,
        severity,
        enforcementLevel,
        remediationSteps,
        configSchema: configSchema(rule),
    };
    const { checkResource, checkStack } = rule;
    if (checkResource) {
        policy.validateResource = (args, report) => {
            const object = KubernetesObject.of(args);
            const config = configOf(rule, args.getConfig());
            if (object) {
                publish(
                    rule,
                    config,
                    each([object], (item) => checkResource(item, config)),
                    report,
                );
            }
        };
    }
    if (checkStack) {
        policy.validateStack = (args, report) => {
            const config = configOf(rule, args.getConfig());
            publish(
                rule,
                config,
                isolated(() => checkStack(indexOf(args.resources), config)),
                report,
            );
        };
    }
    return policy;
}

const indexes = new WeakMap<object, StackIndex>();

/**
 * The index of the resources of one stack analysis, made once for all rules.
 *
 * The server builds a new `resources` array for each policy, but each resource's `opts.aliases` is the very array that
 * the decoded request holds, hence the same for all policies of an analysis and for no other (@pulumi/policy 1.21.0,
 * server.js `getResourceOptions`). Should that change, each rule makes an index of its own.
 */
function indexOf(resources: readonly PolicyResource[]): StackIndex {
    const key = resources[0]?.opts?.aliases ?? resources;
    let index = indexes.get(key);
    if (!index) {
        index = new StackIndex(resources);
        indexes.set(key, index);
    }
    return index;
}

function publish(rule: Rule, config: ExemptionConfig, findings: Findings, report: ReportViolation): void {
    for (const { message, object, advisory } of reportsOf(rule, config, findings)) {
        if (advisory) {
            (report as unknown as (violation: LeveledViolation) => void)({
                message,
                urn: object?.urn,
                enforcementLevel: "advisory",
            });
        } else {
            report(message, object?.urn);
        }
    }
}
