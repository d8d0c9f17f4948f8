import { z } from "zod";
import { setting } from "./values";

/** A yes-or-no setting. */
export function toggle(description: string): z.ZodBoolean {
    return setting(z.boolean(), description, "true or false");
}

/** A Kubernetes label or node selector: text by text. */
export function textMap(description: string): z.ZodRecord<z.ZodString, z.ZodString> {
    return setting(z.record(z.string().min(1), z.string()), description, "an object of text by text");
}

/** A duration that Gateway API accepts (GEP-2257): at most four of h, m, s, ms, e.g. 30s or 1m30s. */
export const gatewayDuration = z.string().regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/);
export const gatewayDurationAllowed = "a Gateway API duration, e.g. 30s, 1m30s or 500ms";

/** An HTTP header name (RFC 9110 token). */
export const headerName = z
    .string()
    .regex(/^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/)
    .max(256);
