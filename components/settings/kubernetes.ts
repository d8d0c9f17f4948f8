import { z } from "zod";
import { setting, subdomainPattern } from "./values";

/**
 * What the API server takes: the limits of Kubernetes' own validation (k8s.io/apimachinery 0.35, `util/validation` and
 * `api/validate/content`) and of the CRDs' schemas (Gateway API 1.5.1). Length is asked first, so that no pattern is
 * tried on a text without an end.
 */

/** A qualified name: at most 63 characters, after a DNS subdomain and a slash or after neither. */
function qualifiedName(maxPrefix: number, allowed: string): z.ZodString {
    const pattern = `^(?![^/]{${String(maxPrefix + 1)}})(${subdomainPattern}/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$`;
    return z
        .string()
        .max(maxPrefix + 1 + 63, { abort: true })
        .regex(new RegExp(pattern))
        .meta({ allowed });
}

export const labelKey = qualifiedName(
    253,
    "a Kubernetes label key (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', after a DNS name and '/' or after neither)",
);

export const labelValue = z
    .string()
    .max(63, { abort: true })
    .regex(/^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/)
    .meta({
        allowed:
            "a Kubernetes label value in quotes (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', none of these at either end)",
    });

/** A key of a Secret's data. */
export const secretKey = z
    .string()
    .max(253, { abort: true })
    // `IsConfigMapKey`: neither `.` nor anything that begins with `..`.
    .regex(/^(?!\.$|\.\.)[-._a-zA-Z0-9]+$/)
    .meta({ allowed: "a key of a Secret (letters, digits and - . _)" });

/** Labels by key, as a selector asks for them. */
export function labelMap(description: string): z.ZodRecord<z.ZodString, z.ZodString> {
    return setting(z.record(labelKey, labelValue), description, "an object of label values by label key");
}

/** A name as every kind has it that is no part of a DNS label: a DNS-1123 subdomain. */
export const dnsSubdomain = z
    .string()
    .max(253, { abort: true })
    .regex(new RegExp(`^${subdomainPattern}$`));

/** What a Gateway's `infrastructure.annotations` take; the key's prefix has to be shorter than 253 characters. */
export function infrastructureAnnotations(description: string): z.ZodRecord<z.ZodString, z.ZodString> {
    const key = qualifiedName(
        252,
        "an annotation key (at most 63 of A-Z, a-z, 0-9, '-', '_' and '.', after a DNS name and '/' or after neither)",
    );
    const value = z.string().max(4096).meta({ allowed: "text of at most 4096 characters" });
    return setting(
        z
            .record(key, value)
            .refine((annotations) => Object.keys(annotations).length <= 8)
            .meta({ maxProperties: 8 }),
        description,
        "an object of text by annotation key, at most 8",
    );
}
