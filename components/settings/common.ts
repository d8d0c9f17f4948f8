import { z } from "zod";
import { maxDataBytes } from "./kubernetes";
import { dnsLabel, setting } from "./values";

/** A yes-or-no setting. */
export function toggle(description: string): z.ZodBoolean {
    return setting(z.boolean(), description, "true or false");
}

/** Text in PEM, of a Secret that has two of them. */
function pem(start: RegExp, description: string, allowed: string): z.ZodString {
    const text = z
        .string()
        .max(maxDataBytes / 2, { abort: true })
        .regex(start);
    return setting(text, description, allowed);
}

export function certificates(description: string): z.ZodString {
    return pem(/^\s*-----BEGIN CERTIFICATE-----/, description, "certificates in PEM");
}

export function privateKey(description: string): z.ZodString {
    return pem(/^\s*-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/, description, "a private key in PEM").meta({
        secret: true,
    });
}

/** The name of a Secret that is there already. */
export function secretName(description: string): z.ZodString {
    return setting(dnsLabel, description, "the name of a Secret");
}

/** A duration that Gateway API accepts (GEP-2257): at most four of h, m, s, ms, e.g. 30s or 1m30s. */
export const gatewayDuration = z.string().regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
export const gatewayDurationAllowed = "a Gateway API duration, e.g. 30s, 1m30s or 500ms";

/** An HTTP header name (RFC 9110 token), of the length that Gateway API takes. */
export const headerName = z
    .string()
    .max(256, { abort: true })
    // An object of JavaScript cannot have the one name that is left out as a key of its own.
    .regex(/^(?!__proto__$)[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/)
    .meta({ allowed: "a header name (at most 256 letters, digits and !#$%&'*+-.^_`|~)" });

/** What a header can be matched with: no control characters, which no request can carry, and no space at either end. */
export const headerValue = z
    .string()
    .max(4096, { abort: true })
    .regex(/^[^\p{Cc}\p{Cs} ]([^\p{Cc}\p{Cs}]*[^\p{Cc}\p{Cs} ])?$/u)
    .meta({
        allowed: "text of 1 to 4096 characters, without control characters and without spaces at its ends",
    });
