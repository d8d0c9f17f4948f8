import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Json } from "../../objects/json";
import { list, record, text, written } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { PodTemplate } from "../../objects/podIndex";
import { templatesOf } from "../../objects/podIndex";
import type { Rule, RuleConfig } from "../framework/rule";
import { servesModels } from "../../objects/servers";
import { parseImage } from "../../releases";
import { recognise } from "../../objects/pickers";
import { Unknowns } from "../../objects/unknown";

/** Settings of {@link workloadHygiene}. */
export interface WorkloadHygieneConfig {
    scope: "inference" | "all";
    resources: string[];
    requireDigest: boolean;
}

const config: RuleConfig<WorkloadHygieneConfig> = {
    defaults: {
        scope: "inference",
        resources: ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"],
        requireDigest: false,
    },
    schema: {
        scope: {
            type: "string",
            enum: ["inference", "all"],
            description: "Whose pods are checked: model servers and endpoint pickers, or everybody's.",
        },
        resources: {
            type: "array",
            items: { type: "string" },
            description:
                "What each container has to set of its resources; an endpoint picker needs no limits.cpu, because throttled it delays every request.",
        },
        requireDigest: {
            type: "boolean",
            description:
                "Whether images need a digest: a tag can be moved to another image, and a digest cannot.",
        },
    },
};

/** The one capability that a restricted pod may add (Pod Security Standards). */
const addableCapability = "NET_BIND_SERVICE";

/** Images that are built where they run, as the local lab's, are in no registry in which a tag could be moved. */
const builtHere = "localhost/";

const seccompTypes = ["RuntimeDefault", "Localhost"];

/** Pods of inference are pinned, bounded, restricted and probed. */
export const workloadHygiene: Rule<WorkloadHygieneConfig> = {
    name: "workload-hygiene",
    description:
        "Pods of model servers and endpoint pickers have pinned images, requests and limits, restricted security settings and probes.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Set what the message names. The security settings are those of the Pod Security Standard `restricted`.",
    config,
    *checkResource(object, settings) {
        yield* each(templatesOf(object), (template) =>
            each([object], () => checkTemplate(template, settings)),
        );
    },
};

interface Part {
    readonly owner: KubernetesObject;
    readonly path: string;
    /** `container epp` for messages. */
    readonly label: string;
    readonly fields: Json;
    readonly initial: boolean;
}

function* checkTemplate(template: PodTemplate, settings: WorkloadHygieneConfig): Findings {
    if (settings.scope === "inference" && !isInference(template)) {
        return;
    }
    const { owner, spec } = template;
    const path = template.path === "" ? "spec" : `${template.path}.spec`;
    yield* checkPod(owner, spec, path);
    for (const part of partsOf(template, path)) {
        yield* each([owner], () => checkImage(part, settings));
        for (const check of [checkSecurity, checkPorts]) {
            yield* each([owner], () => check(part, spec));
        }
        yield* each([owner], () => checkResources(part, template, settings));
        if (!part.initial && !owner.is(kinds.job) && !owner.is(kinds.cronJob)) {
            yield* each([owner], () => checkProbes(part));
        }
    }
}

/** A model server or an endpoint picker. What one test cannot tell, the other may. */
function isInference(template: PodTemplate): boolean {
    const unknowns = new Unknowns();
    let found = false;
    for (const test of [servesModels, recognise]) {
        unknowns.attempt(() => {
            found ||= Boolean(test(template));
        });
    }
    const [unknown] = unknowns.errors;
    if (!found && unknown) {
        throw unknown;
    }
    return found;
}

function partsOf({ owner, spec }: PodTemplate, path: string): Part[] {
    return ["containers", "initContainers"].flatMap((field) =>
        list(spec[field]).map((value, position) => {
            const fields = record(value);
            return {
                owner,
                path: `${path}.${field}.${String(position)}`,
                label: `container ${text(fields.name) ?? String(position)}`,
                fields,
                initial: field === "initContainers",
            };
        }),
    );
}

