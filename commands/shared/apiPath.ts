import { UsageError } from "./errors";

/** Where an API group and version is served. */
export function rootOf(apiVersion: string): string {
    return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/**
 * A name as a part of a URL's path.
 *
 * @throws UsageError for what is no name of any object: the rule of Kubernetes itself (k8s.io/apimachinery,
 * `IsValidPathSegmentName`), so that a name never leads elsewhere.
 */
export function segment(name: string): string {
    if (name === "" || name === "." || name === ".." || /[/%]/.test(name)) {
        throw new UsageError(`${JSON.stringify(name)} is no name of an object`);
    }
    return encodeURIComponent(name);
}
