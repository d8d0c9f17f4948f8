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
 * @param allowed what may stand there, as an error message says it after "allowed: ".
 */
export function setting<T extends z.ZodType>(schema: T, description: string, allowed: string): T {
    return schema.meta({ description, allowed });
}

/** Of a DNS-1123 label, and of labels with dots between them, without their length. */
const labelPattern = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
export const subdomainPattern = `${labelPattern}(\\.${labelPattern})*`;

/** A DNS-1123 label: what Kubernetes accepts as the name of a namespace or a part of a Service's name. */
export const dnsLabel = z
    .string()
    .max(63, { abort: true })
    .regex(new RegExp(`^${labelPattern}$`));

export const dnsLabelAllowed = "a DNS-1123 label (at most 63 of a-z, 0-9 and '-', no '-' at either end)";

/** A whole number of replicas. 1,000 is far above any tested scale, and low enough to catch a slip of the finger. */
export function replicas(minimum: number, description: string): z.ZodInt {
    return setting(
        z.int().min(minimum).max(1000),
        description,
        `a whole number from ${String(minimum)} to 1000`,
    );
}

/** An image reference that is pinned: a tag other than `latest`, a digest, or both. */
export const pinnedImage = z
    .string()
    .max(512, { abort: true })
    .regex(
        /^[a-z0-9]+([._-]+[a-z0-9]+)*(:\d+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*((:(?!latest(@|$))\w[\w.-]{0,127})(@sha256:[0-9a-f]{64})?|@sha256:[0-9a-f]{64})$/,
    );

export const pinnedImageAllowed =
    "an image reference pinned by a tag other than 'latest' or by a digest, e.g. ghcr.io/llm-d/llm-d-inference-sim:v0.10.2";

export const durationAllowed = "a duration with its unit: ms, s or m, e.g. 20ms or 1.5s";

/** A Go duration such as `20ms` or `1.5s`, as the simulator reads it: no longer than Go can hold. */
export const duration = z
    .string()
    .max(64, { abort: true })
    .regex(/^(\d+(\.\d+)?(ms|s|m))+$/, { abort: true })
    .refine((text) => nanosecondsOf(text) <= longestGoDuration, { params: { allowed: durationAllowed } });

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
