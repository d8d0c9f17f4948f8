export { announcedRemovals } from "./announced";
export type { AssumedReleases } from "./assumed";
export { eppReleaseOf, simulatorVersionOf } from "./assumed";
export type { Incompatibility, KvCacheMetricSettings, VersionSet } from "./compatibility";
export { incompatibilities, kvCacheMetricSettings } from "./compatibility";
export { configuredPlugins, separatesRoles } from "./configuredPlugins";
export type { Disaggregation, EppRelease, ObjectiveGroup, RoutingSidecar } from "./epp";
export { eppHealthServices, eppReleases, objectiveGroups, olderConfigGoes } from "./epp";
export { booleanFlags, flagName, releasesWithFlag } from "./flags";
export type { Image } from "./images";
export { atRegistry, defaultEppImage, isSimulator, parseImage, replacementOf } from "./images";
export type { IstioRelease } from "./istio";
export { istioReleases, poolFeatureFlag } from "./istio";
export type { LatencyProfile } from "./latency";
export { latencyCalculatorFlag, latencyProfiles } from "./latency";
export type { ConfigProblem, ConfigProblemId } from "./configProblem";
export { lintPickerConfig } from "./lint";
export { parameterMoves, typeRenames } from "./migrations";
export { charactersPerToken } from "./plugins";
export { nearest } from "./nearest";
export type { KvEventListener, KvEventsOptions } from "./kvEvents";
export {
    kvEventFlags,
    kvEventListeners,
    kvEventPodName,
    kvEventsRefusal,
    kvHashSeed,
    zmqPort,
} from "./kvEvents";
export type { PickerConfig, Preset, PresetOptions } from "./presets";
export { flowControlGate, precisePreset, presetConfig, presets, presetsOf, vllmMetrics } from "./presets";
export type { RbacRule, Right } from "./rights";
export { eppRules, metricsAuthRules, neededRights, rightsIn } from "./rights";
export { routingSidecarArguments, routingSidecarImage } from "./routingSidecar";
export type { SimulatorRelease } from "./simulator";
export {
    defaultBlockTokens,
    podHeader,
    refusedSimulatorValue,
    simulatorReleases,
    simulatorSwitches,
} from "./simulator";
export {
    compareVersions,
    defaultVersions,
    findEpp,
    findIstio,
    findSimulator,
    minorOf,
    pluginTypesOf,
} from "./versions";
