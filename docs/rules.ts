import { explain } from "../commands/judge/explain";
import { judgedBy } from "../commands/judge/rules";

/** The page of the policy pack's rules, made of the rules alone: what `npm run judge -- --explain` says of each. */
export function rulesPage(): string {
    return [
        "# The rules",
        "<!-- Made by `npm run docs` of policy/rules and commands/judge/schema. -->",
        "What the [policy pack](../policy/README.md) and [`judge`](commands.md#judge) hold manifests to, in the order in which they are judged. `schema` is of `judge` alone.",
        ...judgedBy.map(explain),
    ].join("\n\n");
}
