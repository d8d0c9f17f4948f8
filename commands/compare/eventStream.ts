import { LineSplitter } from "../shared/lines";

/** What one event of a stream of completions says. */
export interface CompletionEvent {
    /** Whether it brings text. */
    hasText: boolean;
    /** Tokens of the whole answer, where the event counts them. */
    completionTokens?: number;
}

/** The part of OpenAI's completion chunk that is read. */
interface Chunk {
    choices?: { text?: string | null }[];
    usage?: { completion_tokens?: number } | null;
}

/**
 * Takes a stream of server-sent events apart as it comes, wherever its pieces are cut.
 *
 * @param take gets each event once its line is whole.
 */
export function eventStream(take: (event: CompletionEvent) => void): LineSplitter {
    return new LineSplitter((line) => {
        const event = eventOf(line.trimEnd());
        if (event !== undefined) {
            take(event);
        }
    });
}

function eventOf(line: string): CompletionEvent | undefined {
    const [, data] = /^data: ?(.*)$/.exec(line) ?? [];
    if (data === undefined || data === "[DONE]") {
        return undefined;
    }
    try {
        const { choices = [], usage } = JSON.parse(data) as Chunk;
        return {
            hasText: choices.some(({ text }) => typeof text === "string" && text !== ""),
            completionTokens: usage?.completion_tokens,
        };
    } catch {
        return undefined;
    }
}
