import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { charactersPerToken, defaultBlockTokens } from "./data";
import type { EppRelease, PluginType } from "./types";
import { pluginTypesOf } from "./versions";

const pluginSchema = z.looseObject({
    name: z.string().optional(),
    type: z.string(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
});

const profileSchema = z.looseObject({
    name: z.string(),
    plugins: z.array(z.looseObject({ pluginRef: z.string(), weight: z.number().optional() })),
});

const configSchema = z.looseObject({
    apiVersion: z.string(),
    kind: z.string(),
    featureGates: z.array(z.string()).optional(),
    plugins: z.array(pluginSchema),
    schedulingProfiles: z.array(profileSchema).default([]),
});

type Config = z.output<typeof configSchema>;
type Plugin = z.output<typeof pluginSchema>;
type Profile = z.output<typeof profileSchema>;

/** A misspelling, and no plugin that this matrix does not list, is at most so many letters away. */
const misspelling = 3;

/**
 * Says what an EPP would refuse or silently ignore in an EndpointPickerConfig, one sentence each.
 *
 * @param config what the YAML holds, of whatever shape.
 * @param blockSize the model servers' KV cache block, in tokens.
 */
export function lintPickerConfig(config: unknown, release: EppRelease, blockSize: number): string[] {
    const parsed = configSchema.safeParse(config);
    if (!parsed.success) {
        return parsed.error.issues.map(
            ({ path, message }) => `${path.length > 0 ? path.join(".") : "The configuration"}: ${message}.`,
        );
    }
    const types = pluginTypesOf(release);
    const { plugins, schedulingProfiles } = parsed.data;
    const typeOfName = new Map(plugins.map((plugin) => [nameOf(plugin), types.get(plugin.type)]));
    return [
        ...header(parsed.data, release),
        ...repeated(plugins.map(nameOf), "plugin"),
        ...plugins.flatMap((plugin) => lintPlugin(plugin, release, types, blockSize)),
        ...repeated(
            schedulingProfiles.map((profile) => profile.name),
            "scheduling profile",
        ),
        ...schedulingProfiles.flatMap((profile) => lintProfile(profile, release, typeOfName)),
        ...profileHandlers(parsed.data, types),
    ];
}

function header({ apiVersion, kind, featureGates = [] }: Config, release: EppRelease): string[] {
    const problems: string[] = [];
    if (!release.configApiVersions.includes(apiVersion)) {
        problems.push(
            `apiVersion ${apiVersion} is not read by EPP ${release.minor}; write ${release.configApiVersions[0] ?? ""}.`,
        );
    }
    if (kind !== "EndpointPickerConfig") {
        problems.push(`kind ${kind} is not read by the EPP; write EndpointPickerConfig.`);
    }
    const known = release.featureGates;
    if (known !== undefined) {
        problems.push(
            ...featureGates
                .filter((gate) => !known.includes(gate))
                .map(
                    (gate) =>
                        `featureGates: ${gate} is not known to EPP ${release.minor}; known are ${known.join(", ")}.`,
                ),
        );
    }
    return problems;
}

function lintPlugin(
    plugin: Plugin,
    release: EppRelease,
    types: ReadonlyMap<string, PluginType>,
    blockSize: number,
): string[] {
    const known = types.get(plugin.type);
    const name = nameOf(plugin);
    if (known === undefined) {
        const nearest = closest(plugin.type, [...types.keys()]);
        // Where the list is partial, only what looks like a misspelling is reported.
        return release.evidence === "partial" && distance(plugin.type, nearest) > misspelling
            ? []
            : [
                  `Plugin ${name}: type ${plugin.type} is not known to EPP ${release.minor}; the nearest is ${nearest}.`,
              ];
    }
    const parameters = plugin.parameters ?? {};
    return [
        ...unknownParameters(name, parameters, known, release),
        ...wrongBlock(name, parameters, known, blockSize),
    ];
}

function unknownParameters(
    name: string,
    parameters: Record<string, unknown>,
    { parameters: known }: PluginType,
    release: EppRelease,
): string[] {
    if (known === undefined || release.evidence === "partial") {
        return [];
    }
    const hint = (key: string) =>
        known.length === 0 ? "it has none" : `the nearest is ${closest(key, [...known])}`;
    return Object.keys(parameters)
        .filter((key) => !known.includes(key))
        .map(
            (key) =>
                `Plugin ${name}: parameter ${key} is not known to EPP ${release.minor}, which ignores it; ${hint(key)}.`,
        );
}

/** Blocks of another size are never found in the cache, and the scorer gives every pod 0. */
function wrongBlock(
    name: string,
    parameters: Record<string, unknown>,
    { block, parameters: known }: PluginType,
    blockSize: number,
): string[] {
    if (block === undefined) {
        return [];
    }
    const key = block.path.join(".");
    const set = block.path.reduce<unknown>(
        (value, step) =>
            typeof value === "object" && value !== null
                ? (value as Record<string, unknown>)[step]
                : undefined,
        parameters,
    );
    if (set === undefined) {
        // GIE 1.4.0 and 1.5.0: "BlockSize is deprecated, use BlockSizeTokens instead".
        if (key === "blockSizeTokens" && "blockSize" in parameters) {
            return [
                `Plugin ${name}: blockSize alone is refused; write blockSizeTokens: ${String(blockSize)}.`,
            ];
        }
        // Tuned, which is the default, the block comes from a metric of the model servers.
        if (known?.includes("autoTune") && parameters.autoTune !== false) {
            return [];
        }
    }
    const scale = block.unit === "characters" ? charactersPerToken : 1;
    const right = blockSize * scale;
    const value = set ?? defaultBlockTokens * scale;
    return value === right
        ? []
        : [
              `Plugin ${name}: ${key} is ${JSON.stringify(value)}${set === undefined ? " by default" : ""}, but the model servers' block of ${String(blockSize)} tokens makes it ${String(right)} ${block.unit}.`,
          ];
}

function lintProfile(
    profile: Profile,
    release: EppRelease,
    typeOfName: ReadonlyMap<string, PluginType | undefined>,
): string[] {
    const at = `Scheduling profile ${profile.name}`;
    const problems = profile.plugins.flatMap(({ pluginRef, weight }) => {
        if (!typeOfName.has(pluginRef)) {
            const names = [...typeOfName.keys()];
            const hint = names.length > 0 ? `; the nearest is ${closest(pluginRef, names)}` : "";
            return [`${at}: pluginRef ${pluginRef} is no entry of plugins${hint}.`];
        }
        return weightProblem(weight, typeOfName.get(pluginRef), release).map(
            (problem) => `${at}: weight of ${pluginRef} ${problem}`,
        );
    });
    const kinds = profile.plugins.map(({ pluginRef }) => typeOfName.get(pluginRef)?.kind);
    // None at all is right: the EPP then adds a max-score-picker (GIE `config/loader/defaults.go`).
    if (kinds.filter((kind) => kind === "picker").length > 1) {
        problems.push(`${at}: it has more than one picker.`);
    }
    return problems;
}

function weightProblem(
    weight: number | undefined,
    type: PluginType | undefined,
    release: EppRelease,
): string[] {
    if (weight === undefined) {
        return [];
    }
    if (type !== undefined && type.kind !== "scorer") {
        return [
            `is ignored, because that is a ${type.kind === "other" ? "plugin" : type.kind}, not a scorer.`,
        ];
    }
    if (weight <= 0) {
        return [`is ${String(weight)}; it must be positive.`];
    }
    return release.wholeWeights && !Number.isInteger(weight)
        ? [`is ${String(weight)}; EPP ${release.minor} reads whole numbers only.`]
        : [];
}

/** With one profile the EPP adds a single-profile-handler by itself (GIE `config/loader/defaults.go`). */
function profileHandlers(
    { plugins, schedulingProfiles }: Config,
    types: ReadonlyMap<string, PluginType>,
): string[] {
    const handlers = plugins.filter((plugin) => types.get(plugin.type)?.kind === "profile-handler");
    if (handlers.length > 1) {
        return [`Only one profile handler is allowed; there are ${handlers.map(nameOf).join(", ")}.`];
    }
    // A type that the matrix does not list may be a handler.
    const unlisted = plugins.some((plugin) => !types.has(plugin.type));
    if (schedulingProfiles.length > 1 && handlers.length === 0 && !unlisted) {
        return ["Several scheduling profiles need a profile handler, and plugins has none."];
    }
    return schedulingProfiles.length > 1 && handlers[0]?.type === "single-profile-handler"
        ? ["single-profile-handler takes one scheduling profile, and there are several."]
        : [];
}

function repeated(names: readonly string[], what: string): string[] {
    return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
        (name) => `The ${what} name ${name} is used more than once.`,
    );
}

function nameOf(plugin: Plugin): string {
    return plugin.name ?? plugin.type;
}
