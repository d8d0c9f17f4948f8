import type { Problem } from "./errors";
import { refused } from "./errors";
import { matchIdentity } from "./match";
import type { Model, Settings } from "./schema";

/** Several models must be told apart by their pods, and by the requests that are theirs. */
export function indistinctModels(settings: Settings): Problem[] {
    const { models, routing, extProc } = settings;
    if (models.length < 2) {
        return [];
    }
    const problems: Problem[] = [];
    if (routing.backend === "Service" && extProc.enabled) {
        problems.push(
            refused(
                "extProc.enabled",
                true,
                " with several models and routing.backend Service, because the one EnvoyFilter of the Gateway asks one EPP",
                "routing.backend InferencePool, or extProc.enabled false",
            ),
        );
    }
    const matchOf = (model: Model) => matchIdentity(model, settings);
    // The others take a part of what matches one of these.
    const matching = models.filter(({ rollout }) => rollout === undefined);
    models.forEach((model, index) => {
        const { modelName, path, header } = model.match;
        const setting = `models.${model.release}.match`;
        const same = models
            .slice(0, index)
            .find((other) => matching.includes(other) && matchOf(other) === matchOf(model));
        const matchesAll = !modelName && path === undefined && header === undefined;
        if (matching.length > 1 && matching.includes(model) && matchesAll) {
            problems.push(
                refused(setting, model.match, " with several models", "any of modelName, path, header"),
            );
        } else if (matching.includes(model) && same !== undefined) {
            problems.push(
                refused(setting, model.match, "", `another match than that of models.${same.release}`),
            );
        }
        const namesake = models.slice(0, index).find((other) => other.modelRelease === model.modelRelease);
        if (namesake !== undefined) {
            problems.push(
                refused(
                    `models.${model.release}.modelRelease`,
                    model.modelRelease,
                    "",
                    `another release than that of models.${namesake.release}`,
                ),
            );
        }
        problems.push(...sharedObjectives(model, models.slice(0, index)));
    });
    return problems;
}

/** InferenceObjectives are named in one namespace, and each is of one pool. */
function sharedObjectives(model: Model, others: readonly Model[]): Problem[] {
    return Object.entries(model.objectives).flatMap(([objective, priority]) => {
        const owner = others.find(({ objectives }) => Object.hasOwn(objectives, objective));
        return owner === undefined
            ? []
            : [
                  refused(
                      `models.${model.release}.objectives.${objective}`,
                      priority,
                      `, because models.${owner.release} has an objective of that name`,
                      "another name, or objectives of each model's own and none at the top level",
                  ),
              ];
    });
}
