import type { Random } from "./random";

/** How requests are made. */
export interface RequestShape {
    /** Name that requests must give in `model`. */
    model: string;
    /** Longest answer, in tokens. */
    maxTokens: number;
    /** Words that every prompt begins with. 0: prompts have no beginning in common. */
    sharedPrefix: number;
}

const words =
    "amber basil cedar delta ember fjord grove heron inlet jolly karst lotus maple north ocean pearl quill river stone tulip".split(
        " ",
    );

/**
 * Makes request bodies, no two alike: a prompt that was seen before would be served from a pod's prefix cache, and the
 * path that is second to send it would look fast. All paths and rounds of a run take theirs from one maker.
 */
export function promptMaker({ model, maxTokens, sharedPrefix }: RequestShape, random: Random): () => string {
    const some = (count: number) =>
        Array.from({ length: count }, () => words[Math.floor(random() * words.length)]).join(" ");
    const prefix = sharedPrefix === 0 ? "" : `${some(sharedPrefix)} `;
    let number = 0;
    return () => {
        number++;
        return JSON.stringify({
            model,
            // Random words first: prefix caches compare from the beginning, in blocks.
            prompt: `${prefix}${some(16)} ${String(number)}`,
            max_tokens: maxTokens,
        });
    };
}
