/** What Mermaid makes of a flowchart: text of each node by its id, and the number of arrows. */
export interface ParsedFlowchart {
    vertices: Map<string, string>;
    edges: number;
}

interface Mermaid {
    parse(text: string): Promise<unknown>;
    mermaidAPI: {
        getDiagramFromText(text: string): Promise<{
            db: { getVertices(): Map<string, { text: string }>; getEdges(): unknown[] };
        }>;
    };
}

/**
 * Mermaid's own parser, in Node. It needs a document, which jsdom gives.
 *
 * @throws when the text is no valid diagram (from the function that it gives).
 */
export async function loadMermaid(): Promise<(text: string) => Promise<ParsedFlowchart>> {
    // Not literals: one has no types, and those of the other are of a later module resolution than this project's.
    const [document, parser] = ["jsdom", "mermaid"];
    const jsdom = (await import(document)) as {
        JSDOM: new (html: string) => { window: { document: unknown } };
    };
    const scope = globalThis as { window?: unknown; document?: unknown };
    const { window } = new jsdom.JSDOM("");
    scope.window ??= window;
    scope.document ??= window.document;
    const { default: mermaid } = (await import(parser)) as { default: Mermaid };
    return async (text) => {
        // Also loads the kinds of diagrams that there are.
        await mermaid.parse(text);
        const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
        return {
            vertices: new Map([...db.getVertices()].map(([id, vertex]) => [id, decode(vertex.text)])),
            edges: db.getEdges().length,
        };
    };
}

/** Mermaid keeps its entities as marks until it draws: `#34;` is a pair of these around the number. */
function decode(text: string): string {
    return text.replace(/\uFB02\u00B0\u00B0(\d+)\u00B6\u00DF/g, (_mark, code: string) =>
        String.fromCharCode(Number(code)),
    );
}
