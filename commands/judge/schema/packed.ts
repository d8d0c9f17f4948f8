import * as fs from "fs";
import * as path from "path";

/** What a value may be, in the words of JSON schema, with other schemas by their place in {@link Packed.schemas}. */
export interface Schema {
    /** `quantity` and `int-or-string` are texts or numbers. */
    readonly type?:
        "object" | "array" | "string" | "integer" | "number" | "boolean" | "int-or-string" | "quantity";
    readonly properties?: Readonly<Record<string, number>>;
    /** Of what a map's keys lead to: `additionalProperties`. */
    readonly values?: number;
    readonly items?: number;
    /** Whether fields are kept that it does not know. */
    readonly open?: true;
    readonly required?: readonly string[];
    readonly enum?: readonly unknown[];
    readonly pattern?: string;
    readonly format?: "byte";
    readonly minimum?: number;
    readonly maximum?: number;
    readonly minLength?: number;
    readonly maxLength?: number;
    readonly minItems?: number;
    readonly maxItems?: number;
    readonly minProperties?: number;
    readonly maxProperties?: number;
    /** Of fields, where the forms below may depend on them: the API server fills them in first. */
    readonly defaults?: Readonly<Record<string, unknown>>;
    readonly oneOf?: readonly number[];
    readonly anyOf?: readonly number[];
    readonly allOf?: readonly number[];
    readonly not?: number;
}

/** The schemas of some API groups, each schema once however often it occurs. */
export interface Packed {
    /** By group, kind and version; a root says nothing of `metadata` and `status`. */
    readonly kinds: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;
    /** Of any object's `metadata`; with Kubernetes' own groups. */
    readonly metadata?: number;
    readonly schemas: readonly Schema[];
}

/** Where `npm run schemas` writes to, from the toolchain's definitions: a file for Kubernetes' own groups, and one for each other. */
export const packedFolder = path.join(__dirname, "packed");

/** The name of what has the groups that every Kubernetes has. */
export const kubernetes = "kubernetes";

const loaded = new Map<string, Packed | undefined>();

/** Reads a file at its first use: few inputs have objects of more than three groups. */
export function packedOf(name: string): Packed | undefined {
    if (!loaded.has(name)) {
        const file = path.join(packedFolder, `${name}.json`);
        loaded.set(
            name,
            fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Packed) : undefined,
        );
    }
    return loaded.get(name);
}
