import { configuredPlugins } from "./configuredPlugins";
import type { EppRelease } from "./epp";
import type { PluginSpec } from "./presets";
import type { SimulatorRelease } from "./simulator";

/** What an EPP needs to be told to know prompts by the events of the model servers' caches. */
export interface KvEventsOptions {
    /** The model's own name, which is in the events, and by which blocks are told from those of another model. */
    model: string;
    /** Base URL of a model server that says which tokens it makes of a prompt. */
    renderUrl: string;
    /** Where the EPP listens for events. */
    port: number;
}

/**
 * Where blocks' hashes begin, for both sides (vLLM: `PYTHONHASHSEED`). From 0.9 on the EPP makes hashes of its own of the
 * tokens in each event, and takes the model server's for names; written all the same, as upstream does (router 0.10.0
 * `deploy/config/sim-epp-tokenizer-vllm-http-config.yaml`), so that no variable of an image's makes another.
 */
export const kvHashSeed = "42";

/** The plugins that read events of caches: the scorer up to EPP 0.8 alone, and as a wrapper of the producer from 0.9 on. */
export const kvEventReaders = {
    producer: "precise-prefix-cache-producer",
    scorer: "precise-prefix-cache-scorer",
} as const;
const { producer } = kvEventReaders;

const listenerTypes: readonly string[] = Object.values(kvEventReaders);

/** A plugin of an EndpointPickerConfig that knows prompts by the events of caches. */
export interface KvEventListener {
    readonly type: string;
    /** Where it listens, e.g. `tcp://0.0.0.0:5557`. None: it connects to each pod by itself. */
    readonly endpoint?: string;
}

/** The plugins of an EndpointPickerConfig, of whatever shape, that read events of caches. */
export function kvEventListeners(config: unknown): KvEventListener[] {
    return configuredPlugins(config).flatMap((plugin) => {
        if (plugin === undefined || !listenerTypes.includes(plugin.type)) {
            return [];
        }
        const { kvEventsConfig } = (plugin.parameters ?? {}) as { kvEventsConfig?: unknown };
        const { zmqEndpoint } = (kvEventsConfig ?? {}) as { zmqEndpoint?: unknown };
        return [
            {
                type: plugin.type,
                ...(typeof zmqEndpoint === "string" && zmqEndpoint !== "" && { endpoint: zmqEndpoint }),
            },
        ];
    });
}

/**
 * Why an EPP would never find a prompt in what a simulator tells of its cache, and give each pod 0 for ever: both must
 * make the same tokens of it. Undefined where they do. The simulator's are made with a regular expression of its own, of any
 * model where it is told so (`--force-dummy-tokenizer`), and are nobody else's; so the EPP has to ask it for them.
 */
export function kvEventsRefusal(epp: EppRelease, simulator: SimulatorRelease): string | undefined {
    if (!epp.asksForTokens) {
        return `EPP ${epp.minor} makes tokens with a real model's tokenizer, which are never the simulator's, so that precise prefix scores would be 0 for ever.`;
    }
    return simulator.rendersTokens
        ? undefined
        : `simulator ${simulator.minor} does not tell the EPP which tokens it makes of a prompt, so that precise prefix scores would be 0 for ever; 0.9.2 is the first that does.`;
}

/** The plugins that know prompts by events, in the order in which one needs the other's result. */
export function kvEventPlugins({ model, renderUrl, port }: KvEventsOptions, blockSize: number): PluginSpec[] {
    return [
        { type: "token-producer", parameters: { modelName: model, vllm: { url: renderUrl } } },
        {
            type: producer,
            parameters: {
                tokenProcessorConfig: { blockSizeTokens: blockSize, hashSeed: kvHashSeed },
                // Simulators connect to it. It would connect to vLLM's pods, each of which listens.
                kvEventsConfig: { zmqEndpoint: `tcp://0.0.0.0:${String(port)}`, discoverPods: false },
                // Simulators gather events for up to a second (sim 0.10.2 `block_cache.go`); until then it knows what it chose.
                speculativeIndexing: true,
            },
        },
        { type: "prefix-cache-scorer", parameters: { prefixMatchInfoProducerName: producer } },
    ];
}

/**
 * By what name a pod is to publish, so that the EPP finds it: its address with the port at which it is picked (router 0.9.0
 * and 0.10.0 `preciseprefixcache/utils.go`). The simulator says what it has in `POD_IP`, whatever that is (sim 0.7.0 to
 * 0.10.2 `CreateKVEventsTopic`); with an address alone, as upstream's own manifests have it, no event is ever found.
 */
export function kvEventPodName(address: string, port: number): string {
    return `${address}:${String(port)}`;
}

/** The port of an endpoint as ZeroMQ has it, e.g. `tcp://0.0.0.0:5557`; undefined where it has none. */
export function zmqPort(endpoint: string): number | undefined {
    const port = /:(\d+)$/.exec(endpoint)?.[1];
    return port === undefined ? undefined : Number(port);
}

/** The simulator's flags that have it publish. */
export const kvEventFlags = { endpoint: "zmq-endpoint", hashSeed: "hash-seed" } as const;
