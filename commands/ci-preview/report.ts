import { append } from "../../objects/multimap";
import { markdownOf, renderMermaid } from "../topology/mermaid";
import { topologyOfPreview } from "../topology/preview";
import type { RunResult, Violation } from "../shared/runResult";
import type { ObjectChange, Verb } from "./changes";
import { objectChanges, objectName } from "./changes";

/** A preview of an environment, ended one way or the other. */
export interface EnvironmentPreview {
    /** The environment's name. */
    environment: string;
    result: RunResult;
    /** What the engine said when it failed; undefined when it did not. Mandatory violations make it fail, too. */
    failure?: string;
    /** Whether a change is a fault: the cluster is compared with what was deployed before. */
    expectNoChanges: boolean;
}

/** How a preview ended: with changes where some are allowed is `passed`. */
export type Verdict = "passed" | "failed" | "drifted";

/** What a command that previews exits with. 2 is bad usage. */
export const exitCodes: Record<Verdict, number> = { passed: 0, failed: 1, drifted: 3 };

/**
 * Most characters of one environment's report. Three of them make one comment, of which GitHub takes 65,536.
 */
export const reportLimit = 21_000;

/** Most characters of one section; the job's own log has all of it. */
const limits = { changes: 8_000, message: 2_000, failure: 3_000 };

/** Says whether a preview can be merged, or its environment is as it was deployed. */
export function verdictOf({ result, failure, expectNoChanges }: EnvironmentPreview): Verdict {
    if (failure !== undefined || mandatory(result).length > 0) {
        return "failed";
    }
    return expectNoChanges && objectChanges(result.steps).length > 0 ? "drifted" : "passed";
}

/** The report on a preview in Markdown, for a comment, an issue or a job's summary: at most {@link reportLimit} long. */
export function renderReport(preview: EnvironmentPreview): string {
    const { result } = preview;
    const changes = objectChanges(result.steps);
    const sections = fitting([
        `## ${preview.environment}: ${headline(preview, changes)}`,
        ...failureText(preview),
        ...violationTexts(result),
        ...warningTexts(result),
        ...changeTexts(changes),
        ...topologyText(preview),
    ]);
    return `${sections.join("\n\n")}\n`;
}

/** The sections that fit. One that does not is left out whole, so that no block stays open. */
function fitting(sections: readonly string[]): string[] {
    const note = (count: number) => `... and ${plural(count, "more section")}, in the job's log.`;
    let room = reportLimit - note(sections.length).length - 2;
    const kept = sections.filter((section) => {
        const fits = section.length + 2 <= room;
        room -= fits ? section.length + 2 : 0;
        return fits;
    });
    const left = sections.length - kept.length;
    return left > 0 ? [...kept, note(left)] : kept;
}

function headline(preview: EnvironmentPreview, changes: readonly ObjectChange[]): string {
    const { result } = preview;
    const counted = countText(changes);
    switch (verdictOf(preview)) {
        case "failed": {
            const count = mandatory(result).length;
            return count > 0 ? `refused, ${plural(count, "mandatory violation")}` : "the preview failed";
        }
        case "drifted":
            return `drifted (${counted})`;
        case "passed":
            return counted === "" ? "no changes" : counted;
    }
}

function countText(changes: readonly ObjectChange[]): string {
    const order: Verb[] = ["create", "update", "replace", "delete"];
    return order
        .map((verb) => [changes.filter((change) => change.verb === verb).length, verb] as const)
        .filter(([count]) => count > 0)
        .map(([count, verb]) => `${String(count)} to ${verb}`)
        .join(", ");
}

function failureText({ failure, result }: EnvironmentPreview): string[] {
    // The violations tell by themselves what failed.
    return failure === undefined || mandatory(result).length > 0
        ? []
        : [`**The preview failed:**\n\n${fenced("text", shorten(failure, limits.failure))}`];
}

