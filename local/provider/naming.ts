import { createHash } from "crypto";
import { annotations, isAnnotationTrue } from "./annotations";
import { nameOf } from "./objects";
import type { JsonObject } from "./values";
import { isMap, isUnknown } from "./values";

/** The engine's word on autonaming for one resource (project setting `pulumi:autonaming`). */
export interface EngineAutonaming {
    mode: "propose" | "enforce" | "disable";
    proposedName: string;
}

/** What a new name is made from. */
export interface NamingContext {
    /** The resource's name in the program. */
    resourceName: string;
    /** The engine's seed; the same seed gives the same name, so that a preview and its update agree. */
    randomSeed: Uint8Array;
    autonaming?: EngineAutonaming;
}

/** Length of the random part, in hexadecimal digits: what the engine's own NewUniqueName makes. */
const suffixLength = 8;

/** `<resource name>-<8 hex digits>`, in lower case as Kubernetes names must be. */
export function uniqueName(context: NamingContext): string {
    const seed = context.randomSeed.length > 0 ? context.randomSeed : Buffer.from(Math.random().toString());
    const suffix = createHash("sha256").update(seed).digest("hex").slice(0, suffixLength);
    return `${context.resourceName.toLowerCase()}-${suffix}`;
}

/**
 * Gives `inputs` a name if the program gives none: the old generated one, so that an update keeps it, or a new
 * one. A name that is not known yet stays unknown. The object is marked as autonamed, which `diff` needs: an
 * autonamed object can be created before its predecessor is deleted.
 *
 * @param inputs what the program asks for; changed in place.
 * @param olds the checked inputs of the last update, or undefined for a new resource.
 * @throws if autonaming is switched off for this project.
 */
export function assignName(inputs: JsonObject, olds: JsonObject | undefined, context: NamingContext): void {
    const metadata = isMap<JsonObject>(inputs.metadata) ? inputs.metadata : {};
    if (isUnknown(inputs.metadata) || isUnknown(metadata.name) || nameOf(inputs) !== "") {
        return;
    }
    inputs.metadata = metadata;
    if (olds !== undefined && isAnnotationTrue(olds, annotations.autonamed)) {
        metadata.name = nameOf(olds);
    } else if (context.autonaming?.mode === "disable") {
        throw new Error("autonaming is disabled: the resource needs a .metadata.name");
    } else {
        metadata.name = context.autonaming?.proposedName || uniqueName(context);
    }
    if (!isUnknown(metadata.annotations)) {
        const own = isMap<JsonObject>(metadata.annotations) ? metadata.annotations : {};
        metadata.annotations = { ...own, [annotations.autonamed]: "true" };
    }
}

/**
 * The field manager of a resource: `pulumi-kubernetes-<8 hex digits>`, as the official provider names it. It is
 * derived from the URN, so that a create that was killed before the engine could record it is continued by the
 * next run under the same name, and does not conflict with itself.
 */
export function fieldManagerFor(urn: string): string {
    return `pulumi-kubernetes-${createHash("sha256").update(urn).digest("hex").slice(0, suffixLength)}`;
}
