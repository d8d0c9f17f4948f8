import type { ConfigProblem } from "./configProblem";
import type { EppRelease } from "./epp";
import { nearest } from "./nearest";
import type { Plugin } from "./pickerConfigShape";
import { nameOf } from "./pickerConfigShape";
import type { BlockParameter, PluginType } from "./plugins";
import { charactersPerToken } from "./plugins";
import { defaultBlockTokens } from "./simulator";

/** What a configuration is judged by. */
export interface Rules {
    /** Undefined where the EPP's version is not known: what differs between versions is then not judged. */
    readonly release: EppRelease | undefined;
    readonly types: ReadonlyMap<string, PluginType>;
    readonly blockSize: number | undefined;
    readonly extraPlugins: readonly string[];
    readonly allowExperimental: boolean;
}

/** What is wrong with one entry of `plugins`. */
export function lintPlugin(plugin: Plugin, path: string, rules: Rules): ConfigProblem[] {
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
