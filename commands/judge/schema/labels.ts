import { groupBy } from "../../../objects/multimap";
import { inferenceLabels } from "../../../objects/servers";
import type { SchemaProblem } from "./validate";

const plain = (key: string) => key.toLowerCase().replaceAll("-", "");

/** llm-d's labels, by their letters. */
const byLetters = groupBy(inferenceLabels, plain);

/**
 * Labels that are one of llm-d's but for case and dashes, as `llm-d.ai/inferenceserving`: to Kubernetes they are others,
 * and nothing that looks for llm-d's finds them. They are found wherever they are keys: in labels and in selectors.
 */
export function* misspeltLabels(value: unknown, path: readonly string[] = []): Generator<SchemaProblem> {
    if (typeof value !== "object" || value === null) {
        return;
    }
    for (const [key, child] of Object.entries(value)) {
        const at = [...path, key];
        const meant = key.includes("/") ? byLetters.get(plain(key)) : undefined;
        if (meant && !meant.includes(key)) {
            yield { path: at, message: `is none of llm-d's labels; meant is ${meant.join(" or ")}` };
        }
        yield* misspeltLabels(child, at);
    }
}
