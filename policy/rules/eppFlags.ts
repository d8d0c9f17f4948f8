import { addDash } from "../framework/argumentFix";
import { eachPickerIn } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { setField } from "../framework/fix";
import { integer, record, text } from "../../objects/json";
import { variableOf } from "../../objects/containers";
import { kinds } from "../../objects/kinds";
import { templatesOf } from "../../objects/podIndex";
import type { Rule } from "../framework/rule";
import { pickerFlagProblems } from "../../objects/pickerFlags";
import { Picker } from "../../objects/pickers";
import { eppHealthServices } from "../../releases";
import type { ExtraFlagsConfig } from "./extraFlags";
import { extraFlagsConfig } from "./extraFlags";

const maximumTargetPorts = 8;

/**
 * Names that differ under leader election: a follower is alive, and not ready. Without, the health server gives one answer
 * for any name, so that charts write what they like (GIE 1.0 to 1.5 and router 0.9 `cmd/epp/runner/health.go`).
 */
const probeServices = {
    livenessProbe: eppHealthServices.liveness,
    readinessProbe: eppHealthServices.readiness,
    startupProbe: eppHealthServices.liveness,
};

/** An endpoint picker starts with its arguments, and they fit its replicas, strategy and probes. */
export const eppFlags: Rule<ExtraFlagsConfig> = {
    name: "epp-flags",
    description:
        "The endpoint picker's arguments are ones that its version accepts, and agree with its replicas, update strategy and probes.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Remove or correct the argument that the message names. More than one replica needs --ha-enable-leader-election, a strategy that lets the leader go first (RollingUpdate with maxUnavailable 100%, or Recreate), and gRPC probes of the services liveness and readiness.",
    config: extraFlagsConfig,
    *checkResource(object, settings) {
        yield* eachPickerIn(object, templatesOf(object), function* (picker) {
            for (const check of [checkFlags, checkPool, checkConfiguration, checkReplicas, checkProbes]) {
                yield* each([object], () => check(picker, settings));
            }
        });
    },
};

function* checkFlags(picker: Picker, { extraFlags }: ExtraFlagsConfig): Findings {
    const { problems, unknowns } = pickerFlagProblems(picker.container, picker.release, extraFlags);
    yield* unknowns.map((unknown) => ({ unknown }));
    for (const { id, path, message } of problems) {
        yield {
            message: `${picker.owner.toString()}: ${message}`,
            fix: () => (id === "dashes" ? addDash(picker.container, path) : undefined),
        };
    }
}

function* checkPool(picker: Picker): Findings {
    const pool = picker.flag("pool-name");
    const selector = picker.flag("endpoint-selector");
    const owner = picker.owner.toString();
    if (pool?.value && selector?.value) {
        yield {
            message: `${owner}: --pool-name (${pool.path}) and --endpoint-selector (${selector.path}) exclude each other.`,
        };
    }
    if (!pool?.value && !selector?.value) {
        yield {
            message: `${owner}: the endpoint picker has neither --pool-name nor --endpoint-selector, and exits at start (${picker.container.path}.args).`,
        };
    }
    if (selector?.value && !pool?.value && picker.release && !picker.release.standalone) {
        yield {
            message: `${owner}: --endpoint-selector (${selector.path}) does not work in ${Picker.describe(picker.release)}, which exits at start without a pool (GIE#2858).`,
        };
    }
    if (selector?.value) {
        yield* checkEndpoints(picker, selector.path);
    }
}

function* checkEndpoints(picker: Picker, path: string): Findings {
    const owner = picker.owner.toString();
    const ports = picker.flag("endpoint-target-ports");
    const numbers = ports?.value.split(",") ?? [];
    if (!ports) {
        yield { message: `${owner}: --endpoint-selector (${path}) needs --endpoint-target-ports.` };
    } else if (
        numbers.length > maximumTargetPorts ||
        !numbers.every((number) => /^\d{1,5}$/.test(number) && Number(number) <= 65535)
    ) {
        yield {
            message: `${owner}: --endpoint-target-ports (${ports.path}) is ${ports.value}, but it is one to ${String(maximumTargetPorts)} port numbers with commas between them.`,
        };
    }
    if (!variableOf(picker.container, "POD_NAME")) {
        yield {
            message: `${owner}: --endpoint-selector (${path}) needs the environment variable POD_NAME (${picker.container.path}.env).`,
        };
    }
}

