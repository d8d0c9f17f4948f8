import type { KubernetesObject } from "../../objects/kubernetesObject";
import { printable, shortened } from "../../objects/printable";
import type { ExemptionConfig } from "./exemptions";
import { isExempt } from "./exemptions";
import type { FixOf } from "./fix";
import type { Failure, Findings, Violation, Waiting } from "./finding";
import type { Rule } from "./rule";

/** What is reported of a finding. */
export interface RuleReport {
    /** What it is about; undefined for nothing in particular. */
    readonly object?: KubernetesObject;
    /** Where in the object it is, where that is not the first field that the message names. */
    readonly path?: readonly string[];
    /** Fit for a terminal, and of bounded length. */
    readonly message: string;
    /** What would decide it, which is not among what was judged; undefined for a finding that is certain. */
    readonly decidedBy?: string;
    /** Whether it stops nobody, whatever the rule's level is. */
    readonly advisory: boolean;
    readonly fix?: FixOf;
}

/** Longest message, in characters. One may repeat any text of an object, of which a ConfigMap holds a megabyte. */
const longestMessage = 1200;

/**
 * What is reported of a rule's findings: what is exempt, or waits for a value, as advice, and failures of the rule as one.
 *
 * @param isWhole whether all that there is was judged, as a program is. If not, what an object that was not given would
 * decide is advice that names it.
 */
export function* reportsOf(
    rule: Rule,
    config: ExemptionConfig,
    findings: Findings,
    isWhole = true,
): Iterable<RuleReport> {
    const diagnostic = (
        object: KubernetesObject | undefined,
        message: string,
        advisory: boolean,
        further: Pick<RuleReport, "path" | "decidedBy" | "fix"> = {},
    ): RuleReport => ({
        object,
        ...further,
        // A message has lines of its own.
        message: shortened(message, longestMessage).split("\n").map(printable).join("\n"),
        advisory,
    });
    const tell = ({ object, message, path, absent, level, fix }: Violation): RuleReport => {
        if (object && isExempt(object.toString(), config)) {
            return diagnostic(object, `Exempt by the pack's config: ${message}`, true, { path });
        }
        const decidedBy = isWhole ? undefined : absent;
        // What is not there to be seen may be right as it is.
        return decidedBy === undefined
            ? diagnostic(object, message, level === "advisory", { path, fix })
            : diagnostic(object, `Decided by ${decidedBy}, which is not in the input: ${message}`, true, {
                  path,
                  decidedBy,
              });
    };
    const waiting = new Set<string>();
    const failures: Failure[] = [];
    for (const finding of findings) {
        if ("unknown" in finding) {
            const message = waitingMessage(rule, finding);
            if (!waiting.has(message)) {
                waiting.add(message);
                yield diagnostic(finding.object, message, true);
            }
        } else if ("error" in finding) {
            failures.push(finding);
        } else {
            yield tell(finding);
        }
    }
    // One for all: what fails for one object mostly fails for every object, and for one reason.
    const [first] = failures;
    if (first) {
        yield tell({ object: first.object, message: failureMessage(rule, first, failures.length - 1) });
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
