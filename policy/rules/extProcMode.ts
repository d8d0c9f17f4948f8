import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { setField } from "../framework/fix";
import { record, strings } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import { selectionOf } from "../../objects/selections";
import type { Rule, RuleConfig } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { ExtProcFilter } from "../../objects/extProc";
import {
    envoyField,
    envoyKey,
    extProcFiltersIn,
    extProcFiltersOf,
    gatewayNamed,
    gatewaysOf,
    namesPicker,
} from "../../objects/extProc";
import { pickerPorts, pickersOf } from "../../objects/pickers";
import { absentPickerPods, absentPickerService } from "./absentPicker";

/** Settings of {@link extProcMode}. */
export interface ExtProcModeConfig {
    gatewaysElsewhere: boolean;
}

const config: RuleConfig<ExtProcModeConfig> = {
    defaults: { gatewaysElsewhere: false },
    schema: {
        gatewaysElsewhere: {
            type: "boolean",
            description:
                "Whether the Gateway that an EnvoyFilter is for may be another program's, although this one has Gateways.",
        },
    },
};

/** What an endpoint picker needs to see, and what Envoy does where nothing is said (ext_proc v3 ProcessingMode). */
const modes: readonly (readonly [field: string, needed: string, byDefault: string])[] = [
    ["request_header_mode", "SEND", "SEND"],
    ["request_body_mode", "FULL_DUPLEX_STREAMED", "NONE"],
    ["request_trailer_mode", "SEND", "SKIP"],
    ["response_header_mode", "SEND", "SEND"],
    ["response_body_mode", "FULL_DUPLEX_STREAMED", "NONE"],
    ["response_trailer_mode", "SEND", "SKIP"],
];

/** A hand-written ext_proc filter reaches a Gateway, calls an endpoint picker, and sends it everything. */
export const extProcMode: Rule<ExtProcModeConfig> = {
    name: "ext-proc-mode",
    description:
        "An ext_proc EnvoyFilter streams whole requests and responses to an endpoint picker of the program, from a Gateway of the program.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Send bodies as FULL_DUPLEX_STREAMED, and headers and trailers with SEND; name the cluster outbound|PORT||NAME.NAMESPACE.svc.cluster.local of the endpoint picker's Service; and select the Gateway by gateway.networking.k8s.io/gateway-name in its namespace.",
    config,
    *checkResource(object) {
        if (object.is(kinds.envoyFilter)) {
            for (const filter of extProcFiltersIn(object)) {
                if (namesPicker(filter, pickerPorts.grpc.byDefault)) {
                    yield* checkModes(filter);
                }
            }
        }
    },
    *checkStack(index, settings) {
        const filters = extProcFiltersOf(index);
        yield* filters.undecided;
        for (const filter of filters.all) {
            if (namesPicker(filter, pickerPorts.grpc.byDefault)) {
                yield* each([filter.object], () => checkGateway(filter, index, settings));
                yield* each([filter.object], () => checkCluster(filter, index));
            }
        }
    },
};

function* checkModes({ object, path, config }: ExtProcFilter): Findings {
    const mode = record(envoyField(config, "processing_mode"));
    for (const [field, needed, byDefault] of modes) {
        const given = envoyField(mode, field);
        const effective = given === undefined || given === "DEFAULT" ? byDefault : given;
        if (effective !== needed) {
            const present = given === undefined ? `${byDefault} by default` : JSON.stringify(given);
            yield {
                message: `${object.toString()}: ${field} is ${present} (${path}.processing_mode), but an endpoint picker needs ${needed}.`,
                fix: () =>
                    setField(
                        `${path}.${envoyKey(config, "processing_mode")}.${envoyKey(mode, field)}`,
                        needed,
                    ),
            };
        }
    }
}

function* checkGateway(
    { object }: ExtProcFilter,
    index: StackIndex,
    { gatewaysElsewhere }: ExtProcModeConfig,
): Findings {
    const gateways = index.ofKind(kinds.gateway);
    if (gatewaysElsewhere || gateways.length === 0 || gatewaysOf(object, index).length > 0) {
        return;
    }
    const labels = strings(record(object.spec.workloadSelector).labels);
    const wanted = Object.entries(labels).map(([key, value]) => `${key}: ${value}`);
    const name = gatewayNamed(object);
    // One of the name in another namespace, or another in this one, was meant.
    const isMeant = gateways.some(
        (gateway) => gateway.name === name || gateway.namespace === object.namespace,
    );
    const by = object.spec.targetRefs === undefined ? "spec.workloadSelector" : "spec.targetRefs";
    yield {
        message: `${object.toString()} applies to no Gateway of the program: ${by}${wanted.length > 0 ? ` is {${wanted.join(", ")}}` : ""} in namespace ${object.namespace}, and there are ${gateways.map((gateway) => gateway.toString()).join(", ")}.`,
        ...(!isMeant && name !== undefined && { absent: `Gateway ${object.namespace}/${name}` }),
    };
}

function* checkCluster({ object, path, cluster, target }: ExtProcFilter, index: StackIndex): Findings {
    if (!cluster) {
        yield { message: `${object.toString()} names no cluster to call (${path}.grpc_service).` };
        return;
    }
    const calls = `${object.toString()} calls ${cluster.value} (${cluster.path})`;
    if (!target?.service) {
        yield {
            message: `${calls}, which is no cluster of a Service: those are called outbound|PORT||NAME.NAMESPACE.svc.DOMAIN.`,
        };
        return;
    }
    const { name, namespace } = target.service;
    const service = index.find(kinds.service, namespace, name);
    if (!service) {
        const elsewhere = index.ofKind(kinds.service).find((candidate) => candidate.name === name);
        yield {
            message: `${calls}, but the program has no Service ${namespace}/${name}${elsewhere ? `; it has ${elsewhere.toString()}` : ""}.`,
            ...absentPickerService(namespace, name, index),
        };
        return;
    }
    if (pickersOf(index).behind(service).length > 0) {
        return;
    }
    const { templates, undecided } = selectionOf(service, index);
    if (undecided) {
        yield { unknown: undecided };
        return;
    }
    const instead = templates.map(({ owner }) => owner.toString());
    yield {
        message: `${calls}, but ${service.toString()} selects no endpoint picker (spec.selector)${instead.length > 0 ? `, but ${instead.join(", ")}` : ""}.`,
        ...absentPickerPods(service, index),
    };
}