function* checkConfiguration(picker: Picker): Findings {
    const file = picker.flag("config-file");
    const inline = picker.flag("config-text");
    const owner = picker.owner.toString();
    if (file?.value && inline?.value) {
        yield {
            message: `${owner}: --config-file (${file.path}) and --config-text (${inline.path}) exclude each other.`,
        };
    }
    const { release } = picker;
    if (release?.configRequired && !file?.value && !inline?.value) {
        yield {
            message: `${owner}: ${Picker.describe(release)} needs --config-file or --config-text (${picker.container.path}.args).`,
        };
    }
}

function* checkReplicas(picker: Picker): Findings {
    const { owner, replicas, leaderElection } = picker;
    const flag = picker.flag("ha-enable-leader-election");
    if (replicas > 1 && !leaderElection) {
        yield {
            message: `${owner.toString()}: ${String(replicas)} replicas (spec.replicas) without --ha-enable-leader-election (${flag?.path ?? `${picker.container.path}.args`}) pick endpoints unaware of each other.`,
            // Who switches it off by name means it, as llm-d's guide for precise prefix caching does: there each has an
            // index of all pods' blocks.
            ...(flag && { level: "advisory" as const }),
        };
    }
    if (owner.is(kinds.deployment) && replicas === 1 && leaderElection) {
        yield {
            message: `${owner.toString()}: --ha-enable-leader-election (${flag?.path ?? ""}) with 1 replica (spec.replicas) leaves nobody to take over.`,
        };
    }
    if (owner.is(kinds.deployment) && leaderElection && keepsLeader(owner.spec.strategy, replicas)) {
        yield {
            message: `${owner.toString()}: a rolling update (spec.strategy) with --ha-enable-leader-election (${flag?.path ?? ""}) never ends, because only the leader is ever Ready and has to go before another can be; spec.strategy.rollingUpdate.maxUnavailable has to be 100%, or spec.strategy.type Recreate.`,
        };
    }
}

/** Whether a rolling update waits for a second Ready pod before it lets the first one go. */
function keepsLeader(strategy: unknown, replicas: number): boolean {
    const { type, rollingUpdate } = record(strategy);
    if ((text(type) ?? "RollingUpdate") !== "RollingUpdate") {
        return false;
    }
    const { maxUnavailable } = record(rollingUpdate);
    return text(maxUnavailable) !== "100%" && (integer(maxUnavailable) ?? 0) < replicas;
}

function* checkProbes(picker: Picker): Findings {
    const { leaderElection } = picker;
    for (const [probe, expected] of Object.entries(probeServices)) {
        if (picker.container.fields[probe] === undefined) {
            continue;
        }
        const fields = record(picker.container.fields[probe]);
        const path = `${picker.container.path}.${probe}`;
        const owner = picker.owner.toString();
        // That the ext_proc server listens is all that a start can be asked for; the pool is the other probes' matter.
        if (probe === "startupProbe" && fields.tcpSocket !== undefined) {
            continue;
        }
        if (fields.grpc === undefined) {
            const handler = ["tcpSocket", "httpGet", "exec"].find((kind) => kind in fields) ?? "nothing";
            yield {
                message: `${owner}: ${probe} uses ${handler} (${path}), which does not tell whether the endpoint picker knows its pool; it has to be grpc.`,
            };
            continue;
        }
        const service = text(record(fields.grpc).service) ?? "";
        if (leaderElection && service !== expected) {
            yield {
                message: `${owner}: ${probe} asks for the service ${service || '""'} (${path}.grpc.service), but with --ha-enable-leader-election it has to be ${expected}.`,
                fix: () => setField(`${path}.grpc.service`, expected),
            };
        }
    }
}
