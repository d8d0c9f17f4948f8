import { z } from "zod";
import { settingsSchema } from "../components/settings";
import { modelSchema } from "../components/settings/modelSchema";
import { affinity } from "../components/settings/placement";

/** The JSON schema of `Pulumi.<env>.yaml`, from which editors complete and check it. */

type Schema = Record<string, unknown>;

interface ObjectSchema extends Schema {
    properties: Record<string, Schema>;
}

/** What a value of the config may be that Pulumi has encrypted. */
const encrypted: Schema = {
    type: "object",
    description: "Encrypted by Pulumi.",
    properties: { secure: { type: "string" } },
    required: ["secure"],
    additionalProperties: false,
};

/**
 * @param project the project's name, the prefix of its settings.
 * @param descriptions of the top-level settings that are objects, by name.
 */
export function stackSchema(project: string, descriptions: Readonly<Record<string, string>>): Schema {
    const settings = jsonSchema(settingsSchema);
    const model = withoutDefaults(jsonSchema(modelSchema));
    const definitions: Record<string, Schema> = { model, affinity: jsonSchema(affinity) };
    const properties: Record<string, Schema> = {};
    for (const [key, schema] of Object.entries(settings.properties)) {
        definitions[key] = {
            ...schema,
            ...(schema.description === undefined && { description: descriptions[key] }),
            ...(key === "models" && { additionalProperties: reference("model") }),
        };
        properties[`${project}:${key}`] = reference(key);
        properties[key] = reference(key);
    }
    return {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: `Pulumi.<env>.yaml of ${project}`,
        description: "Generated from the settings of the program by `npm run docs`. Do not edit.",
        type: "object",
        properties: {
            config: {
                description: "The settings of this environment, and of other namespaces.",
                type: ["object", "null"],
                properties,
                // Such as kubernetes:context or pulumi:tags: not this project's to judge.
                patternProperties: { [`^(?!${project}:)[^:]+:`]: {} },
                additionalProperties: false,
            },
            secretsprovider: { type: "string", description: "Who encrypts the secrets; set by Pulumi." },
            encryptedkey: { type: "string", description: "Set by Pulumi." },
            encryptionsalt: { type: "string", description: "Set by Pulumi." },
            environment: { description: "Environments of Pulumi ESC that config is taken from." },
        },
        additionalProperties: false,
        definitions,
    };
}

function reference(name: string): Schema {
    return { $ref: `#/definitions/${name}` };
}

function jsonSchema(schema: z.ZodObject): ObjectSchema {
    const json = z.toJSONSchema(schema, {
        io: "input",
        target: "draft-7",
        override: ({ zodSchema, jsonSchema: node }) => {
            document(node);
            if (zodSchema === affinity && schema !== affinity) {
                const { description } = node;
                Object.keys(node).forEach((key) => delete node[key as keyof typeof node]);
                Object.assign(node, { description, allOf: [reference("affinity")] });
            }
            const pattern = urlPattern(zodSchema._zod.def);
            Object.assign(node, pattern !== undefined && { pattern });
        },
    });
    delete json.$schema;
    return json as unknown as ObjectSchema;
}

/** The protocols that a URL may have, which JSON schema's formats cannot say. */
function urlPattern(definition: object): string | undefined {
    return "protocol" in definition && definition.protocol instanceof RegExp
        ? definition.protocol.source.replace(/\$$/, ":")
        : undefined;
}

/** Puts what a setting says of itself where editors show it. */
function document(node: Schema): void {
    const { allowed, secret, description } = node;
    delete node.allowed;
    delete node.secret;
    if (typeof allowed === "string") {
        node.description = `${typeof description === "string" && description !== "" ? `${description} ` : ""}Allowed: ${allowed}.`;
    }
    if (node.properties !== undefined) {
        // An empty object, which says less than the defaults of what is in it.
        delete node.default;
    }
    if (secret === true) {
        const { description: words, ...clear } = node;
        Object.keys(clear).forEach((key) => delete node[key]);
        Object.assign(node, { description: words, anyOf: [clear, encrypted] });
    }
}

/** The defaults of a model are what the top level says, not what the schema says. */
function withoutDefaults(schema: Schema): Schema {
    const rest = { ...schema };
    delete rest.default;
    const properties = rest.properties as Record<string, Schema> | undefined;
    return properties === undefined
        ? rest
        : {
              ...rest,
              properties: Object.fromEntries(
                  Object.entries(properties).map(([key, inner]) => [key, withoutDefaults(inner)]),
              ),
          };
}
