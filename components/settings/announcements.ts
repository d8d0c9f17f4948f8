import { announcedRemovals, findEpp } from "../../releases";
import type { Settings } from "./schema";
import { versionsOf } from "./versions";

/** What a configuration of the user's own says in words that are to go: one sentence for each configuration. */
export function announcementWarnings({ models }: Settings): string[] {
    const warnings = models.flatMap((model) => {
        const removals = announcedRemovals(model.epp.customConfig, findEpp(versionsOf(model).epp ?? ""));
        return removals.length === 0
            ? []
            : [
                  `epp.customConfig: ${removals.map(({ message }) => message).join(" ")} \`npm run epp-config -- migrate\` rewrites what it can.`,
              ];
    });
    return [...new Set(warnings)];
}
