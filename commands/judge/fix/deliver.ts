import * as fs from "fs";
import * as path from "path";
import type { Source } from "../manifests";
import { standardInput } from "../manifests";
import type { Judgement } from "../reports/report";
import type { Fixed } from "./fix";
import { unifiedDiff } from "./unifiedDiff";

/**
 * Hands over what was fixed: into the files, and what came from the standard input to the standard output, or all of it
 * as a patch there. What was done, and what was left alone, is told on the standard error.
 *
 * @param given the texts as they were, in the same order.
 */
export function deliver(
    given: readonly Source[],
    { sources, fixed, leftAlone }: Fixed,
    asPatch: boolean,
): void {
    for (const [position, { file, text }] of sources.entries()) {
        const before = given[position]?.text ?? "";
        if (asPatch) {
            process.stdout.write(unifiedDiff(path.relative("", file), before, text));
        } else if (file === standardInput) {
            process.stdout.write(text);
        } else if (text !== before) {
            fs.writeFileSync(file, text);
        }
    }
    for (const judgement of fixed) {
        console.error(`fixed ${described(judgement)}`);
    }
    for (const { judgement, reason } of leftAlone) {
        console.error(`left alone ${described(judgement)}: ${reason}`);
    }
}

/** Whether the standard output is for the texts, so that the report has to go elsewhere. */
export function takesOutput(given: readonly Source[], asPatch: boolean): boolean {
    return asPatch || given.some(({ file }) => file === standardInput);
}

function described({ rule, subject, at }: Judgement): string {
    const place = at === undefined ? "" : `${at.file}:${String(at.line)}: `;
    return `${place}${rule.name}${subject === undefined ? "" : ` of ${subject}`}`;
}
