import type { EppRelease } from "../../releases";
import {
    compareVersions,
    findEpp,
    findSimulator,
    incompatibilities,
    lintPickerConfig,
    precisePreset,
} from "../../releases";
import { lackingMetric } from "./autoscalingRules";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import { latencyConflicts } from "./latencyRules";
import { lackingFlags } from "./passThrough";
import type { Model, Settings } from "./schema";
import { anyOf } from "./values";
import { versionsOf } from "./versions";

/** Images of an unknown version, or whose versions do not work together or with what is asked of them. */
export function versionConflicts(model: Model, settings: Settings, name: Name): Problem[] {
    const { epp, simulator } = versionsOf(model);
    const { images } = model;
    const untold = [
        ...(simulator === undefined ? [untoldVersion(name, "simulator", images.simulator)] : []),
        ...(epp === undefined ? [untoldVersion(name, "epp", images.epp)] : []),
    ];
    if (epp === undefined || simulator === undefined) {
        return untold;
    }
    const found = incompatibilities({
        epp,
        simulator,
        istio: settings.gateway.istioVersion,
        backend: settings.routing.backend,
        models: settings.models.length,
        kvEvents: model.epp.plugins === precisePreset,
    });
    const preset = model.epp.plugins === precisePreset ? ` and ${name("epp.plugins")} ${precisePreset}` : "";
    return found.map(({ reason, nearest }) => ({
        setting: name("images"),
        message: `${name("images")}: EPP ${epp} with simulator ${simulator} and gateway.istioVersion ${settings.gateway.istioVersion}${preset} is not allowed: ${reason} Nearest that works: ${nearest}.`,
    }));
}

function untoldVersion(name: Name, image: "simulator" | "epp", reference: string): Problem {
    return refused(
        name(`images.${image}`),
        reference,
        ", because its tag names no version",
        `a tag such as v0.8.0, or ${name(`images.${image}Version`)} beside it`,
    );
}

/** What the versions in use cannot do that the settings ask of them. */
export function beyondRelease(model: Model, name: Name): Problem[] {
    const { epp: eppVersion = "", simulator: simulatorVersion = "" } = versionsOf(model);
    const epp = findEpp(eppVersion);
    const release = findSimulator(simulatorVersion);
    if (epp === undefined || release === undefined) {
        return [];
    }
    const { blockSize } = model.simulator;
    const { customConfig } = model.epp;
    // Whole milliseconds are read by every version, and finer settings would silently be lost.
    const imprecise = (["timeToFirstToken", "interTokenLatency"] as const).filter(
        (key) =>
            release.latency === "milliseconds" &&
            model.simulator[key] !== undefined &&
            !/^\d+ms$/.test(model.simulator[key]),
    );
    return [
        ...imprecise.map((key) =>
            refused(
                name(`simulator.${key}`),
                model.simulator[key],
                ` with simulator ${release.minor}`,
                "whole milliseconds, e.g. 20ms",
            ),
        ),
        ...(release.blockSizes.includes(blockSize)
            ? []
            : [
                  refused(
                      name("simulator.blockSize"),
                      blockSize,
                      ` with simulator ${release.minor}`,
                      anyOf(release.blockSizes),
                  ),
              ]),
        ...lackingFlags(model, name),
        ...latencyConflicts(model, release, name),
        ...unreadGroup(model, epp, name),
        ...lackingMetric(model, epp, name),
        ...plainTraces(model, epp, name),
        ...(customConfig === undefined
            ? []
            : lintPickerConfig(customConfig, epp, blockSize, [], model.epp.allowExperimentalPlugins)
        ).map(({ path, message }) => ({
            setting: name("epp.customConfig"),
            message: `${[name("epp.customConfig"), path].filter(Boolean).join(".")}: ${message}`,
        })),
    ];
}

function unreadGroup({ epp: { objectiveGroup } }: Model, epp: EppRelease, name: Name): Problem[] {
    return objectiveGroup === undefined || epp.objectiveGroups.includes(objectiveGroup)
        ? []
        : [
              refused(
                  name("epp.objectiveGroup"),
                  objectiveGroup,
                  ` with EPP ${epp.minor}`,
                  anyOf(epp.objectiveGroups),
              ),
          ];
}

/** An EPP that would speak plain text to a collector that wants TLS, and lose each trace. */
function plainTraces({ epp: { otlpEndpoint } }: Model, epp: EppRelease, name: Name): Problem[] {
    return epp.tracesOverTls || otlpEndpoint === undefined || !/^https:/i.test(otlpEndpoint)
        ? []
        : [
              refused(
                  name("epp.otlpEndpoint"),
                  otlpEndpoint,
                  ` with EPP ${epp.minor}, which sends traces in plain text alone`,
                  "an http URL, e.g. of a collector beside it, or EPP 0.10 or later",
              ),
          ];
}

/** Why an EPP would never read an InferenceObjective. A version without a patch may be one that does. */
export function unreadObjectives(model: Model): { because: string; allowed: string } | undefined {
    const { epp: version = "" } = versionsOf(model);
    const since = findEpp(version)?.objectivesSince;
    return since === undefined || !/^\d+\.\d+\.\d+/.test(version) || compareVersions(version, since) >= 0
        ? undefined
        : {
              because: ` with EPP ${version}, which never reads InferenceObjectives (router#610)`,
              allowed: `EPP ${since} or later, or no objectives`,
          };
}
