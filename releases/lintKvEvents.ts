import type { ConfigProblem } from "./configProblem";
import type { EppRelease } from "./epp";
import { kvEventReaders } from "./kvEvents";
import type { Plugin } from "./pickerConfigShape";
import { nameOf } from "./pickerConfigShape";

const { producer, scorer } = kvEventReaders;

/** The older name of the second one still counts. */
const tokenProducers = ["token-producer", "tokenizer"];

/** Each asks something else for tokens than the EPP's own estimate (router 0.9.0 and 0.10.0 `tokenizer.go`). */
const tokenSources = ["vllm", "modelName", "udsTokenizerConfig"];

/**
 * What keeps a plugin that knows prompts by events from having any effect, though the EPP starts with it: nobody reads it,
 * or prompts are cut into estimated tokens, which are in no cache.
 */
export function lintKvEvents(plugins: readonly Plugin[], release: EppRelease | undefined): ConfigProblem[] {
    if (!release?.asksForTokens) {
        return [];
    }
    const realTokens = plugins.some(
        ({ type, parameters }) =>
            tokenProducers.includes(type) && tokenSources.some((source) => source in (parameters ?? {})),
    );
    return plugins.flatMap((plugin, index) => {
        if (plugin.type !== producer) {
            return [];
        }
        const name = nameOf(plugin);
        // The older scorer takes whatever such producer there is.
        const isRead = plugins.some(
            ({ type, parameters }) => type === scorer || parameters?.prefixMatchInfoProducerName === name,
        );
        const problem = (id: ConfigProblem["id"], text: string): ConfigProblem => ({
            id,
            path: `plugins.${String(index)}`,
            message: `Plugin ${name}: ${text}`,
        });
        return [
            ...(realTokens
                ? []
                : [
                      problem(
                          "estimated-tokens",
                          `no token-producer asks a model server for tokens (vllm), so that EPP ${release.minor} estimates them, and finds none of them in any cache.`,
                      ),
                  ]),
            ...(isRead
                ? []
                : [
                      problem(
                          "unread-producer",
                          `no plugin has it as prefixMatchInfoProducerName; a prefix-cache-scorer without one reads what EPP ${release.minor} remembers by itself.`,
                      ),
                  ]),
        ];
    });
}
