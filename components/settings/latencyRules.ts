import type { SimulatorRelease } from "../../releases";
import { latencyCalculatorFlag, releasesWithFlag, simulatorReleases } from "../../releases";
import type { LatencySetting } from "../simulator/latency";
import { calculatorOf, hasCalculator, latencyFlags, latencyInForce } from "../simulator/latency";
import { nanosecondsOf } from "./durations";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import type { Model } from "./schema";

/** Deviations that the simulator refuses beyond a part of what they are of (sim 0.7.0 to 0.10.2 `validate`). */
const bounded = [
    ["timeToFirstToken", "timeToFirstTokenStdDev", "simulator.timeToFirstToken"],
    ["interTokenLatency", "interTokenLatencyStdDev", "simulator.interTokenLatency"],
    ["kvCacheTransferLatency", "kvCacheTransferLatencyStdDev", "simulator.latency.kvCacheTransferLatency"],
] as const;

/** Latencies that the release cannot be told, or that its calculator would not read, or the simulator not start with. */
export function latencyConflicts({ simulator }: Model, release: SimulatorRelease, name: Name): Problem[] {
    const at = (key: string) => name(`simulator.latency.${key}`);
    const set = Object.entries(simulator.latency).filter(([, value]) => value !== undefined);
    if (!hasCalculator(release)) {
        const [first = ""] = releasesWithFlag(latencyCalculatorFlag, simulatorReleases);
        return set.map(([key, value]) =>
            refused(
                at(key),
                value,
                ` with simulator ${release.minor}, which has no --${latencyCalculatorFlag}`,
                `simulator ${first} or later, or no ${name("simulator.latency")}`,
            ),
        );
    }
    const calculator = calculatorOf(simulator, release);
    const unread = set.flatMap(([key, value]) => {
        const read = latencyFlags[key as LatencySetting] as { of?: string } | undefined;
        return read?.of === undefined || read.of === calculator
            ? []
            : [
                  refused(
                      at(key),
                      value,
                      ` with the ${calculator} calculator, which does not read it`,
                      `none, or ${at("calculator")} ${read.of}`,
                  ),
              ];
    });
    const ignored =
        calculator === "per-token" && simulator.timeToFirstToken !== undefined
            ? [
                  refused(
                      name("simulator.timeToFirstToken"),
                      simulator.timeToFirstToken,
                      ` with ${at("calculator")} per-token, which does not read it`,
                      `none, or ${at("calculator")} fixed`,
                  ),
              ]
            : [];
    const values = latencyInForce(simulator);
    const wide = bounded.flatMap(([mean, deviation, owner]) => {
        const [time = "0s", varies = "0s"] = [values[mean], values[deviation]];
        const isRead = (latencyFlags[deviation] as { of?: string }).of ?? calculator;
        return isRead !== calculator || nanosecondsOf(varies) * 10n <= nanosecondsOf(time) * 3n
            ? []
            : [
                  refused(
                      at(deviation),
                      varies,
                      `, because the simulator exits with more than 30% of ${name(owner)}, which is ${time}`,
                      "a smaller duration",
                  ),
              ];
    });
    return [...unread, ...ignored, ...wide];
}
