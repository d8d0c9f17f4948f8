import { booleanFlags } from "../releases";
import { list, text } from "./json";
import type { UnknownInputError } from "./unknown";
import { Unknowns } from "./unknown";
import type { Container, Located } from "./containers";

/** A flag on a command line. */
export interface Flag {
    readonly name: string;
    readonly dashes: 1 | 2;
    /** As it stands in the argument, spaces and line ends included; `true` for a switch without a value. */
    readonly value: string;
    readonly path: string;
}

/** What Go's flag parsers make of a command line. */
export interface PickerArguments {
    readonly flags: readonly Flag[];
    /** Words between the flags that belong to none: the parser takes them for the end of the flags, or ignores them. */
    readonly stray: readonly (Located<string> & { readonly after: string })[];
    readonly unknowns: readonly UnknownInputError[];
}

/**
 * Reads the flags of a container's command and arguments. A shell's command line is not taken apart.
 *
 * @param switches flags that take no value from the next argument; those of an endpoint picker unless others are given.
 */
export function pickerArguments(
    container: Container,
    switches: ReadonlySet<string> = booleanFlags,
): PickerArguments {
    const unknowns = new Unknowns();
    const words: Located<string>[] = [];
    for (const field of ["command", "args"]) {
        unknowns.forEach(list(container.fields[field]), (word, position) => {
            words.push({ value: text(word) ?? "", path: `${container.path}.${field}.${String(position)}` });
        });
    }
    // Without every word, what follows a flag cannot be told from its value.
    if (unknowns.errors.length > 0 || /(^|\/)(ba|da|k|z)?sh$/.test(words[0]?.value ?? "")) {
        return { flags: [], stray: [], unknowns: unknowns.errors };
    }
    return { ...parse(words, switches), unknowns: [] };
}

function parse(
    words: readonly Located<string>[],
    switches: ReadonlySet<string>,
): Pick<PickerArguments, "flags" | "stray"> {
    const flags: Flag[] = [];
    const stray: PickerArguments["stray"][number][] = [];
    for (let position = 0; position < words.length; position++) {
        const { value, path } = words[position] ?? { value: "", path: "" };
        if (value === "--") {
            break;
        }
        const [, dashes, name = "", assigned] = /^(--?)([^-=][^=]*)(=[^]*)?$/.exec(value) ?? [];
        const previous = flags.at(-1);
        if (dashes === undefined) {
            if (previous) {
                stray.push({ value, path, after: previous.name });
            }
            continue;
        }
        const separate = assigned === undefined && !switches.has(name);
        if (separate) {
            position++;
        }
        const following = separate ? words[position]?.value : "true";
        flags.push({
            name,
            dashes: dashes === "-" ? 1 : 2,
            path,
            value: assigned?.slice(1) ?? following ?? "",
        });
    }
    return { flags, stray };
}
