import { strict as assert } from "assert";
import fc from "fast-check";
import type {
    PolicyResource,
    ReportViolation,
    ResourceValidationPolicy,
    StackValidationPolicy,
} from "@pulumi/policy";
import { toPolicy } from "../../../policy/framework/toPolicies";
import { rules } from "../../../policy/rules";
import type { ResourceLike } from "../../../objects/kubernetesObject";
import { stack } from "../support/resources";
import { hostilePrograms } from "./hostile";
import { processorTime } from "../../support/processor";

/** What a campaign came to. */
export interface FuzzReport {
    programs: number;
    findings: number;
    /** Findings that a check failed, for which only the size of an object is a reason. */
    tooLarge: number;
    /** The longest that all rules together took for one program, in milliseconds. */
    slowest: number;
}

/** No program of some twenty objects takes all rules longer than this, on a machine that others use too. */
const patience = 20_000;
const longest = 8000;

/** How many programs are judged between two looks at the time. */
const batch = 100;

/**
 * Judges hostile programs for a time: no rule throws, none fails for another reason than an object's size, none takes
 * long, and what they say is short and harmless to a terminal.
 *
 * @param milliseconds of the processor's time.
 * @throws Error with the program, made as small as it goes, and the seed that gives it first, where one does.
 */
export function fuzzRules(milliseconds: number, seed = Date.now() % 1_000_000): FuzzReport {
    const report: FuzzReport = { programs: 0, findings: 0, tooLarge: 0, slowest: 0 };
    const policies = rules.map(toPolicy) as (ResourceValidationPolicy & StackValidationPolicy)[];
    const property = fc.property(hostilePrograms, (program) => {
        let messages: string[] = [];
        const took = processorTime(() => (messages = judge(policies, program)));
        for (const message of messages) {
            report.findings++;
            assert.ok(message.length <= longest, `${String(message.length)} characters`);
            // A message has lines of its own.
            assert.doesNotMatch(message.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
            if (/ failed.*, so that nothing is known/.test(message)) {
                assert.match(message, /RangeError: .* has more than/);
                report.tooLarge++;
            }
        }
        report.programs++;
        report.slowest = Math.max(report.slowest, took);
        assert.ok(took < patience, `${String(took)} ms`);
    });
    let used = 0;
    for (let next = seed; used < milliseconds; next++) {
        used += processorTime(() => fc.assert(property, { numRuns: batch, seed: next }));
    }
    return report;
}

/** What all policies say of a program, as the policy server would ask them. */
function judge(
    policies: readonly (ResourceValidationPolicy & StackValidationPolicy)[],
    program: readonly ResourceLike[],
): string[] {
    const messages: string[] = [];
    const report = ((violation: string | { message: string }) =>
        messages.push(
            typeof violation === "string" ? violation : violation.message,
        )) as unknown as ReportViolation;
    const common = { getConfig: () => ({}), stackTags: new Map<string, string>(), opts: {} };
    const outputs = stack({ some: program[0]?.props });
    const resources = [outputs, ...program];
    for (const policy of policies) {
        for (const each of resources) {
            const validate = policy.validateResource as
                ((args: unknown, report: ReportViolation) => unknown) | undefined;
            validate?.({ ...common, ...each }, report);
        }
        const validate = policy.validateStack as
            ((args: unknown, report: ReportViolation) => unknown) | undefined;
        validate?.({ ...common, resources: resources as unknown as PolicyResource[] }, report);
    }
    return messages;
}
