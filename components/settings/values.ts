import { z } from "zod";
import { longestGoDuration, nanosecondsOf } from "./durations";

/** What a setting says of itself: the description feeds the docs, `allowed` the error messages. */
export interface SettingMeta {
    description?: string;
    allowed?: string;
    /** Never shown in a message. */
    secret?: boolean;
}

/**
 * Gives a setting's schema the words that its documentation and its errors use.
 *
 * @param description what the setting means.
 * @param allowed what may stand there, as an error message says it after "allowed: ". Default: what the schema says itself.
 */
export function setting<T extends z.ZodType>(schema: T, description: string, allowed?: string): T {
    return schema.meta({ description, ...(allowed !== undefined && { allowed }) });
}

/** A yes-or-no setting. */
export function toggle(description: string): z.ZodBoolean {
    return setting(z.boolean(), description, "true or false");
}

/** One of several texts. */
export function oneOf<const T extends readonly string[]>(values: T): z.ZodEnum<{ [V in T[number]]: V }> {
    return z.enum(values).meta({ allowed: anyOf(values) });
}

/** What an error says of a value that has to be one of these. */
export function anyOf(values: readonly (string | number)[]): string {
    return `one of ${values.join(", ")}`;
}

/** A whole number of a range. */
export function wholeNumber(minimum: number, maximum: number): z.ZodInt {
    return z
        .int()
        .min(minimum)
        .max(maximum)
        .meta({ allowed: `a whole number from ${String(minimum)} to ${String(maximum)}` });
}

/** Of a DNS-1123 label, and of labels with dots between them, without their length. */
const labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
export const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;

/** A DNS-1123 label: what Kubernetes accepts as the name of a namespace or a part of a Service's name. */
export const dnsLabel = z
    .string()
    .max(63, { abort: true })
    .regex(new RegExp(`^${labelPattern}$`))
    .meta({ allowed: "a DNS-1123 label (at most 63 of a-z, 0-9 and '-', no '-' at either end)" });

/** A whole number of replicas. 1,000 is far above any tested scale, and low enough to catch a slip of the finger. */
export function replicas(minimum: number, description: string): z.ZodInt {
    return setting(wholeNumber(minimum, 1000), description);
}

/** An image reference that is pinned: a tag other than `latest`, a digest, or both. */
export const pinnedImage = z
    .string()
    .max(512, { abort: true })
    .regex(
        /^[a-z0-9]+([._-]+[a-z0-9]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*((:(?!latest(@|$))\w[\w.-]{0,127})(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
    )
    .meta({
        allowed:
            "an image reference pinned by a tag other than 'latest' or by a digest, e.g. ghcr.io/llm-d/llm-d-inference-sim:v0.10.2",
    });

const durationAllowed = "a duration with its unit: ms, s or m, e.g. 20ms or 1.5s";

/** A Go duration such as `20ms` or `1.5s`, as the simulator reads it: no longer than Go can hold. */
export const duration = z
    .string()
    .max(64, { abort: true })
    .regex(/^(\d+(\.\d+)?(ms|s|m))+$/, { abort: true })
    .refine((text) => nanosecondsOf(text) <= longestGoDuration, { params: { allowed: durationAllowed } })
    .meta({ allowed: durationAllowed });

/** As {@link duration}, and no longer than another. */
export function durationUpTo(longest: string): z.ZodString {
    const allowed = `${durationAllowed}, at most ${longest}`;
    return duration
        .refine((text) => nanosecondsOf(text) <= nanosecondsOf(longest), { params: { allowed } })
        .meta({ allowed });
}

export const fineDurationAllowed = "a duration with its unit: us, ms, s or m, e.g. 250us or 1.5ms";

/** As {@link duration}, in microseconds too: of one token of many. */
export const fineDuration = z
    .string()
    .max(64, { abort: true })
    .regex(/^(\d+(\.\d+)?(us|ms|s|m))+$/, { abort: true })
    .refine((text) => nanosecondsOf(text) <= longestGoDuration, { params: { allowed: fineDurationAllowed } });

const quantity = z
    .string()
    .max(32, { abort: true })
    .regex(/^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/);

const quantityAllowed = {
    cpu: 'a Kubernetes quantity in quotes, e.g. "100m" or "2"',
    memory: "a Kubernetes quantity in quotes, e.g. 256Mi",
};

const resourceAmounts = z.strictObject({
    cpu: setting(quantity, "CPU.", quantityAllowed.cpu),
    memory: setting(quantity, "Memory.", quantityAllowed.memory),
});

/** Requests and limits of one container. Both are always set: the policy pack and restricted clusters ask for them. */
export function resources(requests: Amounts, limits: Amounts): z.ZodPrefault<ResourcesSchema> {
    return resourcesSchema(requests, limits).prefault({});
}

/** As {@link resources}, of a container that may use what CPU its node has left, unless a limit is set. */
export function burstableResources(
    requests: Amounts,
    limits: Pick<Amounts, "memory">,
): z.ZodPrefault<BurstableSchema> {
    return burstableSchema(requests, limits).prefault({});
}

/** CPU and memory as Kubernetes quantities. */
export interface Amounts {
    cpu: string;
    memory: string;
}

type ResourcesSchema = ReturnType<typeof resourcesSchema>;
type BurstableSchema = ReturnType<typeof burstableSchema>;

function resourcesSchema(requests: Amounts, limits: Amounts) {
    return z.strictObject({ requests: withDefaults(requests), limits: withDefaults(limits) });
}

function burstableSchema(requests: Amounts, limits: Pick<Amounts, "memory">) {
    const { cpu, memory } = resourceAmounts.shape;
    return z.strictObject({
        requests: withDefaults(requests),
        limits: z
            .strictObject({
                cpu: setting(
                    cpu,
                    "CPU. None lets it use what its node has left: throttled, it delays every request.",
                    quantityAllowed.cpu,
                ).optional(),
                memory: memory.default(limits.memory),
            })
            .prefault({}),
    });
}

function withDefaults(amounts: Amounts) {
    return z
        .strictObject({
            cpu: resourceAmounts.shape.cpu.default(amounts.cpu),
            memory: resourceAmounts.shape.memory.default(amounts.memory),
        })
        .prefault({});
}

/** Bytes that the data of a ConfigMap or a Secret may have in all (`MaxSecretSize` of k8s.io/api). */
export const maxDataBytes = 1024 * 1024;

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
export const gatewayDuration = z
    .string()
    .regex(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/)
    .meta({ allowed: "a Gateway API duration, e.g. 30s, 1m30s or 500ms" });

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

/** A list that has nothing twice. */
export function distinct<T extends z.ZodArray>(list: T): T {
    return list.refine((items) => new Set(items).size === items.length).meta({ uniqueItems: true });
}
