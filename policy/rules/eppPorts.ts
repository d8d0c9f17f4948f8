import { setFlag } from "../framework/argumentFix";
import { eachPicker, eachPickerIn } from "../framework/eachPicker";
import type { Findings, Violation } from "../framework/finding";
import { each } from "../framework/finding";
import type { Fix } from "../framework/fix";
import { setField } from "../framework/fix";
import { integer, list, record, text, written } from "../../objects/json";
import { kinds, poolKinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import { templatesOf } from "../../objects/podIndex";
import type { Rule, RuleConfig } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { isPool } from "../../objects/chains";
import { declaredPortsOf, namedPort, targetNumber } from "../../objects/containers";
import { extProcFiltersOf } from "../../objects/extProc";
import { clusterService, destinationHost } from "../../objects/istioHosts";
import type { Picker, PickerPort, PickerService, ServicePort } from "../../objects/pickers";
import {
    declaredPorts,
    grpcPortsOf,
    leadsToGrpc,
    pickerPortNames,
    pickerPorts,
    pickerReference,
    pickersOf,
    servicePortsOf,
} from "../../objects/pickers";

/** Settings of {@link eppPorts}. */
export interface EppPortsConfig {
    grpc: number;
    health: number;
    metrics: number;
}

const config: RuleConfig<EppPortsConfig> = {
    defaults: { grpc: 9002, health: 9003, metrics: 9090 },
    schema: {
        grpc: { type: "integer", description: "The port that gateways call the endpoint picker at." },
        health: { type: "integer", description: "The port that the endpoint picker's probes ask." },
        metrics: { type: "integer", description: "The port that the endpoint picker's metrics are read at." },
    },
};

/** What a port is for, as its name tells. */
const purposes: readonly (readonly [RegExp, PickerPort])[] = [
    [/health/, "health"],
    [/metrics/, "metrics"],
    [/ext-?proc|^grpc/, "grpc"],
];

/** The ports of an endpoint picker agree, from its arguments to whatever calls it. */
export const eppPorts: Rule<EppPortsConfig> = {
    name: "epp-ports",
    description:
        "The endpoint picker's gRPC, health and metrics ports are the same in its arguments, container, probes, Service, and in what calls it.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Give both places that the message names the same port. If another port is meant everywhere, set it in this rule's config.",
    config,
    *checkResource(object, settings) {
        yield* eachPickerIn(object, templatesOf(object), (picker) => checkWorkload(picker, settings));
        if (isPool(object)) {
            yield* checkPool(object, settings);
        }
    },
    *checkStack(index, settings) {
        const { services } = pickersOf(index);
        // Also reports the workloads and Services of which it is not known whether they are an endpoint picker's.
        yield* eachPicker(index, (picker) => (picker.upstream ? [] : checkProbes(picker, settings)));
        for (const service of services) {
            yield* each([service.object], () => checkService(service, settings));
        }
        yield* checkCallers(index);
        yield* each(index.ofKind(kinds.destinationRule), (rule) => checkDestinationRule(rule, index));
    },
};

function* checkWorkload(picker: Picker, settings: EppPortsConfig): Findings {
    for (const port of pickerPortNames) {
        const { number, source } = picker.port(port);
        const { purpose } = pickerPorts[port];
        if (number !== settings[port]) {
            const given = number === undefined ? "no number" : String(number);
            yield {
                message: `${picker.owner.toString()}: the endpoint picker's ${purpose} port is ${given} (${source}), but it has to be ${String(settings[port])}.`,
                fix: () => argumentCorrection(picker, port, settings),
            };
        }
    }
    yield* checkDeclared(picker, settings);
    yield* checkProbes(picker, settings);
    yield* checkScrape(picker, settings);
}

/** The argument is what is wrong where the container declares the port that it has to be, and not the argument's. */
function argumentCorrection(picker: Picker, port: PickerPort, settings: EppPortsConfig): Fix | undefined {
    const flag = picker.flag(pickerPorts[port].flag);
    const numbers = declaredPortsOf(picker.container).map(({ number }) => number);
    return flag && numbers.includes(settings[port]) && !numbers.includes(picker.port(port).number)
        ? setFlag(picker.container, flag.path, String(settings[port]))
        : undefined;
}

/** The port that the endpoint picker serves, where that is the one that it has to be: then the other place is wrong. */
function certainPort(picker: Picker, port: PickerPort, settings: EppPortsConfig): number | undefined {
    const { number } = picker.port(port);
    return picker.upstream && number === settings[port] ? number : undefined;
}

/** The correction of a place by the port that the endpoint picker is certain to serve. */
function correction(
    path: string,
    picker: Picker,
    port: PickerPort,
    settings: EppPortsConfig,
): Pick<Violation, "fix"> {
    const number = certainPort(picker, port, settings);
    return { fix: () => (number === undefined ? undefined : setField(path, number)) };
}

function* checkDeclared(picker: Picker, settings: EppPortsConfig): Findings {
    const declared = declaredPortsOf(picker.container);
    for (const { name, number, path } of declared) {
        const port = portOfName(name ?? "");
        if (port && number !== picker.port(port).number) {
            yield {
                message: `${picker.owner.toString()}: container port ${name ?? ""} is ${String(number)} (${path}), but the endpoint picker serves ${portText(picker, port)}.`,
                ...correction(path, picker, port, settings),
            };
        }
    }
    const grpc = picker.port("grpc").number;
    if (
        declared.length > 0 &&
        !declared.some(({ name, number }) => number === grpc || portOfName(name ?? "") === "grpc")
    ) {
        yield {
            message: `${picker.owner.toString()}: the endpoint picker serves ${portText(picker, "grpc")}, which is not among the ports of its container: ${declaredPorts(picker)} (${picker.container.path}.ports).`,
        };
    }
}

function* checkProbes(picker: Picker, settings: EppPortsConfig): Findings {
    for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
        const fields = record(picker.container.fields[probe]);
        for (const kind of ["grpc", "tcpSocket"]) {
            const asked = record(fields[kind]).port;
            const number =
                typeof asked === "string" ? namedPort(picker.template, asked)?.number : integer(asked);
            // A start is over once the ext_proc server listens, of which the health server knows nothing.
            const listens =
                probe === "startupProbe" && kind === "tcpSocket" && number === picker.port("grpc").number;
            if (asked !== undefined && !listens && number !== picker.port("health").number) {
                const path = `${picker.container.path}.${probe}.${kind}.port`;
                yield {
                    message: `${picker.owner.toString()}: ${probe} asks port ${written(asked)} (${path}), but the endpoint picker serves ${portText(picker, "health")}.`,
                    // A name stands for a port that is declared elsewhere.
                    ...(typeof asked === "number" && correction(path, picker, "health", settings)),
                };
            }
        }
    }
}

