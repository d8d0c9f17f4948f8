import type { JsonObject } from "./values";
import { stringAt } from "./objects";

/** The type token in a URN, such as `kubernetes:apps/v1:Deployment`; the parents' types are left out. */
export function typeOfUrn(urn: string): string {
    return (urn.split("::")[2] ?? "").split("$").at(-1) ?? "";
}

/** The resource's name in the program. */
export function nameOfUrn(urn: string): string {
    return urn.split("::").slice(3).join("::");
}

/** The apiVersion and kind that a type token names; used only where no inputs tell. */
export function kindOfType(type: string): { apiVersion: string; kind: string } {
    const [, apiVersion = "", kind = ""] = type.split(":");
    return { apiVersion: apiVersion.replace(/^core\//, ""), kind };
}

const otherWay = "Install the official provider, or declare the objects one by one.";

/**
 * Throws for what the official provider offers and the stand-in does not: each has its own machinery (a chart
 * renderer, a patch life cycle), which is no use to an embedded control plane.
 */
export function refuseUnsupported(type: string, inputs: JsonObject): void {
    const [, module = "", kind = ""] = type.split(":");
    if (/^(helm\.sh|helm|kustomize|yaml)(\/|$)/.test(module)) {
        throw new Error(`${type} is not supported by the stand-in Kubernetes provider. ${otherWay}`);
    }
    const inputKind = stringAt(inputs, "kind");
    if (kind.endsWith("Patch") && inputKind !== kind) {
        throw new Error(
            `${type}: Patch resources are not supported by the stand-in Kubernetes provider. ${otherWay}`,
        );
    }
    if (kind.endsWith("List") && "items" in inputs) {
        throw new Error(
            `${type}: list resources exist for compatibility with manifests and cannot be created. ` +
                "Declare the objects one by one.",
        );
    }
}
