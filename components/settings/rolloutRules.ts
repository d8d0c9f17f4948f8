import { requestIdHeader } from "../requestShare";
import { requestedModel } from "../simulator/arguments";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import { isSameHeader, matchIdentity, releaseHeader, requiredHeaders, sharedBy, takersOf } from "./match";
import type { Model, Settings } from "./schema";

/** What keeps a model from taking a part of another's requests. */
export function rolloutConflicts(model: Model, settings: Settings, name: Name): Problem[] {
    const takers = takersOf(model, settings);
    const sharing = model.rollout !== undefined || takers.length > 0;
    return [
        ...(model.rollout === undefined ? [] : takerConflicts(model, settings, name)),
        ...(takers.length === 0 ? [] : tooMuchTaken(takers)),
        ...(sharing ? reservedHeaders(model, settings, name) : []),
    ];
}

function takerConflicts(model: Model, settings: Settings, name: Name): Problem[] {
    const { of } = model.rollout!;
    const shared = sharedBy(model, settings);
    if (shared === undefined || shared === model || shared.rollout !== undefined) {
        const others = settings.models.filter(({ rollout }) => rollout === undefined);
        return [refused(name("rollout.of"), of, "", allowedModels(others))];
    }
    const { modelName, path, header } = model.match;
    const asked = requiredHeaders(model, settings).at(-1)!;
    const earlier = settings.models.slice(0, settings.models.indexOf(model));
    const same = [shared, ...earlier].find(
        (other) => matchIdentity(other, settings) === matchIdentity(model, settings),
    );
    const requested = requestedModel(shared.simulator);
    return [
        ...(modelName || path !== undefined || header !== undefined
            ? [
                  refused(
                      name("match"),
                      model.match,
                      ` with ${name("rollout")}`,
                      "none, because the other model's is taken",
                  ),
              ]
            : []),
        ...(same === undefined
            ? []
            : [
                  refused(
                      name("rollout.header"),
                      { name: asked.name, value: asked.value },
                      "",
                      `another header than that of models.${same.release}`,
                  ),
              ]),
        ...(served(model).includes(requested)
            ? []
            : [
                  refused(
                      name("simulator.servedModelNames"),
                      model.simulator.servedModelNames,
                      ` with ${name("rollout")}, because requests of models.${of} name the model ${requested}`,
                      `a list with ${requested}`,
                  ),
              ]),
    ];
}

function allowedModels(models: readonly Model[]): string {
    return models.length === 0
        ? "a model without a rollout of its own; there is none"
        : `another model without a rollout of its own: ${models.map(({ release }) => release).join(", ")}`;
}

/** What requests may call a model. */
function served({ simulator }: Model): readonly string[] {
    return [
        ...(simulator.servedModelNames.length === 0 ? [simulator.model] : simulator.servedModelNames),
        ...simulator.loraModules,
    ];
}

function tooMuchTaken(takers: readonly Model[]): Problem[] {
    const sum = takers.reduce((total, { rollout }) => total + (rollout?.weight ?? 0), 0);
    const last = takers.at(-1)!;
    return sum <= 100
        ? []
        : [
              refused(
                  `models.${last.release}.rollout.weight`,
                  last.rollout?.weight,
                  `, because the weights of models.${last.rollout!.of} are ${String(sum)} in all`,
                  "at most 100 in all",
              ),
          ];
}

/** Where requests are shared, two headers say whose they are. */
function reservedHeaders(model: Model, settings: Settings, name: Name): Problem[] {
    const reserved = [requestIdHeader, ...(model.rollout === undefined ? [releaseHeader] : [])];
    return requiredHeaders(model, settings)
        .filter((header) => reserved.some((taken) => isSameHeader(header, { name: taken })))
        .map(({ setting, name: header, value }) =>
            refused(
                setting === "routing.headers" ? setting : name(setting),
                { [header]: value },
                `, because a rollout tells requests apart by ${header}`,
                "another header",
            ),
        );
}
