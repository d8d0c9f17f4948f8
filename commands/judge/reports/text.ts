import { append } from "../../../objects/multimap";
import type { Judgement, Report } from "./report";

/** For people: grouped by object, each with what to do about it. */
export function textReport({ judgements, objects }: Report): string {
    const bySubject = new Map<string | undefined, Judgement[]>();
    judgements.forEach((judgement) => append(bySubject, judgement.subject, judgement));
    const groups = [...bySubject].map(([subject, own]) =>
        [subject ?? "All objects together", ...own.map(paragraph)].join("\n"),
    );
    return [...groups, summary(judgements, objects)].join("\n\n");
}

function paragraph({ rule, level, message, at }: Judgement): string {
    const place = at === undefined ? "" : `${at.file}:${String(at.line)}: `;
    return [
        `  ${place}${level === "mandatory" ? "violation" : "advice"} of ${rule.name}`,
        ...message.split("\n").map((line) => `    ${line}`),
        ...(level === "mandatory" ? [`    Fix: ${rule.remediationSteps}`] : []),
    ].join("\n");
}

function summary(judgements: readonly Judgement[], objects: number): string {
    const count = (level: Judgement["level"]) =>
        judgements.filter((judgement) => judgement.level === level).length;
    return `${String(objects)} objects: ${String(count("mandatory"))} violations, ${String(count("advisory"))} pieces of advice.`;
}
