import { parseAllDocuments } from "yaml";
import type { PropertyMap, PropertyValue } from "./values";

/** What `k8s.yaml.ConfigFile` and `ConfigGroup` have their YAML read with. */
export const yamlDecode = "kubernetes:yaml:decode";

/**
 * The objects of YAML text, one a document, as `result`; empty documents are left out.
 *
 * @throws Error for what is no YAML.
 */
export function decodeYaml({ text }: PropertyMap): PropertyMap {
    const result = parseAllDocuments(text as string).flatMap((document) => {
        const [error] = document.errors;
        if (error !== undefined) {
            throw new Error(`${yamlDecode}: ${error.message}`);
        }
        const object = document.toJS() as PropertyValue;
        return object === null ? [] : [object];
    });
    return { result };
}
