import type { Generator } from "../mutation";
import { gatewayRule } from "./gateway";
import { harmlessChanges } from "./harmless";
import { inferencePort } from "./inferencePort";
import { referenceGrantPresence, referenceGrantScope } from "./referenceGrants";
import { selectorRule } from "./selectors";
import { eppPorts } from "./eppPorts";
import { eppService } from "./eppService";
import { eppRbac } from "./eppRbac";
import { eppFlags } from "./eppFlags";
import { eppVersionKnown } from "./eppVersionKnown";
import { eppImagePullable } from "./eppImagePullable";
import { eppConfig } from "./eppConfig";
import { eppMetricName } from "./eppMetricName";
import { extProcMode } from "./extProcMode";
import { extProcSinglePicker } from "./extProcSinglePicker";
import { extProcTls } from "./extProcTls";
import { extProcFilters } from "./extProcFilters";
import { extProcObeyed } from "./extProcObeyed";
import { kvEvents } from "./kvEvents";
import { mesh } from "./mesh";
import { objectivePool } from "./objectivePool";
import { suiteSetups } from "./suites";
import { unrelated } from "./unrelated";
import { proxyDestinationRule } from "./destinationRules";
import { routesRule } from "./routes";
import { simulatorFlags } from "./simulatorFlags";
import { workloadHygiene } from "./workloadHygiene";
import { podDisruptionBudget } from "./podDisruptionBudget";

/**
 * The one catalogue of what breaks a stack and of what does not, with what the pack and `verify` must say: a file for each
 * rule, or for the objects that only `verify` has something to say of. All but the one of a mode of its own.
 */
const generators: readonly Generator[] = [
    referenceGrantPresence,
    referenceGrantScope,
    inferencePort,
    selectorRule,
    gatewayRule,
    unrelated,
    suiteSetups,
    harmlessChanges,
    eppPorts,
    eppService,
    eppRbac,
    eppFlags,
    eppVersionKnown,
    eppImagePullable,
    eppConfig,
    eppMetricName,
    extProcMode,
    extProcSinglePicker,
    extProcTls,
    extProcFilters,
    extProcObeyed,
    mesh,
    objectivePool,
    routesRule,
    simulatorFlags,
    workloadHygiene,
    podDisruptionBudget,
    proxyDestinationRule,
];

/**
 * The generators for a mode. That of precise scores is there for the chain of events alone: the others' mutations are found
 * in the other modes, which differ from it in nothing else.
 */
export function generatorsOf(mode: string): readonly Generator[] {
    return mode === "scoring-precise" ? [kvEvents] : generators;
}
