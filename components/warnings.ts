import { modeOf } from "./deploymentOutput";
import { pathInForce } from "./outputs";
import type { Settings } from "./settings";
import { announcementWarnings, imageWarnings, kvEventWarnings } from "./settings";

/** What whoever deploys should know of settings that are allowed, a sentence each. */
export function warningsOf(settings: Settings): string[] {
    return [
        ...(modeOf(settings) === "scoring-not-obeyed" ? [`Path in force: ${pathInForce(settings)}.`] : []),
        ...imageWarnings(settings),
        ...announcementWarnings(settings),
        ...kvEventWarnings(settings),
    ];
}
