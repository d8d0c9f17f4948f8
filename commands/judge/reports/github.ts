import type { Report } from "./report";

/** Workflow commands, which GitHub shows beside the lines of a pull request. */
export function githubReport({ judgements }: Report): string {
    return judgements
        .map(({ rule, level, message, subject, at }) => {
            const command = level === "mandatory" ? "error" : "warning";
            const place = at === undefined ? {} : { file: at.file, line: at.line, col: at.column };
            const title = subject === undefined ? rule.name : `${rule.name}: ${subject}`;
            const properties = Object.entries({ ...place, title }).map(
                ([name, value]) => `${name}=${escapedProperty(String(value))}`,
            );
            return `::${command} ${properties.join(",")}::${escaped(message)}`;
        })
        .join("\n");
}

/** actions/toolkit `packages/core/src/command.ts`. */
function escaped(text: string): string {
    return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
    return escaped(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
