import type { Json } from "./json";
import { integer, list, record, text } from "./json";
import type { PodTemplate } from "./podIndex";
import { UnknownInputError } from "./unknown";

/** A container of a pod template. */
export interface Container {
    readonly name: string;
    /** Where in the template's owner it is, e.g. `spec.template.spec.containers.0`. */
    readonly path: string;
    readonly fields: Json;
}

/** A value found in an object. */
export interface Located<T> {
    readonly value: T;
    /** Where in the object it is. */
    readonly path: string;
}

/** A port that a container declares. */
export interface DeclaredPort {
    readonly container: Container;
    readonly path: string;
    readonly name: string | undefined;
    readonly number: number | undefined;
}

/** The container of a pod that serves: the only one, or the first with arguments. */
export function mainContainerOf(template: PodTemplate): Container | undefined {
    const containers = containersOf(template);
    return containers.find(({ fields }) => list(fields.args).length > 0) ?? containers[0];
}

/** The containers of a pod, without its init containers. */
export function containersOf(template: PodTemplate): Container[] {
    return containersAt(template, "containers");
}

/** The containers whose ports a pod can be reached at: init containers that keep running are among them. */
export function listeningContainersOf(template: PodTemplate): Container[] {
    const sidecars = containersAt(template, "initContainers").filter(
        ({ fields }) => fields.restartPolicy === "Always",
    );
    return [...containersOf(template), ...sidecars];
}

function containersAt(template: PodTemplate, field: "containers" | "initContainers"): Container[] {
    const prefix = template.path === "" ? "spec" : `${template.path}.spec`;
    return list(template.spec[field]).map((value, position) => {
        const fields = record(value);
        return {
            name: text(fields.name) ?? String(position),
            path: `${prefix}.${field}.${String(position)}`,
            fields,
        };
    });
}

/** The ports that a container declares. */
export function declaredPortsOf(container: Container): DeclaredPort[] {
    return list(container.fields.ports).map((value, position) => {
        const port = record(value);
        return {
            container,
            path: `${container.path}.ports.${String(position)}.containerPort`,
            name: text(port.name),
            number: integer(port.containerPort),
        };
    });
}

/** The ports that the containers of a pod declare at which it can be reached. */
export function declaredPortsIn(template: PodTemplate): DeclaredPort[] {
    return listeningContainersOf(template).flatMap(declaredPortsOf);
}

/** The port that a name stands for in a pod: what a Service's `targetPort` or a PodMonitor's `port` resolves to. */
export function namedPort(template: PodTemplate, name: string): DeclaredPort | undefined {
    return declaredPortsIn(template).find((port) => port.name === name);
}

/**
 * The number that a Service's `targetPort` reaches in a pod, which digits as text give too; `undefined` for a name that
 * the pod does not declare.
 */
export function targetNumber(template: PodTemplate, target: number | string): number | undefined {
    if (typeof target === "number") {
        return target;
    }
    return /^\d+$/.test(target) ? Number(target) : namedPort(template, target)?.number;
}

/**
 * The values that a command line gives a flag: `--name=value`, `--name value`, the same with one dash, and within a
 * shell command that is one argument. `$(VARIABLE)` is replaced as Kubernetes does, from the container's `env`. A flag
 * without a value is `true`.
 *
 * @throws {UnknownInputError} if the flag is not found while an argument is not known, which may be the flag.
 */
export function flagValues(container: Container, name: string): Located<string>[] {
    const found: Located<string>[] = [];
    let unknown: UnknownInputError | undefined;
    for (const { value: argument, path } of commandLine(container, (error) => (unknown = error))) {
        found.push(...valuesIn(argument, name, path));
    }
    if (found.length === 0 && unknown) {
        throw unknown;
    }
    return found;
}

/** The value that a flag has: of several the last one, as for Go's `flag` package and pflag. */
export function flagValue(container: Container, name: string): Located<string> | undefined {
    return flagValues(container, name).at(-1);
}

interface Argument {
    readonly words: readonly string[];
    /** The first word of the next argument, if there is one. */
    next?: string;
}

/** The arguments in order; one that holds a shell command is split into words. */
function commandLine(
    container: Container,
    onUnknown: (error: UnknownInputError) => void,
): Located<Argument>[] {
    const line: Located<Argument>[] = [];
    for (const field of ["command", "args"]) {
        const values = list(container.fields[field]);
        for (let position = 0; position < values.length; position++) {
            try {
                const words = expand(text(values[position]) ?? "", container).split(/\s+/);
                const previous = line.at(-1);
                if (previous) {
                    previous.value.next = words[0];
                }
                line.push({ value: { words }, path: `${container.path}.${field}.${String(position)}` });
            } catch (error) {
                if (!(error instanceof UnknownInputError)) {
                    throw error;
                }
                onUnknown(error);
            }
        }
    }
    return line;
}

function valuesIn({ words, next }: Argument, name: string, path: string): Located<string>[] {
    return words.flatMap((word, position) => {
        const match = /^--?([^=]+)(?:=(.*))?$/.exec(word);
        if (match?.[1] !== name) {
            return [];
        }
        const following = words[position + 1] ?? next;
        const value = match[2] ?? (following === undefined || following.startsWith("-") ? "true" : following);
        return [{ value, path }];
    });
}

/** The entry of a container's `env` that has a name. */
export function variableOf({ fields, path }: Container, name: string): Located<Json> | undefined {
    const entries = list(fields.env).map(record);
    const position = entries.findIndex((entry) => entry.name === name);
    const value = entries[position];
    return value && { value, path: `${path}.env.${String(position)}` };
}

/** Replaces `$(VARIABLE)` by the value that the container's `env` gives it; a variable without one stays as it is. */
export function expand(argument: string, container: Container): string {
    return argument.replace(/\$\(([A-Za-z_][A-Za-z0-9_.-]*)\)/g, (reference, variable: string) => {
        return text(variableOf(container, variable)?.value.value) ?? reference;
    });
}
