import { z } from "zod";
import { latencyProfiles } from "../../releases";
import { fineDuration, fineDurationAllowed, oneOf, setting } from "./values";

const profiles = Object.keys(latencyProfiles) as (keyof typeof latencyProfiles)[];

function lasting(description: string) {
    return setting(fineDuration, description, fineDurationAllowed).optional();
}

/** How much a time varies: its standard deviation. */
function deviation(of: string, limit = ""): ReturnType<typeof lasting> {
    return lasting(`Standard deviation of ${of}${limit}.`);
}

/** Of a time that the simulator varies by no more than that. */
const most = ", at most 30% of it";

/** How long a simulated engine takes, beside simulator.timeToFirstToken and simulator.interTokenLatency. */
export const latency = z
    .strictObject({
        profile: setting(
            oneOf(profiles),
            "Upstream's numbers for an engine on its hardware, where nothing else is set: those below, timeToFirstToken, interTokenLatency and maxNumSeqs. None means 20ms and 250us for each token that is not cached.",
        ).optional(),
        calculator: setting(
            oneOf(["per-token", "fixed"]),
            "What the time to the first token is made of: of the tokens of the prompt that are not in the pod's cache, or always simulator.timeToFirstToken, so that no cache makes a difference. None means fixed where timeToFirstToken is set, and otherwise per-token. From simulator 0.7 on, as everything here; older ones are fixed.",
        ).optional(),
        prefillOverhead: lasting("Time to the first token that every prompt takes. Of per-token."),
        prefillTimePerToken: lasting(
            "Time that each token of the prompt takes which is not cached. Of per-token.",
        ),
        prefillTimeStdDev: deviation("the time to the first token. Of per-token"),
        kvCacheTransferTimePerToken: lasting(
            "Time to the first token for each token that another pod has prefilled. Of per-token.",
        ),
        kvCacheTransferTimeStdDev: deviation("that time. Of per-token"),
        kvCacheTransferLatency: lasting("Time to the first token where another pod has prefilled. Of fixed."),
        kvCacheTransferLatencyStdDev: deviation("kvCacheTransferLatency", `${most}. Of fixed`),
        timeToFirstTokenStdDev: deviation("simulator.timeToFirstToken", `${most}. Of fixed`),
        interTokenLatencyStdDev: deviation("simulator.interTokenLatency", most),
        timeFactorUnderLoad: setting(
            z.number().min(1).max(1000),
            "How many times longer everything takes on a pod that serves simulator.maxNumSeqs requests at once; with fewer, less. None means 1, or the profile's.",
            "a number from 1 to 1000",
        ).optional(),
    })
    .prefault({});
