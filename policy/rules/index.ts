import type { Rule } from "../framework/rule";
import { eppConfig } from "./eppConfig";
import { eppFlags } from "./eppFlags";
import { eppImagePullable } from "./eppImagePullable";
import { eppMetricName } from "./eppMetricName";
import { eppPorts } from "./eppPorts";
import { eppRbac } from "./eppRbac";
import { eppService } from "./eppService";
import { eppVersionKnown } from "./eppVersionKnown";
import { extProcFilters } from "./extProcFilters";
import { extProcMode } from "./extProcMode";
import { extProcObeyed } from "./extProcObeyed";
import { extProcSinglePicker } from "./extProcSinglePicker";
import { extProcTls } from "./extProcTls";
import { gateway } from "./gateway";
import { inferencePort } from "./inferencePort";
import { kvEvents } from "./kvEvents";
import { mesh } from "./mesh";
import { objectivePool } from "./objectivePool";
import { podDisruptionBudget } from "./podDisruptionBudget";
import { referenceGrantPresence } from "./referenceGrantPresence";
import { referenceGrantScope } from "./referenceGrantScope";
import { routes } from "./routes";
import { selectors } from "./selectors";
import { simulatorFlags } from "./simulatorFlags";
import { workloadHygiene } from "./workloadHygiene";

/** The rules of the pack, in the order in which they run. */
export const rules: readonly Rule[] = [
    referenceGrantPresence,
    referenceGrantScope,
    inferencePort,
    selectors,
    routes,
    gateway,
    eppPorts,
    eppService,
    eppRbac,
    eppFlags,
    eppVersionKnown,
    eppImagePullable,
    eppConfig,
    eppMetricName,
    kvEvents,
    objectivePool,
    simulatorFlags,
    extProcMode,
    extProcSinglePicker,
    extProcTls,
    extProcFilters,
    extProcObeyed,
    mesh,
    workloadHygiene,
    podDisruptionBudget,
];