function violationTexts(result: RunResult): string[] {
    const objects = new Map(result.steps.map((step) => [step.urn, objectName(step)]));
    const others = result.violations.filter(({ level }) => level !== "mandatory");
    const ordered = [...mandatory(result), ...others.filter((violation) => !isWaiting(violation))];
    // What one rule has to say of one resource is one paragraph.
    const messages = new Map<string, string[]>();
    for (const { level, policy, urn, message } of ordered) {
        const object = urn === undefined ? undefined : (objects.get(urn) ?? urn);
        const title = `**${level}** \`${policy}\`${object === undefined ? "" : ` on \`${object}\``}`;
        append(messages, title, message);
    }
    const known =
        messages.size === 0
            ? ["The policy pack has nothing to say."]
            : [...messages].map(([title, texts]) => messageText(title, texts.join("\n")));
    return [...known, ...waitingText(others.filter(isWaiting))];
}

/** The pack's advice that a check cannot be made before `pulumi up` (`publish` in policy/framework/toPolicies.ts). */
function isWaiting({ level, message }: Violation): boolean {
    return level === "advisory" && /^The check \S+.* waits for `pulumi up`: /.test(message);
}

/** A preview of something new says of most checks what they wait for, and a reviewer can do nothing about it. */
function waitingText(waiting: readonly Violation[]): string[] {
    if (waiting.length === 0) {
        return [];
    }
    const text = fenced("text", shorten(waiting.map(({ message }) => message).join("\n"), limits.message));
    const count = `${plural(waiting.length, "check")} of the policy pack`;
    const verb = waiting.length === 1 ? "waits" : "wait";
    const summary = `${count} ${verb} for values that are not known in a preview`;
    return [`<details><summary>${summary}</summary>\n\n${text}\n\n</details>`];
}

function warningTexts({ diagnostics }: RunResult): string[] {
    const messages = diagnostics
        .filter(({ severity }) => severity === "warning")
        .map(({ message }) => message)
        // Of interest on the machine that it is said on, and not to a reviewer.
        .filter((message) => !/^using pulumi-\S+ from \$PATH/.test(message));
    return [...new Set(messages)].map((message) => messageText("**warning**", message));
}

function messageText(title: string, message: string): string {
    return `${title}:\n\n${fenced("text", shorten(message, limits.message))}`;
}

function changeTexts(changes: readonly ObjectChange[]): string[] {
    if (changes.length === 0) {
        return [];
    }
    // A diff block colours lines that begin with +, - and !.
    const signs: Record<Verb, string> = { create: "+", update: "!", replace: "-+", delete: "-" };
    // What loses something first; then by name, so that one report can be compared with the next.
    const order: Verb[] = ["delete", "replace", "update", "create"];
    const sorted = [...changes].sort(
        (a, b) => order.indexOf(a.verb) - order.indexOf(b.verb) || (a.object < b.object ? -1 : 1),
    );
    const lines = sorted.flatMap(({ verb, object, properties }) => [
        `${signs[verb]} ${verb} ${object}`,
        ...properties.map((property) => `      ${property}`),
    ]);
    const text = fenced("diff", shorten(lines.join("\n"), limits.changes));
    return [`<details><summary>Changes</summary>\n\n${text}\n\n</details>`];
}

function topologyText({ result }: EnvironmentPreview): string[] {
    // A program that failed early has registered nothing to draw.
    if (!result.steps.some(({ type }) => type.startsWith("kubernetes:"))) {
        return [];
    }
    const drawing = markdownOf(renderMermaid(topologyOfPreview(result.steps)));
    return [`<details><summary>Topology</summary>\n\n${drawing}\n</details>`];
}

function mandatory({ violations }: RunResult): Violation[] {
    return violations.filter(({ level }) => level === "mandatory");
}

function plural(count: number, noun: string): string {
    return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A block that nothing in the text can end: what a program or a pull request says is shown, and never rendered. */
function fenced(language: string, text: string): string {
    const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return `${fence}${language}\n${text}\n${fence}`;
}

function shorten(text: string, limit: number): string {
    const mark = "\n... (cut; the job's log has all of it)";
    return text.length <= limit ? text : `${text.slice(0, limit - mark.length)}${mark}`;
}
