import type { Container } from "../../objects/containers";
import { list, text } from "../../objects/json";
import type { Fix } from "./fix";
import { setField } from "./fix";

/**
 * The change of what a flag is given, in its own argument or in the next. There is none in a shell's command line, nor for
 * a value from the environment.
 *
 * @param path of the argument with the flag.
 */
export function setFlag(container: Container, path: string, value: string): Fix | undefined {
    const { word, next } = argumentAt(container, path);
    const [, flag] = /^(--?[^=\s]+)=\S*$/.exec(word) ?? [];
    if (word.includes("$(") || next?.value.includes("$(")) {
        return undefined;
    }
    if (flag !== undefined) {
        return setField(path, `${flag}=${value}`);
    }
    return next && /^--?[^=\s]+$/.test(word) ? setField(next.path, value) : undefined;
}

/** The change of a flag with one dash to one with two. */
export function addDash(container: Container, path: string): Fix | undefined {
    const { word } = argumentAt(container, path);
    return /^-[^-\s]\S*$/.test(word) ? setField(path, `-${word}`) : undefined;
}

function argumentAt(
    container: Container,
    path: string,
): { word: string; next?: { value: string; path: string } } {
    const [field = "", position = ""] = path.slice(container.path.length + 1).split(".");
    const words = list(container.fields[field]);
    const after = Number(position) + 1;
    const value = text(words[after]);
    return {
        word: text(words[Number(position)]) ?? "",
        ...(value !== undefined && { next: { value, path: `${container.path}.${field}.${String(after)}` } }),
    };
}
