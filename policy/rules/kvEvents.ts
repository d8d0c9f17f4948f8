import { record, text } from "../../objects/json";
import { expand, flagValue, targetNumber, variableOf } from "../../objects/containers";
import { serviceHost } from "../../objects/hosts";
import { kinds } from "../../objects/kinds";
import { scrapedBy, simulatorsOf } from "../../objects/modelServers";
import { configTextOf, readConfig } from "../../objects/pickerConfig";
import type { Picker } from "../../objects/pickers";
import { pickersOf, servicePortsOf } from "../../objects/pickers";
import type { Simulator } from "../../objects/servers";
import type { StackIndex } from "../../objects/stackIndex";
import type { KvEventListener } from "../../releases";
import {
    findSimulator,
    kvEventFlags,
    kvEventListeners,
    kvEventPodName,
    kvEventsRefusal,
    zmqPort,
} from "../../releases";
import { eachPicker } from "../framework/eachPicker";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Rule } from "../framework/rule";

/** Where a simulator publishes without `--zmq-endpoint`: at itself (sim 0.10.2 `pkg/common/config.go`). */
const defaultEndpoint = "tcp://127.0.0.1:5557";

/**
 * An endpoint picker that knows prompts by the events of caches gets them, from pods that it knows, of tokens that it makes
 * too. Otherwise nothing fails: each pod's score is 0. Whether the blocks are of one size, `epp-config` says; seeds of
 * hashes need not agree where the other conditions can be met (see `kvHashSeed`).
 */
export const kvEvents: Rule = {
    name: "kv-events",
    description:
        "An endpoint picker that scores by the events of the simulators' caches is sent them, under the names by which it knows the pods.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Have simulators publish (--zmq-endpoint) to a port of the endpoint picker's Service that leads to where kvEventsConfig.zmqEndpoint listens, and name pods by address and port in POD_IP: $(ADDRESS):8200.",
    *checkStack(index) {
        yield* eachPicker(index, (picker) => checkPicker(picker, index));
    },
};

function* checkPicker(picker: Picker, index: StackIndex): Findings {
    const [listener] = listenersOf(picker, index);
    if (!listener) {
        return;
    }
    const { all, undecided } = simulatorsOf(picker, index);
    for (const simulator of all) {
        yield* each([picker.owner], () => checkPair(simulator, picker, listener, index));
    }
    if (undecided) {
        yield { unknown: undecided };
    }
}

/** Of a configuration that can be read; others are other rules' to report. */
function listenersOf(picker: Picker, index: StackIndex): KvEventListener[] {
    const found = configTextOf(picker, index);
    if (!found || "problem" in found) {
        return [];
    }
    const read = readConfig(found.text, index);
    return "content" in read ? kvEventListeners(read.content) : [];
}

function* checkPair(
    simulator: Simulator,
    picker: Picker,
    { type, endpoint }: KvEventListener,
    index: StackIndex,
): Findings {
    const { template, container, version } = simulator;
    const server = template.owner.toString();
    const lost = `so that ${type} of ${picker.owner.toString()} gives each of its pods 0`;
    const release = findSimulator(version ?? "");
    const refusal = picker.release && release && kvEventsRefusal(picker.release, release);
    if (refusal !== undefined) {
        yield { message: `${server} (${container.path}.image) is no match: ${refusal}` };
        return;
    }
    if (endpoint === undefined) {
        yield {
            message: `${server} listens nowhere for whoever wants its cache's events, and ${picker.owner.toString()} listens nowhere either (kvEventsConfig.zmqEndpoint), ${lost}.`,
        };
        return;
    }
    if (flagValue(container, "enable-kvcache")?.value !== "true") {
        yield {
            message: `${server} caches nothing of which it could publish events (--enable-kvcache is not set), ${lost}.`,
        };
        return;
    }
    yield* checkAddress(simulator, picker, zmqPort(endpoint), lost, index);
    yield* checkName(simulator, picker, lost, index);
}

/** Whether a simulator publishes to where the endpoint picker listens. */
function* checkAddress(
    { template, container }: Simulator,
    picker: Picker,
    listens: number | undefined,
    lost: string,
    index: StackIndex,
): Findings {
    const given = flagValue(container, kvEventFlags.endpoint);
    const address = expand(given?.value ?? defaultEndpoint, container);
    if (listens === undefined || address.includes("$(")) {
        return;
    }
    const origin = given
        ? `--${kvEventFlags.endpoint} at ${given.path}`
        : `the default of --${kvEventFlags.endpoint}`;
    const publishes = `${template.owner.toString()} publishes its cache's events to ${address} (${origin})`;
    const host = /^tcp:\/\/(.*):\d+$/.exec(address)?.[1] ?? "";
    const named = serviceHost(host, template.namespace);
    const service = named && index.find(kinds.service, named.namespace, named.name);
    const behind = service ? pickersOf(index).behind(service) : [];
    if (!service || !behind.some(({ owner }) => owner === picker.owner)) {
        // What another program makes may lead there.
        if (!service && named && !/^[\d.]+$/.test(host) && host !== "localhost") {
            return;
        }
        yield { message: `${publishes}, where ${picker.owner.toString()} is not, ${lost}.` };
        return;
    }
    const leads = servicePortsOf(service).some(
        ({ number, target }) =>
            number === zmqPort(address) && targetNumber(picker.template, target) === listens,
    );
    if (!leads) {
        yield {
            message: `${publishes}, but no such port of ${service.toString()} leads to ${String(listens)}, where ${picker.owner.toString()} listens for them (kvEventsConfig.zmqEndpoint), ${lost}.`,
        };
    }
}

/** Whether events name a pod as the endpoint picker does: by its address and the port at which it is picked. */
function* checkName(
    { template, container }: Simulator,
    picker: Picker,
    lost: string,
    index: StackIndex,
): Findings {
    const variable = variableOf(container, "POD_IP");
    const [port] = scrapedBy(picker, index)
        .filter((scraped) => scraped.template === template)
        .map((scraped) => scraped.port);
    // Without the variable a simulator that caches does not start.
    if (variable === undefined || port === undefined) {
        return;
    }
    const { value, valueFrom } = variable.value;
    const named = text(value);
    const isAddress = text(record(record(valueFrom).fieldRef).fieldPath) === "status.podIP";
    if (isAddress || (named !== undefined && !named.endsWith(kvEventPodName("", port)))) {
        yield {
            message: `${template.owner.toString()} names its pods by ${named ?? "their address alone"} in its cache's events (POD_IP at ${variable.path}), but the endpoint picker looks for address and port, ${kvEventPodName("<address>", port)}, ${lost}.`,
        };
    }
}
