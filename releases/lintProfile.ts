import type { ConfigProblem, ConfigProblemId } from "./configProblem";
import { unresolved } from "./configProblem";
import type { EppRelease } from "./epp";
import type { Profile } from "./pickerConfigShape";
import type { PluginType } from "./plugins";

/** What is wrong with one entry of `schedulingProfiles`. */
export function lintProfile(
    profile: Profile,
    path: string,
    release: EppRelease | undefined,
    typeOfName: ReadonlyMap<string, PluginType | undefined>,
): ConfigProblem[] {
    const at = `Scheduling profile ${profile.name}`;
    const problems = profile.plugins.flatMap(({ pluginRef, weight }, index) => {
        const entry = `${path}.plugins.${String(index)}`;
        return typeOfName.has(pluginRef)
            ? lintWeight(weight, typeOfName.get(pluginRef), release).map(({ id, text }) => ({
                  id,
                  path: `${entry}.weight`,
                  message: `${at}: weight of ${pluginRef} ${text}`,
              }))
            : [unresolved(pluginRef, `${entry}.pluginRef`, at, [...typeOfName.keys()])];
    });
    const kinds = profile.plugins.map(({ pluginRef }) => typeOfName.get(pluginRef)?.kind);
    // None at all is right: the EPP then adds a max-score-picker (GIE `config/loader/defaults.go`).
    if (kinds.filter((kind) => kind === "picker").length > 1) {
        problems.push({
            id: "pickers",
            path: `${path}.plugins`,
            message: `${at}: it has more than one picker.`,
        });
    }
    return problems;
}

function lintWeight(
    weight: number | null | undefined,
    type: PluginType | undefined,
    release: EppRelease | undefined,
): { id: ConfigProblemId; text: string }[] {
    if (weight === undefined || weight === null) {
        return [];
    }
    if (type !== undefined && type.kind !== "scorer") {
        const what = type.kind === "other" ? "plugin" : type.kind;
        return [{ id: "weight-ignored", text: `is ignored, because that is a ${what}, not a scorer.` }];
    }
    if (weight <= 0) {
        return [{ id: "weight", text: `is ${String(weight)}; it must be positive.` }];
    }
    return release?.wholeWeights && !Number.isInteger(weight)
        ? [
              {
                  id: "weight",
                  text: `is ${String(weight)}; EPP ${release.minor} reads whole numbers only.`,
              },
          ]
        : [];
}
