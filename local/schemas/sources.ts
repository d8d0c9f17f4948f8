import * as fs from "fs";
import type { OpenApiSchema, VersionedSchema } from "./pack";

/** A CustomResourceDefinition, as far as it is read. */
interface Definition {
    spec: {
        group: string;
        names: { kind: string };
        versions: { name: string; served: boolean; schema: { openAPIV3Schema: OpenApiSchema } }[];
    };
}

/** The kinds that CustomResourceDefinitions, lists of which are in JSON files, define in each version that is served. */
export function customKinds(files: readonly string[]): VersionedSchema[] {
    return files
        .flatMap((file) => JSON.parse(fs.readFileSync(file, "utf8")) as Definition[])
        .flatMap(({ spec: { group, names, versions } }) =>
            versions
                .filter(({ served }) => served)
                .map(({ name, schema }) => ({
                    group,
                    kind: names.kind,
                    version: name,
                    schema: schema.openAPIV3Schema,
                })),
        );
}

/** Kubernetes' own API groups whose kinds people write. */
const groups = [
    ...["", "apps", "autoscaling", "batch", "coordination.k8s.io", "discovery.k8s.io", "networking.k8s.io"],
    ...["node.k8s.io", "policy", "rbac.authorization.k8s.io", "scheduling.k8s.io", "storage.k8s.io"],
];

const meta = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** What the API reads otherwise than its OpenAPI says by a type. */
const special: Record<string, OpenApiSchema> = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": { type: "quantity" },
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": { "x-kubernetes-int-or-string": true },
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": { "x-kubernetes-preserve-unknown-fields": true },
    "io.k8s.apimachinery.pkg.runtime.RawExtension": { "x-kubernetes-preserve-unknown-fields": true },
};

type Definitions = Record<
    string,
    OpenApiSchema & {
        "x-kubernetes-group-version-kind"?: { group: string; kind: string; version: string }[];
    }
>;

/** Kubernetes' own kinds, and what `metadata` holds. */
export function kubernetesKinds(
    openApi: string,
    enums: string,
): { kinds: VersionedSchema[]; metadata: OpenApiSchema } {
    const { definitions } = JSON.parse(fs.readFileSync(openApi, "utf8")) as { definitions: Definitions };
    const values = enumsIn(fs.readFileSync(enums, "utf8"));
    const resolve = (name: string): OpenApiSchema => special[name] ?? resolved(definitions[name]!, name);
    const resolved = (schema: OpenApiSchema, owner?: string): OpenApiSchema => {
        const { $ref, properties, items, additionalProperties } = schema;
        if (typeof $ref === "string") {
            return resolve($ref.replace("#/definitions/", ""));
        }
        return {
            ...schema,
            ...(properties && {
                properties: Object.fromEntries(
                    Object.entries(properties).map(([field, value]) => {
                        const allowed = values.get(`${owner ?? ""}.${field}`);
                        return [field, { ...resolved(value), ...(allowed && { enum: allowed }) }];
                    }),
                ),
            }),
            ...(items && { items: resolved(items) }),
            ...(typeof additionalProperties === "object" && {
                additionalProperties: resolved(additionalProperties),
            }),
        };
    };
    const kinds = Object.entries(definitions).flatMap(([name, definition]) => {
        const [kind, ...others] = definition["x-kubernetes-group-version-kind"] ?? [];
        const isWritten = definition.properties?.metadata?.$ref === `#/definitions/${meta}`;
        return kind && others.length === 0 && isWritten && groups.includes(kind.group)
            ? [{ ...kind, schema: resolve(name) }]
            : [];
    });
    return { kinds, metadata: resolve(meta) };
}

/**
 * What fields may be, by definition and field, as `io.k8s.api.core.v1.ServicePort.protocol`. The file is generated, and
 * formatted by gofmt: a function for each definition, its fields five tabs in.
 */
function enumsIn(go: string): Map<string, string[]> {
    const found = new Map<string, string[]>();
    let definition = "";
    let field = "";
    for (const line of go.split("\n")) {
        definition = /^func schema_k8sio_api_(\w+)\(/.exec(line)?.[1] ?? definition;
        field = /^\t{5}"(\w+)": \{/.exec(line)?.[1] ?? field;
        const values = /^\t{7}Enum: +\[\]interface\{\}\{(.*)\},/.exec(line)?.[1];
        if (values !== undefined) {
            const name = `io.k8s.api.${definition.replaceAll("_", ".")}.${field}`;
            found.set(name, JSON.parse(`[${values}]`) as string[]);
        }
    }
    return found;
}
