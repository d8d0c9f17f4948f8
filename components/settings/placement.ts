import { z } from "zod";
import { dnsSubdomain, labelKey, labelMap, labelValue } from "./kubernetes";
import { dnsLabel, oneOf, setting, wholeNumber } from "./values";

/**
 * Where pods may run, checked as the API server checks it (Kubernetes 1.35, `ValidateTolerations` and `validateAffinity`
 * of pkg/apis/core/validation): a field that it does not know would be refused there as well.
 */

/** Says of the whole object what may stand there, when two of its fields do not fit. */
function together<T extends z.ZodType>(schema: T, fits: (value: z.output<T>) => boolean, allowed: string): T {
    return schema.refine(fits, { params: { allowed } });
}

const tolerationFields = z.strictObject({
    key: labelKey.optional(),
    operator: oneOf(["Equal", "Exists"]).optional(),
    value: labelValue.optional(),
    effect: oneOf(["NoSchedule", "PreferNoSchedule", "NoExecute"]).optional(),
    tolerationSeconds: z.int().meta({ allowed: "a whole number" }).optional(),
});

const toleration = together(
    together(
        together(
            tolerationFields,
            ({ key, operator }) => key !== undefined || operator === "Exists",
            "a toleration with a key, or with operator Exists for every taint",
        ),
        ({ operator, value }) => operator !== "Exists" || value === undefined || value === "",
        "a toleration of operator Exists without a value",
    ),
    ({ effect, tolerationSeconds }) => tolerationSeconds === undefined || effect === "NoExecute",
    "a toleration with tolerationSeconds and effect NoExecute",
);

/** One of a selector's `matchExpressions`. */
function requirement(operators: readonly string[]) {
    const fields = z.strictObject({
        key: labelKey,
        operator: oneOf(operators),
        values: z.array(labelValue).meta({ allowed: "a list of label values" }).optional(),
    });
    return together(
        fields,
        ({ operator, values = [] }) =>
            ({
                Exists: values.length === 0,
                DoesNotExist: values.length === 0,
                Gt: values.length === 1 && /^\d+$/.test(values[0]!),
                Lt: values.length === 1 && /^\d+$/.test(values[0]!),
            })[operator] ?? values.length > 0,
        "values with In and NotIn, none with Exists and DoesNotExist, one whole number with Gt and Lt",
    );
}

const setOperators = ["In", "NotIn", "Exists", "DoesNotExist"] as const;

const labelSelector = z.strictObject({
    matchLabels: labelMap("").optional(),
    matchExpressions: z
        .array(requirement(setOperators))
        .meta({ allowed: "a list of key, operator, values" })
        .optional(),
});

/** The one field of nodes that can be selected by. */
const nodeName = z.strictObject({
    key: z.literal("metadata.name").meta({ allowed: "metadata.name" }),
    operator: oneOf(["In", "NotIn"]),
    values: z.array(dnsSubdomain).length(1).meta({ allowed: "a list of one node's name" }),
});

const nodeSelectorTerm = z.strictObject({
    matchExpressions: z
        .array(requirement([...setOperators, "Gt", "Lt"]))
        .meta({ allowed: "a list of key, operator, values" })
        .optional(),
    matchFields: z.array(nodeName).meta({ allowed: "a list of key, operator, values" }).optional(),
});

const weight = wholeNumber(1, 100);

const nodeAffinity = z.strictObject({
    requiredDuringSchedulingIgnoredDuringExecution: z
        .strictObject({
            nodeSelectorTerms: z
                .array(nodeSelectorTerm)
                .min(1)
                .meta({ allowed: "a list of at least one term" }),
        })
        .optional(),
    preferredDuringSchedulingIgnoredDuringExecution: z
        .array(z.strictObject({ weight, preference: nodeSelectorTerm }))
        .meta({ allowed: "a list of weight, preference" })
        .optional(),
});

const labelKeys = z.array(labelKey).meta({ allowed: "a list of label keys" });

const podAffinityTerm = together(
    z.strictObject({
        labelSelector: labelSelector.optional(),
        namespaces: z.array(dnsLabel).meta({ allowed: "a list of namespaces" }).optional(),
        namespaceSelector: labelSelector.optional(),
        topologyKey: labelKey,
        matchLabelKeys: labelKeys.optional(),
        mismatchLabelKeys: labelKeys.optional(),
    }),
    ({ labelSelector: selector, matchLabelKeys: keys = [], mismatchLabelKeys: others = [] }) => {
        const selected = [
            ...Object.keys(selector?.matchLabels ?? {}),
            ...(selector?.matchExpressions ?? []).map(({ key }) => key),
        ];
        return (
            (selector !== undefined || (keys.length === 0 && others.length === 0)) &&
            !keys.some((key) => others.includes(key) || selected.includes(key))
        );
    },
    "matchLabelKeys and mismatchLabelKeys beside a labelSelector, and no key of matchLabelKeys in the others",
);

const podAffinity = z.strictObject({
    requiredDuringSchedulingIgnoredDuringExecution: z
        .array(podAffinityTerm)
        .meta({ allowed: "a list of terms" })
        .optional(),
    preferredDuringSchedulingIgnoredDuringExecution: z
        .array(z.strictObject({ weight, podAffinityTerm }))
        .meta({ allowed: "a list of weight, podAffinityTerm" })
        .optional(),
});

/** Large, and at many places of the settings. */
export const affinity = setting(
    z.strictObject({
        nodeAffinity: nodeAffinity.optional(),
        podAffinity: podAffinity.optional(),
        podAntiAffinity: podAffinity.optional(),
    }),
    "A Kubernetes Affinity.",
    "a Kubernetes Affinity object",
);

/** Where the pods of one workload may run. */
export const placement = z
    .strictObject({
        nodeSelector: labelMap("Labels of the nodes that may run the pods.").default({}),
        tolerations: setting(
            z.array(toleration),
            "Taints that the pods tolerate.",
            "a list of tolerations: key, operator, value, effect, tolerationSeconds",
        ).default([]),
        affinity: affinity.optional(),
        priorityClassName: setting(
            dnsLabel,
            "PriorityClass of the pods.",
            "the name of a PriorityClass",
        ).optional(),
    })
    .prefault({});
