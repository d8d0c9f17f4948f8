export type { AssumedReleases } from "./assumed";
export { eppReleaseOf, simulatorVersionOf } from "./assumed";
export type { Incompatibility, KvCacheMetricSettings, VersionSet } from "./compatibility";
export { incompatibilities, kvCacheMetricSettings } from "./compatibility";
export type { Disaggregation, EppRelease, ObjectiveGroup } from "./epp";
export { eppHealthServices, eppReleases, objectiveGroups } from "./epp";
export { booleanFlags, flagName, releasesWithFlag } from "./flags";
export type { Image } from "./images";
export { atRegistry, defaultEppImage, isSimulator, parseImage, replacementOf } from "./images";
export type { IstioRelease } from "./istio";
export { istioReleases, poolFeatureFlag } from "./istio";
export type { ConfigProblem, ConfigProblemId } from "./configProblem";
export { lintPickerConfig } from "./lint";
export { parameterMoves, typeRenames } from "./migrations";
export { charactersPerToken } from "./plugins";
export { nearest } from "./nearest";
export type { PickerConfig, Preset, PresetOptions } from "./presets";
export { flowControlGate, presetConfig, presets, vllmMetrics } from "./presets";
export type { RbacRule, Right } from "./rights";
export { eppRules, metricsAuthRules, neededRights, rightsIn } from "./rights";
export type { SimulatorRelease } from "./simulator";
export { defaultBlockTokens, refusedSimulatorValue, simulatorReleases, simulatorSwitches } from "./simulator";
export {
    compareVersions,
    defaultVersions,
    findEpp,
    findIstio,
    findSimulator,
    minorOf,
    pluginTypesOf,
} from "./versions";
