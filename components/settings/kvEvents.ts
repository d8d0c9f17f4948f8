import {
    findEpp,
    findSimulator,
    flagName,
    kvEventFlags,
    kvEventListeners,
    kvEventsRefusal,
    precisePreset,
    zmqPort,
} from "../../releases";
import { ports } from "../contract";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import type { Model, Settings } from "./schema";
import { versionsOf } from "./versions";

/**
 * Whether simulators tell an EPP what they cache: with the preset, or with a configuration of the user's own that listens
 * where the EPP's Service leads to, if the EPP can find anything in it.
 */
export function hasKvEvents(model: Model): boolean {
    const { epp } = model;
    return epp.plugins === "custom"
        ? lackOfEvents(model) === undefined && kvEventListeners(epp.customConfig).length > 0
        : epp.plugins === precisePreset;
}

/** Names under which no request would ever be found in the events, which name the model itself (sim `CreateKVEventsTopic`). */
export function kvEventConflicts({ epp, simulator }: Model, name: Name): Problem[] {
    const { model, servedModelNames } = simulator;
    return epp.plugins !== precisePreset || servedModelNames.every((served) => served === model)
        ? []
        : [
              refused(
                  name("simulator.servedModelNames"),
                  servedModelNames,
                  ` with ${name("epp.plugins")} ${precisePreset}, because a simulator's events name the model itself, and a prompt for any other name scores 0`,
                  `none, and the name as ${name("simulator.model")}`,
              ),
          ];
}

/** Configurations of the user's own that wait for events of caches which never come, or in which nothing is ever found. */
export function kvEventWarnings({ models }: Settings): string[] {
    return models.flatMap((model) => {
        const [listener] = kvEventListeners(model.epp.customConfig);
        const lack = lackOfEvents(model);
        // Whoever has simulators publish elsewhere knows who listens there.
        const sends = model.simulator.extraArgs.some(
            (argument) => flagName(argument) === kvEventFlags.endpoint,
        );
        return listener === undefined || lack === undefined || sends
            ? []
            : [`epp.customConfig: ${listener.type} gives every pod 0: ${lack}`];
    });
}

/** Why none of a configuration's plugins that read events finds anything in them; undefined where one does, or none is there. */
function lackOfEvents(model: Model): string | undefined {
    const listeners = kvEventListeners(model.epp.customConfig);
    if (listeners.length === 0) {
        return undefined;
    }
    const versions = versionsOf(model);
    const epp = findEpp(versions.epp ?? "");
    const simulator = findSimulator(versions.simulator ?? "");
    const refusal = epp && simulator && kvEventsRefusal(epp, simulator);
    if (refusal !== undefined) {
        return refusal;
    }
    return listeners.some(({ endpoint = "" }) => zmqPort(endpoint) === ports.kvEvents)
        ? undefined
        : `simulators publish to the EPP's port ${String(ports.kvEvents)}, and listen nowhere; write kvEventsConfig.zmqEndpoint tcp://0.0.0.0:${String(ports.kvEvents)} and discoverPods false.`;
}