/** Prometheus' conventional annotations on the pods. */
function* checkScrape(picker: Picker, settings: EppPortsConfig): Findings {
    const annotation = "prometheus.io/port";
    const scraped = picker.template.annotations[annotation];
    if (scraped !== undefined && scraped !== String(picker.port("metrics").number)) {
        yield {
            message: `${picker.owner.toString()}: the annotation ${annotation} of its pods is ${scraped}, but the endpoint picker serves ${portText(picker, "metrics")}.`,
            fix: () => {
                const number = certainPort(picker, "metrics", settings);
                const above = picker.template.path === "" ? [] : picker.template.path.split(".");
                const steps = [...above, "metadata", "annotations", annotation];
                return number === undefined ? undefined : { edits: [{ steps, value: String(number) }] };
            },
        };
    }
}

function* checkPool(pool: KubernetesObject, settings: EppPortsConfig): Findings {
    const { port, isService } = pickerReference(pool);
    if (isService && port && port.value !== settings.grpc) {
        yield {
            message: `${pool.toString()} calls its endpoint picker at port ${String(port.value)} (${port.path}), but it has to be ${String(settings.grpc)}.`,
            fix: (index) =>
                grpcPortsBehind(pool, index).includes(settings.grpc)
                    ? setField(port.path, settings.grpc)
                    : undefined,
        };
    }
}

function* checkService({ object, pickers }: PickerService, settings: EppPortsConfig): Findings {
    const ports = servicePortsOf(object);
    for (const picker of pickers) {
        for (const port of ports) {
            yield* checkServicePort(object, port, picker, settings);
        }
    }
}

