import type { ConfigProblem, ConfigProblemId } from "./configProblem";
import { unresolved } from "./configProblem";
import type { EppRelease } from "./epp";
import { eppReleases } from "./epp";
import { lintKvEvents } from "./lintKvEvents";
import type { Rules } from "./lintPlugin";
import { lintPlugin } from "./lintPlugin";
import { lintProfile } from "./lintProfile";
import type { Config, Plugin, Profile } from "./pickerConfigShape";
import { configSchema, nameOf } from "./pickerConfigShape";
import type { PluginType } from "./plugins";
import { pluginTypesOf } from "./versions";

/**
 * Says what an EPP would refuse or silently ignore in an EndpointPickerConfig.
 *
 * @param config what the YAML holds, of whatever shape. Where the shape is wrong, nothing else is said.
 * @param release undefined for an EPP whose version is not known.
 * @param blockSize the model servers' KV cache block, in tokens; undefined where it is not known.
 * @param extraPlugins plugin types that a build of one's own has besides the release's.
 * @param allowExperimental whether the EPP is given `--allow-experimental-plugins`.
 */
export function lintPickerConfig(
    config: unknown,
    release: EppRelease | undefined,
    blockSize?: number,
    extraPlugins: readonly string[] = [],
    allowExperimental = false,
): ConfigProblem[] {
    const parsed = configSchema.safeParse(config);
    if (!parsed.success) {
        return parsed.error.issues.map(({ path, message }) => ({
            id: "shape",
            path: path.join("."),
            message: `${message}.`,
        }));
    }
    const types = pluginTypesOf(release);
    const rules: Rules = { release, types, blockSize, extraPlugins, allowExperimental };
    const { plugins } = parsed.data;
    const profiles = parsed.data.schedulingProfiles ?? [];
    const typeOfName = new Map(plugins.map((plugin) => [nameOf(plugin), types.get(plugin.type)]));
    return [
        ...header(parsed.data, release),
        ...repeated("plugin-name", "plugins", plugins.map(nameOf)),
        ...plugins.flatMap((plugin, index) => lintPlugin(plugin, `plugins.${String(index)}`, rules)),
        ...repeated(
            "profile-name",
            "schedulingProfiles",
            profiles.map(({ name }) => name),
        ),
        ...profiles.flatMap((profile, index) =>
            lintProfile(profile, `schedulingProfiles.${String(index)}`, release, typeOfName),
        ),
        ...otherReferences(parsed.data, [...typeOfName.keys()]),
        ...profileHandlers(plugins, profiles, types),
        ...lintKvEvents(plugins, release),
    ];
}

function header(
    { apiVersion, kind, featureGates }: Config,
    release: EppRelease | undefined,
): ConfigProblem[] {
    const problems: ConfigProblem[] = [];
    const versions = release?.configApiVersions ?? [
        ...new Set(eppReleases.flatMap(({ configApiVersions }) => configApiVersions)),
    ];
    if (!versions.includes(apiVersion)) {
        problems.push({
            id: "api-version",
            path: "apiVersion",
            message: release
                ? `apiVersion ${apiVersion} is not read by EPP ${release.minor}; write ${versions[0] ?? ""}.`
                : `apiVersion ${apiVersion} is not read by any EPP; write ${versions.join(" or ")}.`,
        });
    }
    if (kind !== "EndpointPickerConfig") {
        problems.push({
            id: "kind",
            path: "kind",
            message: `kind ${kind} is not read by the EPP; write EndpointPickerConfig.`,
        });
    }
    for (const [index, gate] of (release ? (featureGates ?? []) : []).entries()) {
        const message = release && lintGate(gate, release);
        if (message !== undefined) {
            problems.push({ id: "feature-gate", path: `featureGates.${String(index)}`, message });
        }
    }
    return problems;
}

/** What the router's loader takes for a yes or a no (`strconv.ParseBool` of small letters). */
const gateValue = /^\s*(1|t|true|0|f|false)\s*$/i;

function lintGate(gate: string, { minor, featureGates, gateValues }: EppRelease): string | undefined {
    const [name = "", ...value] = gateValues ? gate.split("=") : [gate];
    if (!featureGates.includes(name)) {
        return `featureGates: ${name} is not known to EPP ${minor}; known are ${featureGates.join(", ")}.`;
    }
    return value.length === 0 || gateValue.test(value[0] ?? "")
        ? undefined
        : `featureGates: ${gate} has no value that EPP ${minor} reads; write ${name}=true or ${name}=false.`;
}

/** Every `pluginRef` outside of profiles, wherever a version has one. Parameters are a plugin's own matter. */
function otherReferences(config: Config, names: readonly string[]): ConfigProblem[] {
    const rest = Object.entries(config).filter(([key]) => !["plugins", "schedulingProfiles"].includes(key));
    const search = (value: unknown, path: string): ConfigProblem[] =>
        typeof value !== "object" || value === null
            ? []
            : Object.entries(value).flatMap(([key, child]: [string, unknown]) => {
                  const at = `${path}.${key}`;
                  if (key !== "pluginRef") {
                      return search(child, at);
                  }
                  return typeof child === "string" && names.includes(child)
                      ? []
                      : [
                            unresolved(
                                typeof child === "string" ? child : JSON.stringify(child),
                                at,
                                path,
                                names,
                            ),
                        ];
              });
    return rest.flatMap(([key, value]) => search(value, key));
}

/** With one profile the EPP adds a single-profile-handler by itself (GIE `config/loader/defaults.go`). */
function profileHandlers(
    plugins: readonly Plugin[],
    profiles: readonly Profile[],
    types: ReadonlyMap<string, PluginType>,
): ConfigProblem[] {
    const problem = (path: string, message: string): ConfigProblem[] => [
        { id: "profile-handlers", path, message },
    ];
    const handlers = plugins.filter((plugin) => types.get(plugin.type)?.kind === "profile-handler");
    if (handlers.length > 1) {
        const names = handlers.map(nameOf).join(", ");
        return problem("plugins", `Only one profile handler is allowed; there are ${names}.`);
    }
    // A type that is not listed may be a handler.
    const unlisted = plugins.some((plugin) => !types.has(plugin.type));
    if (profiles.length > 1 && handlers.length === 0 && !unlisted) {
        return problem(
            "plugins",
            "Several scheduling profiles need a profile handler, and plugins has none.",
        );
    }
    return profiles.length > 1 && handlers[0]?.type === "single-profile-handler"
        ? problem(
              "schedulingProfiles",
              "single-profile-handler takes one scheduling profile, and there are several.",
          )
        : [];
}

function repeated(id: ConfigProblemId, path: string, names: readonly string[]): ConfigProblem[] {
    const what = id === "plugin-name" ? "plugin" : "scheduling profile";
    const first = new Map(names.map((name, index) => [name, index] as const).reverse());
    return names.flatMap((name, index) =>
        first.get(name) === index
            ? []
            : [
                  {
                      id,
                      path: `${path}.${String(index)}`,
                      message: `The ${what} name ${name} is used more than once.`,
                  },
              ],
    );
}
