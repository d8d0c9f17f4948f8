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

/** Takes a stream of server-sent events apart as it comes, wherever its pieces are cut. */
export class EventStream {
    private rest = "";

    /** @returns the events that the piece completes. */
    add(piece: string): CompletionEvent[] {
        const lines = (this.rest + piece).split("\n");
        this.rest = lines.pop()!;
        return lines.flatMap((line) => eventOf(line.trimEnd()) ?? []);
    }
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
