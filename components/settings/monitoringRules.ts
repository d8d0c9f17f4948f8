import type { Problem } from "./errors";
import { refused } from "./errors";
import { ownLabelProblems, ownLabels } from "./ownLabels";
import type { Settings } from "./schema";

/** What nothing would read, and labels that the stack's own would hide. */
export function monitoringConflicts({ monitoring, models }: Settings): Problem[] {
    const { monitors, labels: given, interval, tokenSecret } = monitoring;
    const used = {
        labels: Object.keys(given).length > 0,
        interval: interval !== undefined,
        tokenSecret: tokenSecret !== undefined,
    };
    const [idle] = Object.entries(used).flatMap(([setting, isSet]) => (isSet && !monitors ? [setting] : []));
    return [
        ...(idle === undefined
            ? []
            : [refused("monitoring.monitors", false, ` with monitoring.${idle}`, "true")]),
        ...(tokenSecret !== undefined && monitors && models.every(({ epp }) => !epp.metricsAuth)
            ? [
                  refused(
                      "monitoring.tokenSecret",
                      tokenSecret,
                      ", because no metrics ask for a token",
                      "epp.metricsAuth true, or no tokenSecret",
                  ),
              ]
            : []),
        ...ownLabelProblems("monitoring.labels", given, ownLabels),
    ];
}
