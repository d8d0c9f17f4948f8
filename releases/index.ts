export type { Incompatibility, KvCacheMetricSettings, VersionSet } from "./compatibility";
export { incompatibilities, kvCacheMetricSettings } from "./compatibility";
export type { Disaggregation, EppRelease } from "./epp";
export { eppHealthServices, eppReleases } from "./epp";
export { booleanFlags, lintEppArguments } from "./flags";
export type { Image } from "./images";
export { atRegistry, defaultEppImage, isSimulator, parseImage, replacementOf } from "./images";
export type { IstioRelease } from "./istio";
export { istioReleases, poolFeatureFlag } from "./istio";
export type { ConfigProblem, ConfigProblemId } from "./lint";
export { lintPickerConfig } from "./lint";
export { charactersPerToken } from "./plugins";
export { nearest } from "./nearest";
export type { PickerConfig, Preset, PresetOptions } from "./presets";
export { presetConfig, presets } from "./presets";
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
