import type { LatencyProfile, SimulatorRelease } from "../../releases";
import { latencyCalculatorFlag, latencyProfiles } from "../../releases";

/** How the time to the first token is made: `per-token` of what of the prompt is not cached, `fixed` of nothing. */
export type LatencyCalculator = "per-token" | "fixed";

/** What is set of a model's latencies beside {@link LatencyChoice.timeToFirstToken} and the one between tokens. */
export interface LatencySettings extends Partial<
    Omit<LatencyProfile, "maxNumSeqs" | "timeToFirstToken" | "interTokenLatency">
> {
    /** Whose numbers stand where nothing else is set. Default: 20 ms, and 250 µs for each token. */
    profile?: keyof typeof latencyProfiles;
    /** Default: fixed where a time to the first token is set, or the release knows nothing else. */
    calculator?: LatencyCalculator;
}

/** What is set of how long a model takes. Durations have their unit, e.g. `20ms`. */
export interface LatencyChoice {
    /** Time to the first token, whatever is cached. */
    timeToFirstToken?: string;
    /** Time between two tokens. */
    interTokenLatency?: string;
    /** Requests that one pod serves at once. */
    maxNumSeqs?: number;
    latency?: LatencySettings;
}

/** Without a profile: a warm prompt has its first token as soon as any had with the fixed time of before. */
const unprofiled = {
    maxNumSeqs: 5,
    interTokenLatency: "5ms",
    timeToFirstToken: "20ms",
    prefillOverhead: "20ms",
    prefillTimePerToken: "250us",
} as const satisfies Partial<LatencyProfile>;

/** What each setting below `simulator.latency` is to the simulator, and which calculator reads it. */
export const latencyFlags = {
    interTokenLatencyStdDev: { flag: "inter-token-latency-std-dev" },
    timeFactorUnderLoad: { flag: "time-factor-under-load" },
    timeToFirstTokenStdDev: { flag: "time-to-first-token-std-dev", of: "fixed" },
    kvCacheTransferLatency: { flag: "kv-cache-transfer-latency", of: "fixed" },
    kvCacheTransferLatencyStdDev: { flag: "kv-cache-transfer-latency-std-dev", of: "fixed" },
    prefillOverhead: { flag: "prefill-overhead", of: "per-token" },
    prefillTimePerToken: { flag: "prefill-time-per-token", of: "per-token" },
    prefillTimeStdDev: { flag: "prefill-time-std-dev", of: "per-token" },
    kvCacheTransferTimePerToken: { flag: "kv-cache-transfer-time-per-token", of: "per-token" },
    kvCacheTransferTimeStdDev: { flag: "kv-cache-transfer-time-std-dev", of: "per-token" },
} as const satisfies Partial<Record<keyof LatencyProfile, { flag: string; of?: LatencyCalculator }>>;

/** One of {@link latencyFlags}. */
export type LatencySetting = keyof typeof latencyFlags;

/** Whether a release can be told how to make latencies. */
export function hasCalculator({ flags }: SimulatorRelease): boolean {
    return flags.includes(latencyCalculatorFlag);
}

/** The calculator in force. */
export function calculatorOf(
    { timeToFirstToken, latency }: LatencyChoice,
    release: SimulatorRelease,
): LatencyCalculator {
    return (
        latency?.calculator ??
        (timeToFirstToken !== undefined || !hasCalculator(release) ? "fixed" : "per-token")
    );
}

/** Every number in force: what is set, or else the profile's, or else the program's own. */
export function latencyInForce({
    latency = {},
    ...set
}: LatencyChoice): Partial<LatencyProfile> & Pick<LatencyProfile, keyof typeof unprofiled> {
    const { profile, ...own } = latency;
    const given = Object.entries({ ...set, ...own }).filter(([, value]) => value !== undefined);
    return {
        ...(profile === undefined ? unprofiled : latencyProfiles[profile]),
        ...(Object.fromEntries(given) as Partial<LatencyProfile>),
    };
}

/** The simulator's arguments of latency. */
export function latencyArguments(choice: LatencyChoice, release: SimulatorRelease): string[] {
    const values = latencyInForce(choice);
    const calculator = calculatorOf(choice, release);
    const written = (duration: string) =>
        release.latency === "milliseconds" ? duration.replace(/ms$/, "") : duration;
    return [
        ...(hasCalculator(release)
            ? [`--${latencyCalculatorFlag}=${calculator === "fixed" ? "constant" : calculator}`]
            : []),
        ...(calculator === "fixed" ? [`--time-to-first-token=${written(values.timeToFirstToken)}`] : []),
        `--inter-token-latency=${written(values.interTokenLatency)}`,
        ...Object.entries(latencyFlags).flatMap(([setting, { flag, ...read }]) => {
            const value = values[setting as LatencySetting];
            const isRead = !("of" in read) || read.of === calculator;
            // Without the flag of a calculator only what each release has always been given is known to be read.
            return value === undefined || !isRead || !hasCalculator(release)
                ? []
                : [`--${flag}=${String(value)}`];
        }),
    ];
}
