import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Fix } from "../framework/fix";
import { setField } from "../framework/fix";
import { http2Protocols, speaksHttp2 } from "../../objects/http2";
import { text } from "../../objects/json";
import { kinds, poolKinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { selectionOf } from "../../objects/selections";
import type { Rule, RuleConfig } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { chainsOf } from "../../objects/chains";
import type { Picker, PickerService } from "../../objects/pickers";
import { grpcPortsOf, leadsToGrpc, pickerReference, pickersOf, servicePortsOf } from "../../objects/pickers";
import { absentPickerPods, absentPickerService } from "./absentPicker";

/** Settings of {@link eppService}. */
export interface EppServiceConfig {
    appProtocols: string[];
}

const config: RuleConfig<EppServiceConfig> = {
    defaults: { appProtocols: http2Protocols },
    schema: {
        appProtocols: {
            type: "array",
            items: { type: "string" },
            description: "Values of appProtocol by which the mesh knows a port to be HTTP/2.",
        },
    },
};

/** The Service of an endpoint picker is where its pool looks for it, leads to it, and speaks HTTP/2. */
export const eppService: Rule<EppServiceConfig> = {
    name: "epp-service",
    description:
        "An InferencePool's endpoint picker is a Service in the pool's namespace that selects it, and answers for that pool; the Service says that its gRPC port is HTTP/2.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Put the endpoint picker and its Service into the pool's namespace, name that Service and its gRPC port in endpointPickerRef, and give the port `appProtocol: http2`.",
    config,
    *checkResource(object) {
        if (poolKinds.some((kind) => object.is(kind))) {
            yield* checkReference(object);
        }
    },
    *checkStack(index, settings) {
        yield* each(index.ofKind(...poolKinds), (pool) => checkPool(pool, index));
        for (const service of pickersOf(index).services) {
            yield* each([service.object], () => checkProtocol(service, settings));
        }
    },
};

function* checkReference(pool: KubernetesObject): Findings {
    const { path, name, port, isService } = pickerReference(pool);
    if (isService && name === "") {
        yield {
            message: `${pool.toString()} names no endpoint picker (${path}.name).`,
            fix: (index) => nameCorrection(pool, path, index),
        };
    }
    if (isService && port === undefined) {
        yield {
            message: `${pool.toString()} names no port of its endpoint picker ${name} (${path}), which a Service needs.`,
            fix: (index) => {
                const service = index.find(kinds.service, pool.namespace, name);
                const ports = service ? grpcPortsOf(service, pickersOf(index).behind(service)) : [];
                const field = pool.is(kinds.inferencePoolAlpha) ? "portNumber" : "port.number";
                return ports.length === 1 ? setField(`${path}.${field}`, ports[0]) : undefined;
            },
        };
    }
}

/** The one Service of the pool's namespace that leads to the one endpoint picker that says to be this pool's. */
function nameCorrection(pool: KubernetesObject, path: string, index: StackIndex): Fix | undefined {
    const [only, ...others] = pickersOf(index).services.filter(
        ({ object, pickers }) =>
            object.namespace === pool.namespace &&
            pickers.every(
                (picker) =>
                    picker.flag("pool-name")?.value === pool.name && picker.poolNamespace === pool.namespace,
            ) &&
            grpcPortsOf(object, pickers).length > 0,
    );
    return only && others.length === 0 ? setField(`${path}.name`, only.object.name) : undefined;
}

function* checkPool(pool: KubernetesObject, index: StackIndex): Findings {
    const { path, name, isService } = pickerReference(pool);
    if (!isService || name === "") {
        return;
    }
    const service = index.find(kinds.service, pool.namespace, name);
    const called = `${pool.toString()} calls Service ${name} as its endpoint picker (${path})`;
    if (!service) {
        const elsewhere = index.ofKind(kinds.service).filter((candidate) => candidate.name === name);
        const found = elsewhere.map((candidate) => `; the program has ${candidate.toString()}`).join("");
        yield {
            message: `${called}, which is not in the pool's namespace ${pool.namespace}${found}.`,
            ...absentPickerService(pool.namespace, name, index),
            fix: () => (elsewhere.length > 0 ? undefined : nameCorrection(pool, path, index)),
        };
        return;
    }
    if (text(service.spec.type) === "ExternalName") {
        yield { message: `${called}, which is an ExternalName (spec.type of ${service.toString()}).` };
        return;
    }
    const pickers = pickersOf(index).behind(service);
    if (pickers.length > 0) {
        yield* each(
            pickers.filter(({ upstream }) => upstream),
            (picker) => checkKnown(pool, picker, index),
        );
        return;
    }
    const { undecided, templates } = selectionOf(service, index);
    if (undecided) {
        yield { unknown: undecided };
        return;
    }
    const instead = templates.map(({ owner }) => owner.toString()).join(", ");
    yield {
        message: `${called}, which selects no endpoint picker (spec.selector of ${service.toString()})${instead && `, but ${instead}`}.`,
        ...absentPickerPods(service, index),
    };
}

/** An endpoint picker knows one pool, by its arguments, and answers for it whichever pool it is asked for. */
function* checkKnown(pool: KubernetesObject, picker: Picker, index: StackIndex): Findings {
    const flag = picker.flag("pool-name");
    if (!flag?.value || flag.value.includes("$(")) {
        return;
    }
    const own = {
        kind: pool.kind,
        name: flag.value,
        namespace: picker.poolNamespace,
        group: picker.flag("pool-group")?.value ?? kinds.inferencePool.group,
    };
    // Which group it reads by default is known of known versions alone.
    const sameGroup = own.group === pool.group || !picker.release;
    if (own.name === pool.name && own.namespace === pool.namespace && sameGroup) {
        return;
    }
    const chains = chainsOf(index);
    const { kind, group, namespace, name = "" } = pool;
    const asked = chains.backendAt({ kind, group, namespace, name });
    const answered = chains.backendAt(own);
    const samePods =
        answered !== undefined &&
        asked?.selection.templates.every((template) => answered.selection.templates.includes(template));
    yield {
        object: pool,
        message: `${pool.toString()} in group "${pool.group}" calls ${picker.owner.toString()} as its endpoint picker, which answers for ${own.namespace}/${own.name} in group "${own.group}" (--pool-name at ${flag.path}).`,
        ...(samePods && { level: "advisory" as const }),
    };
}

function* checkProtocol(service: PickerService, { appProtocols }: EppServiceConfig): Findings {
    const { object, pickers } = service;
    for (const port of servicePortsOf(object)) {
        const isGrpc = pickers.some((picker) => leadsToGrpc(port, picker));
        if (isGrpc && !speaksHttp2(port, appProtocols)) {
            const protocol =
                port.appProtocol === undefined
                    ? `has no appProtocol, and its name ${port.name || '""'} does not say it either`
                    : `has appProtocol ${port.appProtocol}`;
            yield {
                message: `${object.toString()}: gRPC port ${String(port.number)} (${port.path}) ${protocol}, so that ext_proc is not sent as HTTP/2. It takes one of ${appProtocols.join(", ")}.`,
                // Istio, and whatever else there is, takes each of them for the same.
                fix: () =>
                    appProtocols[0] === undefined
                        ? undefined
                        : setField(`${port.path}.appProtocol`, appProtocols[0]),
            };
        }
    }
}
