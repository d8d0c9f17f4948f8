import type {
    Policy,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";
import type { ExemptionConfig } from "./exemptions";
import { exemptSchema, isExempt } from "./exemptions";
import type { Failure, Findings, Violation, Waiting } from "./finding";
import { each, isolated } from "./finding";
import { KubernetesObject } from "../../objects/kubernetesObject";
import { printable, shortened } from "../../objects/printable";
import type { Rule } from "./rule";
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

function configSchema<C extends object>({ config }: Rule<C>): PolicyConfigSchema {
    const properties: PolicyConfigSchema["properties"] = { exempt: { ...exemptSchema, default: [] } };
    for (const [key, schema] of Object.entries(config?.schema ?? {})) {
        const value = (
            config?.defaults as Record<string, PolicyConfigSchema["properties"][string]["default"]>
        )[key];
        properties[key] = { ...(schema as object), default: value };
    }
    return { properties };
}

function configOf<C extends object>(rule: Rule<C>, given: object): C & ExemptionConfig {
    return { ...rule.config?.defaults, ...given } as C & ExemptionConfig;
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

/** Longest message, in characters. One may repeat any text of an object, of which a ConfigMap holds a megabyte. */
const longestMessage = 1200;

function publish(rule: Rule, config: ExemptionConfig, findings: Findings, report: ReportViolation): void {
    const shown = (message: string) => printable(shortened(message, longestMessage));
    const advise = (message: string, urn: string | undefined) => {
        (report as unknown as (violation: LeveledViolation) => void)({
            message: shown(message),
            urn,
            enforcementLevel: "advisory",
        });
    };
    const tell = ({ object, message, level }: Violation) => {
        if (object && isExempt(object.toString(), config)) {
            advise(`Exempt by the pack's config: ${message}`, object.urn);
        } else if (level === "advisory") {
            advise(message, object?.urn);
        } else {
            report(shown(message), object?.urn);
        }
    };
    const waiting = new Set<string>();
    const failures: Failure[] = [];
    for (const finding of findings) {
        if ("unknown" in finding) {
            const message = waitingMessage(rule, finding);
            if (!waiting.has(message)) {
                waiting.add(message);
                advise(message, finding.object?.urn);
            }
        } else if ("error" in finding) {
            failures.push(finding);
        } else {
            tell(finding);
        }
    }
    // One for all: what fails for one object mostly fails for every object, and for one reason.
    const [first] = failures;
    if (first) {
        tell({ object: first.object, message: failureMessage(rule, first, failures.length - 1) });
    }
}

/** At the rule's own level: what could not be judged has not passed. */
function failureMessage({ name }: Rule, { object, error }: Failure, others: number): string {
    const subject = object ? ` of ${object.toString()}` : "";
    const more = others > 0 ? `, and ${String(others)} more of its checks` : "";
    const why = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return `The check ${name}${subject} failed${more}, so that nothing is known of what it judges: ${why}. Exempt the object or disable the rule to go on without it.`;
}

function waitingMessage({ name }: Rule, finding: Waiting): string {
    const subject = finding.object ? ` of ${finding.object.toString()}` : "";
    return `The check ${name}${subject} waits for \`pulumi up\`: ${finding.unknown.message}.`;
}
