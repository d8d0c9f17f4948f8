export type { Incompatibility, KvCacheMetricSettings, VersionSet } from "./compatibility";
export { incompatibilities, kvCacheMetricSettings } from "./compatibility";
export {
    charactersPerToken,
    defaultVersions,
    eppHealthServices,
    eppReleases,
    istioReleases,
    simulatorReleases,
    tracingDefault,
} from "./data";
export { lintEppArguments } from "./flags";
export { lintPickerConfig } from "./lint";
export type { PickerConfig, Preset, PresetOptions } from "./presets";
export { presetConfig, presets } from "./presets";
export { eppRules, metricsAuthRules } from "./rbac";
export type { Disaggregation, EppRelease, IstioRelease, RbacRule, SimulatorRelease } from "./types";
export type { ImageVersion } from "./versions";
export { findEpp, findIstio, findSimulator, minorOf, parseImage } from "./versions";
