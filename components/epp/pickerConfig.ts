import { api } from "../contract";
import type { EppRelease } from "../versions";
import { charactersPerToken } from "../versions";

/**
 * The EndpointPickerConfig of the seed's system: filter on decode pods, then score load 1, prefix cache 2 and KV cache
 * use 1, and take the best. A cold prompt scores 1.5 on an idle pod, a warm one 3.5, and so goes back to its pod.
 *
 * @param blockSize the model servers' KV cache block, in tokens; where the two differ no prefix ever matches.
 */
export function pickerConfig(release: EppRelease, blockSize: number): Record<string, unknown> {
    const prefixPlugins =
        release.prefixBlock === "producer-tokens"
            ? [
                  {
                      type: "approx-prefix-cache-producer",
                      parameters: { autoTune: false, blockSizeTokens: blockSize },
                  },
                  { type: "prefix-cache-scorer" },
              ]
            : [{ type: "prefix-cache-scorer", parameters: { blockSize: blockSize * charactersPerToken } }];
    return {
        apiVersion: api.endpointPickerConfig,
        kind: "EndpointPickerConfig",
        plugins: [
            { type: "decode-filter" },
            { type: "load-aware-scorer" },
            ...prefixPlugins,
            { type: "kv-cache-utilization-scorer" },
            { type: "max-score-picker" },
            { type: "single-profile-handler" },
        ],
        schedulingProfiles: [
            {
                name: "default",
                plugins: [
                    { pluginRef: "decode-filter" },
                    { pluginRef: "load-aware-scorer", weight: 1 },
                    { pluginRef: "prefix-cache-scorer", weight: 2 },
                    { pluginRef: "kv-cache-utilization-scorer", weight: 1 },
                    { pluginRef: "max-score-picker" },
                ],
            },
        ],
    };
}
