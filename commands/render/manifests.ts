import { isRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { stringify } from "yaml";
import { isObject } from "../../objects/json";
import type { KubeObject } from "../shared/cluster";
import { UsageError } from "../shared/errors";
import type { Registration } from "./programRun";

/** One Kubernetes object of the stack, and where it is written. */
export interface Manifest {
    /** Relative to the output folder, with `/`: `<namespace>/<kind>-<name>.yaml`. */
    file: string;
    object: KubernetesObject;
}

/** What all objects have. */
export interface KubernetesObject extends KubeObject {
    [field: string]: unknown;
}

/** The folder of what is in no namespace. No namespace can have this name: `_` is no part of a DNS label. */
export const clusterFolder = "_cluster";

/** Annotations that steer Pulumi's provider, which nobody else reads. */
const pulumiAnnotations = "pulumi.com/";

/**
 * The Kubernetes objects among the registered resources, sorted by file. Fields that the program leaves to others
 * (`ignoreChanges`, such as the replicas of what an autoscaler scales) are left out: whoever applies a manifest again
 * and again would set them back.
 *
 * @throws UsageError for an object that holds a secret, which would be written out in clear.
 */
export function manifestsOf(registrations: readonly Registration[]): Manifest[] {
    const manifests = registrations
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map((registration) => {
            const object = objectOf(registration);
            return { file: fileOf(object), object };
        })
        .sort((left, right) => compare(left.file, right.file));
    const twice = manifests.find(({ file }, index) => file === manifests[index + 1]?.file);
    if (twice !== undefined) {
        throw new Error(`two resources of the stack are ${twice.file}`);
    }
    return manifests;
}

/**
 * The object as YAML: `apiVersion`, `kind`, `metadata`, then the rest by name. What YAML 1.1 would read as something
 * else than text, such as `on`, is quoted, because kubectl's reader is one.
 */
export function yamlOf({ apiVersion, kind, metadata, ...rest }: KubernetesObject): string {
    const sorted = Object.fromEntries(Object.entries(rest).sort(([left], [right]) => compare(left, right)));
    return stringify(
        { apiVersion, kind, metadata, ...sorted },
        { aliasDuplicateObjects: false, lineWidth: 0, version: "1.1" },
    );
}

function objectOf({ type, name, inputs, ignoreChanges = [] }: Registration): KubernetesObject {
    const secret = Object.keys(inputs).find((field) => isRpcSecret(inputs[field]));
    if (secret !== undefined) {
        throw new UsageError(
            `${name}: ${secret} is a secret and not allowed, because its manifest would have it in clear; allowed: values in clear, or a Secret that is made elsewhere.`,
        );
    }
    const object = ignoreChanges.reduce(without, inputs) as KubernetesObject;
    if (typeof object.metadata?.name !== "string") {
        throw new Error(`${type} ${name} has no metadata.name: its manifest would have none either`);
    }
    return withoutPulumiAnnotations(object);
}

/** A copy without the field at a path such as `spec.replicas`. */
function without(value: Record<string, unknown>, path: string): Record<string, unknown> {
    const [key, ...inner] = path.split(".") as [string, ...string[]];
    const { [key]: field, ...others } = value;
    if (inner.length === 0 || !isObject(field)) {
        return others;
    }
    return { ...others, [key]: without(field, inner.join(".")) };
}

function withoutPulumiAnnotations(object: KubernetesObject): KubernetesObject {
    const { annotations = {}, ...metadata } = object.metadata;
    const kept = Object.entries(annotations).filter(([key]) => !key.startsWith(pulumiAnnotations));
    return {
        ...object,
        metadata: { ...metadata, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    };
}

function fileOf({ kind, metadata }: KubernetesObject): string {
    // A role may be called `a:b`, a file on every system may not.
    const name = metadata.name.replaceAll(":", "_");
    return `${metadata.namespace ?? clusterFolder}/${kind.toLowerCase()}-${name}.yaml`;
}

/** By code unit: the same order in every locale. */
function compare(left: string, right: string): number {
    return left < right ? -1 : Number(left > right);
}
