import { flagName } from "../../releases";
import { isObject } from "../../objects/json";
import type { Settings } from "./schema";

/** Plugins that know prompts by what model servers tell of their caches. */
const listeners = ["precise-prefix-cache-scorer", "precise-prefix-cache-producer"];

/**
 * Configurations that wait for events of caches which no simulator sends: without `--zmq-endpoint` it publishes to itself
 * (sim 0.10.2 `pkg/common/config.go`), and such a scorer then gives every pod 0.
 */
export function kvEventWarnings({ models }: Settings): string[] {
    return models.flatMap(({ epp, simulator }) => {
        const plugins: unknown = epp.plugins === "custom" ? epp.customConfig?.plugins : [];
        const types = (Array.isArray(plugins) ? (plugins as unknown[]) : []).flatMap((plugin) =>
            isObject(plugin) && typeof plugin.type === "string" ? [plugin.type] : [],
        );
        const waiting = types.find((type) => listeners.includes(type));
        const sends = simulator.extraArgs.some((argument) => flagName(argument) === "zmq-endpoint");
        return waiting === undefined || sends
            ? []
            : [
                  `epp.customConfig: ${waiting} gets no events of the model servers' caches, and gives every pod 0: no simulator publishes any without --zmq-endpoint (simulator.extraArgs).`,
              ];
    });
}