function* checkPod(owner: KubernetesObject, spec: Json, path: string): Findings {
    for (const field of ["hostNetwork", "hostPID", "hostIPC"]) {
        if (spec[field] === true) {
            yield { message: `${owner.toString()}: ${field} is true (${path}.${field}).` };
        }
    }
    for (const [position, volume] of list(spec.volumes).map(record).entries()) {
        if (volume.hostPath !== undefined) {
            yield {
                message: `${owner.toString()}: volume ${text(volume.name) ?? ""} is a path of the node (${path}.volumes.${String(position)}.hostPath).`,
            };
        }
    }
}

function* checkImage(
    { owner, label, path, fields }: Part,
    { requireDigest }: WorkloadHygieneConfig,
): Findings {
    const reference = text(fields.image) ?? "";
    const image = parseImage(reference);
    if (image.digest) {
        return;
    }
    if (image.tag && image.tag !== "latest") {
        if (requireDigest && !image.repository.startsWith(builtHere)) {
            yield {
                message: `${owner.toString()}: image ${reference} of ${label} has no digest (${path}.image), which \`requireDigest\` in this rule's config asks for; write it after the tag, as ${reference}@sha256:...`,
            };
        }
        return;
    }
    const reason = image.tag ? "is whatever is newest" : "has neither tag nor digest";
    yield {
        message: `${owner.toString()}: image ${reference || '""'} of ${label} ${reason} (${path}.image).`,
    };
}

function* checkResources(
    { owner, label, path, fields }: Part,
    template: PodTemplate,
    settings: WorkloadHygieneConfig,
): Findings {
    const unset = settings.resources.filter((setting) => {
        const value = setting
            .split(".")
            .reduce<unknown>((parent, key) => record(parent)[key], fields.resources);
        return value === undefined || value === "";
    });
    const missing = unset.filter(
        (setting) => setting !== "limits.cpu" || recognise(template)?.container.path !== path,
    );
    if (missing.length > 0) {
        yield {
            message: `${owner.toString()}: ${label} sets no ${missing.join(", ")} (${path}.resources).`,
        };
    }
}

function* checkSecurity({ owner, label, path, fields }: Part, spec: Json): Findings {
    const own = record(fields.securityContext);
    const pod = record(spec.securityContext);
    const at = `${path}.securityContext`;
    const problem = (text: string, field: string) => ({
        message: `${owner.toString()}: ${label} ${text} (${at}.${field}).`,
    });
    if ((own.runAsNonRoot ?? pod.runAsNonRoot) !== true) {
        yield problem("may run as root: runAsNonRoot is not true", "runAsNonRoot");
    }
    if ((own.runAsUser ?? pod.runAsUser) === 0) {
        yield problem("runs as root: runAsUser is 0", "runAsUser");
    }
    if (own.allowPrivilegeEscalation !== false) {
        yield problem(
            "may gain privileges: allowPrivilegeEscalation is not false",
            "allowPrivilegeEscalation",
        );
    }
    if (own.privileged === true) {
        yield problem("is privileged", "privileged");
    }
    const { drop, add } = record(own.capabilities);
    if (!list(drop).includes("ALL")) {
        yield problem("does not drop ALL capabilities", "capabilities.drop");
    }
    const added = list(add).filter((capability) => capability !== addableCapability);
    if (added.length > 0) {
        yield problem(`adds the capabilities ${added.map(written).join(", ")}`, "capabilities.add");
    }
    const seccomp = text(record(own.seccompProfile ?? pod.seccompProfile).type);
    if (seccomp === undefined || !seccompTypes.includes(seccomp)) {
        const found = seccomp === undefined ? "no seccomp profile" : `seccomp profile ${seccomp}`;
        yield problem(`has ${found}; it has to be ${seccompTypes.join(" or ")}`, "seccompProfile.type");
    }
}

function* checkPorts({ owner, label, path, fields }: Part): Findings {
    for (const [position, port] of list(fields.ports).map(record).entries()) {
        if (port.hostPort !== undefined && port.hostPort !== 0) {
            yield {
                message: `${owner.toString()}: ${label} takes a port of the node (${path}.ports.${String(position)}.hostPort).`,
            };
        }
    }
}

function* checkProbes({ owner, label, path, fields }: Part): Findings {
    for (const probe of ["livenessProbe", "readinessProbe"]) {
        if (fields[probe] === undefined) {
            yield { message: `${owner.toString()}: ${label} has no ${probe} (${path}).` };
        }
    }
}