function* checkServicePort(
    service: KubernetesObject,
    port: ServicePort,
    picker: Picker,
    settings: EppPortsConfig,
): Findings {
    const target = targetNumber(picker.template, port.target);
    const at = `${service.toString()}: port ${String(port.number)} (${port.path})`;
    if (target === undefined) {
        yield {
            message: `${at} leads to the port named ${String(port.target)}, which ${picker.owner.toString()} does not declare: ${declaredPorts(picker) || "none"} (${picker.container.path}.ports).`,
        };
        return;
    }
    const reached = picker.portOf(target);
    if (reached && port.number !== target) {
        yield {
            message: `${at} leads to ${String(port.target)} of ${picker.owner.toString()}, which serves ${portText(picker, reached)}: the Service's port has to be the same.`,
            fix: () =>
                certainPort(picker, reached, settings) !== undefined &&
                !servicePortsOf(service).some(({ number }) => number === target)
                    ? setField(`${port.path}.port`, target)
                    : undefined,
        };
    }
    const meant = picker.portOf(port.number) ?? portOfName(port.name);
    if (!reached && meant) {
        yield {
            message: `${at} leads to ${String(port.target)} of ${picker.owner.toString()}, which serves ${portText(picker, meant)}.`,
            ...(typeof port.target === "number" &&
                correction(`${port.path}.targetPort`, picker, meant, settings)),
        };
    }
}

/** The ports of the Service that a pool names which lead to an endpoint picker's gRPC port. */
function grpcPortsBehind(pool: KubernetesObject, index: StackIndex): number[] {
    const service = index.find(kinds.service, pool.namespace, pickerReference(pool).name);
    return service ? grpcPortsOf(service, pickersOf(index).behind(service)) : [];
}

/** What pools and ext_proc filters call is the port of the Service that leads to the picker's gRPC port. */
function* checkCallers(index: StackIndex): Findings {
    const pickers = pickersOf(index);
    yield* each(index.ofKind(...poolKinds), function* (pool) {
        const { name, port, isService } = pickerReference(pool);
        const service = isService ? index.find(kinds.service, pool.namespace, name) : undefined;
        if (service && port) {
            const calls = `${pool.toString()} calls`;
            const found = checkCall(calls, port.value, port.path, service, pickers.behind(service));
            const [only, ...others] = grpcPortsBehind(pool, index);
            yield* [...found].map((finding) => ({
                ...finding,
                fix: () => (only === undefined || others.length > 0 ? undefined : setField(port.path, only)),
            }));
        }
    });
    for (const { object, cluster, target } of extProcFiltersOf(index).all) {
        yield* each([object], function* () {
            const service =
                target?.service && index.find(kinds.service, target.service.namespace, target.service.name);
            if (service && cluster) {
                yield* checkCall(
                    `${object.toString()} sends ext_proc to`,
                    target.port,
                    cluster.path,
                    service,
                    pickers.behind(service),
                );
            }
        });
    }
}

function* checkCall(
    call: string,
    number: number,
    path: string,
    service: KubernetesObject,
    pickers: readonly Picker[],
): Findings {
    for (const picker of pickers) {
        const port = servicePortsOf(service).find((candidate) => candidate.number === number);
        if (!port) {
            yield {
                message: `${call} port ${String(number)} of ${service.toString()} (${path}), which has no such port: ${portsOf(service)} (spec.ports).`,
            };
        } else if (!leadsToGrpc(port, picker)) {
            yield {
                message: `${call} port ${String(number)} of ${service.toString()} (${path}), which leads to ${String(port.target)} of ${picker.owner.toString()}, but that serves ${portText(picker, "grpc")}.`,
            };
        }
    }
}

function* checkDestinationRule(rule: KubernetesObject, index: StackIndex): Findings {
    const named = clusterService(destinationHost(text(rule.spec.host) ?? "", rule.namespace));
    const service = named && index.find(kinds.service, named.namespace, named.name);
    if (!service || pickersOf(index).behind(service).length === 0) {
        return;
    }
    const known = new Set(servicePortsOf(service).map(({ number }) => number));
    for (const [position, setting] of list(record(rule.spec.trafficPolicy).portLevelSettings).entries()) {
        const number = integer(record(record(setting).port).number);
        if (number !== undefined && !known.has(number)) {
            yield {
                message: `${rule.toString()} sets port ${String(number)} (spec.trafficPolicy.portLevelSettings.${String(position)}.port.number), which ${service.toString()} does not have: ${portsOf(service)} (spec.ports).`,
            };
        }
    }
}

function portOfName(name: string): PickerPort | undefined {
    return purposes.find(([pattern]) => pattern.test(name))?.[1];
}

function portText(picker: Picker, port: PickerPort): string {
    const { number, source } = picker.port(port);
    return `${pickerPorts[port].purpose} at ${String(number)} (${source})`;
}

function portsOf(service: KubernetesObject): string {
    return servicePortsOf(service)
        .map(({ number }) => String(number))
        .join(", ");
}
