import { z } from "zod";
import type { EppRelease } from "./epp";
import { eppReleases } from "./epp";
import type { BlockParameter, PluginType } from "./plugins";
import { nearest } from "./nearest";
import { charactersPerToken } from "./plugins";
import { defaultBlockTokens } from "./simulator";
import { pluginTypesOf } from "./versions";

/** Something that an EPP would refuse or silently ignore in an EndpointPickerConfig. */
export interface ConfigProblem {
    readonly id: ConfigProblemId;
    /** Where it is, e.g. `plugins.0.parameters.blockSize`; empty for the whole configuration. */
    readonly path: string;
    /** A sentence that names the plugin or the profile. */
    readonly message: string;
}

export type ConfigProblemId =
    | "shape"
    | "api-version"
    | "kind"
    | "feature-gate"
    | "plugin-type"
    /** Known, but not loaded without `--allow-experimental-plugins`. */
    | "plugin-experimental"
    | "plugin-name"
    /** Ignored: what it was to change stays as it is. */
    | "parameter"
    /** Refused at start, where decoding is strict. */
    | "parameter-refused"
    | "block-refused"
    /**
     * Blocks of another size than the model servers' are never found in their caches, or, where the EPP remembers by
     * itself what it sent where, are not the units in which they are cached.
     */
    | "block-size"
    | "profile-name"
    | "plugin-ref"
    | "weight"
    /** Ignored, because only scorers have weights. */
    | "weight-ignored"
    | "pickers"
    | "profile-handlers";

const pluginSchema = z.looseObject({
    name: z.string().nullish(),
    type: z.string(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
});

const profileSchema = z.looseObject({
    name: z.string(),
    plugins: z.array(z.looseObject({ pluginRef: z.string(), weight: z.number().nullish() })),
});

const configSchema = z.looseObject({
    apiVersion: z.string(),
    kind: z.string(),
    featureGates: z.array(z.string()).nullish(),
    plugins: z.array(pluginSchema),
    schedulingProfiles: z.array(profileSchema).nullish(),
});

type Config = z.output<typeof configSchema>;
type Plugin = z.output<typeof pluginSchema>;
type Profile = z.output<typeof profileSchema>;

/** What a configuration is judged by. */
interface Rules {
    /** Undefined where the EPP's version is not known: what differs between versions is then not judged. */
    readonly release: EppRelease | undefined;
    readonly types: ReadonlyMap<string, PluginType>;
    readonly blockSize: number | undefined;
    readonly extraPlugins: readonly string[];
    readonly allowExperimental: boolean;
}

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

function lintPlugin(plugin: Plugin, path: string, rules: Rules): ConfigProblem[] {
    const { release, types, extraPlugins } = rules;
    const known = types.get(plugin.type);
    if (known !== undefined) {
        return [
            ...experimentalPlugin(plugin, path, known, rules),
            ...unknownParameters(plugin, path, known, release),
            ...lintBlock(plugin, `${path}.parameters`, known, rules),
        ];
    }
    return release === undefined || extraPlugins.includes(plugin.type)
        ? []
        : [
              {
                  id: "plugin-type",
                  path: `${path}.type`,
                  message: `Plugin ${nameOf(plugin)}: type ${plugin.type} is not known to EPP ${release.minor}; the nearest is ${nearest(plugin.type, [...types.keys()])}.`,
              },
          ];
}

function experimentalPlugin(
    plugin: Plugin,
    path: string,
    { experimental }: PluginType,
    { release, allowExperimental }: Rules,
): ConfigProblem[] {
    return release === undefined || !experimental || allowExperimental
        ? []
        : [
              {
                  id: "plugin-experimental",
                  path: `${path}.type`,
                  message: `Plugin ${nameOf(plugin)}: type ${plugin.type} is experimental in EPP ${release.minor}, which exits at start without --allow-experimental-plugins.`,
              },
          ];
}

function unknownParameters(
    plugin: Plugin,
    path: string,
    { parameters: known }: PluginType,
    release: EppRelease | undefined,
): ConfigProblem[] {
    if (release === undefined) {
        return [];
    }
    const { strictParameters, minor } = release;
    const hint = (key: string) =>
        known.length === 0 ? "it has none" : `the nearest is ${nearest(key, known)}`;
    return Object.keys(plugin.parameters ?? {})
        .filter((key) => !known.includes(key))
        .map((key) => ({
            id: strictParameters ? "parameter-refused" : "parameter",
            path: `${path}.parameters.${key}`,
            message: `Plugin ${nameOf(plugin)}: parameter ${key} is not known to EPP ${minor}, which ${strictParameters ? "exits at start because of it" : "ignores it"}; ${hint(key)}.`,
        }));
}

function lintBlock(
    plugin: Plugin,
    path: string,
    { block, parameters: known }: PluginType,
    { release, blockSize }: Rules,
): ConfigProblem[] {
    if (block === undefined) {
        return [];
    }
    const parameters = plugin.parameters ?? {};
    const paths = [block.path, ...(block.older ? [block.older] : [])];
    const given = paths.find((candidate) => valueAt(parameters, candidate) !== undefined);
    const key = (given ?? block.path).join(".");
    const set = given && valueAt(parameters, given);
    if (set === undefined) {
        // GIE 1.4.0 and 1.5.0: "BlockSize is deprecated, use BlockSizeTokens instead".
        if (release && key === "blockSizeTokens" && "blockSize" in parameters) {
            return [
                {
                    id: "block-refused",
                    path: `${path}.blockSize`,
                    message: `Plugin ${nameOf(plugin)}: blockSize alone is refused by EPP ${release.minor}; write blockSizeTokens.`,
                },
            ];
        }
        // Tuned, which is the default, the block comes from a metric of the model servers.
        if (!release || (known.includes("autoTune") && parameters.autoTune !== false)) {
            return [];
        }
    }
    const scale = block.unit === "characters" ? charactersPerToken : 1;
    const value = set ?? defaultBlockTokens * scale;
    if (blockSize === undefined) {
        return [];
    }
    const expected = Math.max(blockSize * scale, block.minimum ?? 0);
    if (inForce(value, block) === expected) {
        return [];
    }
    const raised = expected === blockSize * scale ? "" : `, the least that EPP ${release?.minor ?? ""} takes`;
    return [
        {
            id: "block-size",
            path: `${path}.${key}`,
            message: `Plugin ${nameOf(plugin)}: ${key} is ${JSON.stringify(value)}${set === undefined ? " by default" : ""}, but the model servers' block of ${String(blockSize)} tokens makes it ${String(expected)} ${block.unit}${raised}.`,
        },
    ];
}

/** The block that a value makes: one that is too small is raised. */
function inForce(value: unknown, { minimum = 0 }: BlockParameter): unknown {
    return typeof value === "number" ? Math.max(value, minimum) : value;
}

function valueAt(parameters: Record<string, unknown>, path: readonly string[]): unknown {
    return path.reduce<unknown>(
        (value, step) =>
            typeof value === "object" && value !== null
                ? (value as Record<string, unknown>)[step]
                : undefined,
        parameters,
    );
}

function lintProfile(
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

function unresolved(pluginRef: string, path: string, at: string, names: readonly string[]): ConfigProblem {
    const hint = names.length > 0 ? `; the nearest is ${nearest(pluginRef, names)}` : "";
    return {
        id: "plugin-ref",
        path,
        message: `${at}: pluginRef ${pluginRef} is no entry of plugins${hint}.`,
    };
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

/** A plugin without a name is called by its type. */
function nameOf(plugin: Plugin): string {
    return plugin.name || plugin.type;
}
