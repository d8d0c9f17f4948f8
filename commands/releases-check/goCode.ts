import type { GoFile, GoPackage } from "./goTree";

/** What a name of a file (`pkg.Name` or `Name`) stands for, and where that is declared. */
interface Found {
    match: RegExpExecArray;
    file: GoFile;
    scope: GoPackage;
}

/** Where a file's own names are looked for, and it itself. */
export interface Place {
    file: GoFile;
    scope: GoPackage;
}

/** The text that a constant, or a variable, stands for; undefined where that is not a literal in the end. */
export function textOf(expression: string, place: Place): string | undefined {
    const literal = /^"([^"]*)"$/.exec(expression.trim())?.[1];
    if (literal !== undefined) {
        return literal;
    }
    const value = declared(
        expression,
        place,
        (name) => `^\\s*(?:const\\s+|var\\s+)?${name}(?:\\s+\\w+)?\\s*=\\s*(\\S+)\\s*$`,
    );
    return value && textOf(value.match[1] ?? "", value);
}

/**
 * Names of the parameters that a plugin's factory reads: the json names of what it decodes into, and where it tries
 * several forms, of all of them. Undefined where the code is of another form than factories have.
 */
export function parametersOf(factory: string, place: Place): string[] | undefined {
    const found = declared(factory, place, (name) => `^func ${name}\\(([^)]*)\\)[^{\\n]*\\{\\n([^]*?)^\\}`);
    if (found === undefined) {
        return undefined;
    }
    const [, signature = "", body = ""] = found.match;
    const raw = /(\w+)(?: json\.RawMessage| \*json\.Decoder)/.exec(signature)?.[1] ?? "";
    if (raw === "_") {
        return [];
    }
    const targets = [...body.matchAll(/(?:Unmarshal\(\w+,\s*|\.Decode\()&?(\w+)\)/g)];
    if (targets.length > 0) {
        const fields = targets
            .map(([, target = ""]) => fieldsOfVariable(target, body, found))
            .filter(isKnown);
        return fields.length === 0 ? undefined : [...new Set(fields.flat())].sort();
    }
    // It hands them on.
    const next = [...body.matchAll(new RegExp(`\\b([\\w.]+)\\([^()]*\\b${raw}\\b[^()]*\\)`, "g"))];
    return next.map(([, name = ""]) => parametersOf(name, found)).find(isKnown);
}

function isKnown<T>(value: T | undefined): value is T {
    return value !== undefined;
}

/** The json names of the struct that a local variable is of. */
function fieldsOfVariable(variable: string, body: string, place: Place): string[] | undefined {
    const declaration = new RegExp(
        `\\bvar ${variable}\\s+\\*?([\\w.]+)|\\b${variable}(?:, err)?\\s*:?=\\s*&?([\\w.]+)(\\{|\\(|\\s)`,
    ).exec(body);
    const [, declaredAs, source = "", form] = declaration ?? [];
    if (declaredAs === "struct") {
        return [];
    }
    if (declaredAs !== undefined) {
        return fieldsOf(declaredAs, place);
    }
    switch (form) {
        case "{":
            return fieldsOf(source, place);
        case "(": {
            const made = declared(source, place, (name) => `^func ${name}\\([^)]*\\)\\s*\\(?\\*?([\\w.]+)`);
            return made && fieldsOf(made.match[1] ?? "", made);
        }
        default: {
            const copied = declared(
                source,
                place,
                (name) => `^\\s*(?:var\\s+)?${name}\\s*=\\s*&?([\\w.]+)\\{`,
            );
            return copied && fieldsOf(copied.match[1] ?? "", copied);
        }
    }
}

function fieldsOf(struct: string, place: Place): string[] | undefined {
    const found = declared(struct, place, (name) => `^(?:type )?\\s*${name}\\s+struct\\s*\\{([^]*?)^\\s*\\}`);
    if (found === undefined) {
        const same = declared(struct, place, (name) => `^type ${name}\\s+=?\\s*([\\w.]+)$`);
        return same && fieldsOf(same.match[1] ?? "", same);
    }
    return (found.match[1] ?? "").split("\n").flatMap((line) => {
        const name = /json:"([^",]+)/.exec(line)?.[1];
        if (name !== undefined) {
            return name === "-" ? [] : [name];
        }
        const embedded = /^\s*\*?([\w.]+)\s*(?:`json:",inline"`)?\s*$/.exec(line)?.[1];
        // A field without a tag goes by its own name, where it is exported.
        const bare = /^\s*([A-Z]\w*)\s+\S/.exec(line)?.[1];
        return embedded !== undefined ? (fieldsOf(embedded, found) ?? []) : bare !== undefined ? [bare] : [];
    });
}

function declared(
    name: string,
    { file, scope }: Place,
    pattern: (name: string) => string,
): Found | undefined {
    const [first = "", second] = name.trim().split(".");
    const home = second === undefined ? scope : file.imports.get(first);
    const expression = new RegExp(pattern(second ?? first), "m");
    for (const candidate of home?.files ?? []) {
        const match = expression.exec(candidate.text);
        if (match !== null) {
            return { match, file: candidate, scope: home! };
        }
    }
    return undefined;
}
