import { requestedModel } from "../simulator/arguments";
import { nanosecondsOf } from "./durations";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import type { Model, Settings } from "./schema";

/** Names that requests could not give, and pods that would never be Ready in time. */
export function simulatorConflicts(model: Model, { readiness }: Settings, name: Name): Problem[] {
    const { servedModelNames, loraModules, startupDelay, failureInjection } = model.simulator;
    const problems: Problem[] = [];
    const namesake = loraModules.find((lora) =>
        [requestedModel(model.simulator), ...servedModelNames].includes(lora),
    );
    if (namesake !== undefined) {
        problems.push(
            refused(
                name("simulator.loraModules"),
                loraModules,
                `, because the model itself is called ${namesake}`,
                "names of adapters alone",
            ),
        );
    }
    if (model.match.modelName && Math.max(1, servedModelNames.length) + loraModules.length > 1) {
        problems.push(
            refused(
                name("match.modelName"),
                true,
                ` with several names that requests may give, of which a route matches ${requestedModel(model.simulator)} alone`,
                "match.path or match.header, or one name",
            ),
        );
    }
    const { timeoutSeconds } = readiness;
    if (
        startupDelay !== undefined &&
        nanosecondsOf(startupDelay) >= BigInt(timeoutSeconds) * nanosecondsOf("1s")
    ) {
        problems.push(
            refused(
                name("simulator.startupDelay"),
                startupDelay,
                ", because `pulumi up` would give up first",
                `less than readiness.timeoutSeconds, which is ${String(timeoutSeconds)}`,
            ),
        );
    }
    if (failureInjection.rate === 0 && failureInjection.types.length > 0) {
        problems.push(
            refused(
                name("simulator.failureInjection.rate"),
                0,
                ` with ${name("simulator.failureInjection.types")}`,
                "a whole number from 1 to 100",
            ),
        );
    }
    return problems;
}
