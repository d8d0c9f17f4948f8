import { parseDocument } from "yaml";
import type { EppRelease } from "../../releases/eppReleases";
import { defaultBlockTokens } from "../../releases/simulatorReleases";
import { eachPicker } from "../framework/eachPicker";
import type { Finding, Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Json } from "../../objects/json";
import { list, record, text } from "../../objects/json";
import type { Rule, RuleConfig } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import { flagValues } from "../../objects/containers";
import { simulatorsOf } from "../../objects/modelServers";
import { configTextOf } from "../../objects/pickerConfig";
import { Picker } from "../../objects/pickers";

/** Settings of {@link eppConfig}. */
export interface EppConfigConfig {
    extraPlugins: string[];
}

const config: RuleConfig<EppConfigConfig> = {
    defaults: { extraPlugins: [] },
    schema: {
        extraPlugins: {
            type: "array",
            items: { type: "string" },
            description: "Plugin types that a build of your own registers besides the release's.",
        },
    },
};

/** Plugins that are told the size of a block in tokens, whatever the version, and where. */
const preciseBlocks = [
    ["tokenProcessorConfig", "blockSize"],
    ["indexerConfig", "tokenProcessorConfig", "blockSize"],
];

/** Where a message is about: what holds the configuration, and in words. */
interface Source {
    readonly picker: Picker;
    readonly release: EppRelease | undefined;
    readonly report: (message: string) => Finding;
}

/** An EndpointPickerConfig is there, loads, and scores what it is meant to. */
export const eppConfig: Rule<EppConfigConfig> = {
    name: "epp-config",
    description:
        "The endpoint picker's EndpointPickerConfig is mounted, loads in its version, refers to plugins that it lists, and has the model servers' block size.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Correct the entry that the message names. The block size is the model servers' --block-size; GIE up to 1.3 counts it in characters, four to a token.",
    config,
    *checkStack(index, settings) {
        yield* eachPicker(index, (picker) => checkPicker(picker, index, settings));
    },
};

function* checkPicker(picker: Picker, index: StackIndex, settings: EppConfigConfig): Findings {
    const found = configTextOf(picker, index);
    if (!found) {
        return;
    }
    if ("problem" in found) {
        yield { message: `${picker.owner.toString()}: ${found.problem}.` };
        return;
    }
    const source: Source = {
        picker,
        release: picker.release,
        report: (message) => ({ object: found.object, message: `${found.source}: ${message}` }),
    };
    const document = parseDocument(found.text);
    const [error] = document.errors;
    if (error) {
        yield source.report(`the EndpointPickerConfig is no YAML: ${error.message.split("\n")[0] ?? ""}`);
        return;
    }
    const content = record(document.toJS());
    yield* checkHeader(content, source);
    yield* checkPlugins(content, source, settings);
    yield* checkProfiles(content, source);
    yield* checkReferences(content, source);
    yield* each([found.object], () => checkBlocks(content, source, index));
}

function* checkHeader({ apiVersion, kind }: Json, { release, report }: Source): Findings {
    const versions = release?.configVersions ?? [
        "inference.networking.x-k8s.io/v1alpha1",
        "llm-d.ai/v1alpha1",
    ];
    if (kind !== "EndpointPickerConfig") {
        yield report(`kind is ${say(kind)}, but it has to be EndpointPickerConfig.`);
    }
    if (!versions.includes(text(apiVersion) ?? "")) {
        yield report(`apiVersion is ${say(apiVersion)}, but it has to be ${versions.join(" or ")}.`);
    }
}

function* checkPlugins(
    content: Json,
    { release, report }: Source,
    { extraPlugins }: EppConfigConfig,
): Findings {
    const names = new Set<string>();
    for (const [position, plugin] of list(content.plugins).map(record).entries()) {
        const type = text(plugin.type);
        const name = nameOf(plugin);
        const at = `plugins.${String(position)}`;
        if (type === undefined) {
            yield report(`${at} has no type.`);
        } else if (release?.complete && !release.plugins.has(type) && !extraPlugins.includes(type)) {
            yield report(`${at}.type ${type} is no plugin of ${Picker.describe(release)}.`);
        }
        if (names.has(name)) {
            yield report(`${at}: another plugin is already called ${name}.`);
        }
        names.add(name);
    }
}

function* checkProfiles(content: Json, { release, report }: Source): Findings {
    const profiles = list(content.schedulingProfiles).map(record);
    const names = new Set<string>();
    for (const [position, profile] of profiles.entries()) {
        const name = text(profile.name);
        const at = `schedulingProfiles.${String(position)}`;
        if (!name) {
            yield report(`${at} has no name.`);
        } else if (names.has(name)) {
            yield report(`${at}.name ${name} is used before.`);
        }
        names.add(name ?? "");
        for (const [place, plugin] of list(profile.plugins).map(record).entries()) {
            yield* checkWeight(plugin, `${at}.plugins.${String(place)}`, release, report);
        }
    }
    const types = list(content.plugins).map((plugin) => record(plugin).type);
    if (profiles.length > 1 && types.includes("single-profile-handler")) {
        yield report(
            `single-profile-handler handles one profile, but schedulingProfiles has ${String(profiles.length)}.`,
        );
    }
}

function* checkWeight(
    { pluginRef, weight }: Json,
    at: string,
    release: EppRelease | undefined,
    report: Source["report"],
): Findings {
    if (weight === undefined || weight === null) {
        return;
    }
    if (typeof weight !== "number" || weight <= 0) {
        yield report(
            `${at}.weight of ${say(pluginRef)} is ${JSON.stringify(weight)}, but it has to be a positive number.`,
        );
    } else if (release?.wholeWeights && !Number.isInteger(weight)) {
        yield report(
            `${at}.weight of ${say(pluginRef)} is ${say(weight)}, but ${Picker.describe(release)} reads whole numbers only.`,
        );
    }
}

/** Every `pluginRef`, wherever a version has one, names an entry of `plugins`. Parameters are a plugin's own matter. */
function* checkReferences(content: Json, { report }: Source): Findings {
    const names = new Set(list(content.plugins).map((plugin) => nameOf(record(plugin))));
    const rest = Object.entries(content).filter(([key]) => key !== "plugins");
    for (const [path, name] of pluginRefsIn(Object.fromEntries(rest), "")) {
        if (typeof name !== "string" || !names.has(name)) {
            yield report(`${path} ${say(name)} is no entry of plugins: ${[...names].join(", ")}.`);
        }
    }
    for (const [position, profile] of list(content.schedulingProfiles).map(record).entries()) {
        for (const [place, plugin] of list(profile.plugins).map(record).entries()) {
            if (!("pluginRef" in plugin)) {
                yield report(
                    `schedulingProfiles.${String(position)}.plugins.${String(place)} has no pluginRef.`,
                );
            }
        }
    }
}

function* pluginRefsIn(value: unknown, path: string): Generator<[string, unknown]> {
    if (typeof value !== "object" || value === null) {
        return;
    }
    for (const [key, child] of Object.entries(value)) {
        const at = path ? `${path}.${key}` : key;
        if (key === "pluginRef") {
            yield [at, child];
        } else {
            yield* pluginRefsIn(child, at);
        }
    }
}

/** A block size that is not the model servers' finds no prefix in their caches. */
function* checkBlocks(content: Json, { picker, release, report }: Source, index: StackIndex): Findings {
    const blocks = [...blockSettings(content, release)];
    for (const { refused } of blocks) {
        if (refused) {
            yield report(refused);
        }
    }
    if (blocks.length === 0) {
        return;
    }
    const { all, undecided } = simulatorsOf(picker, index);
    for (const { template, container } of all) {
        const given = flagValues(container, "block-size").at(-1);
        const tokens = given ? Number(given.value) : defaultBlockTokens;
        const origin = given ? `--block-size at ${given.path}` : "the default of --block-size";
        for (const { at, value, perToken } of blocks) {
            if (value !== undefined && value !== tokens * perToken) {
                const expected =
                    perToken === 1
                        ? `${String(tokens)}`
                        : `${String(tokens * perToken)} characters, ${String(perToken)} to a token`;
                yield report(
                    `${at} is ${say(value)}, but ${template.owner.toString()} has blocks of ${String(tokens)} tokens (${origin}), which makes it ${expected}.`,
                );
            }
        }
    }
    if (undecided) {
        yield { unknown: undecided };
    }
}

interface BlockSetting {
    readonly at: string;
    /** `undefined` where the picker learns the size from the model servers. */
    readonly value: unknown;
    readonly perToken: number;
    /** Why its version does not start with it. */
    readonly refused?: string;
}

function* blockSettings(content: Json, release: EppRelease | undefined): Generator<BlockSetting> {
    for (const [position, plugin] of list(content.plugins).map(record).entries()) {
        const parameters = record(plugin.parameters);
        const at = `plugins.${String(position)}.parameters`;
        if (release && plugin.type === release.prefixBlock.plugin) {
            const { parameter, perToken, byDefault } = release.prefixBlock;
            const onlyCharacters =
                parameter !== "blockSize" && "blockSize" in parameters && !(parameter in parameters);
            yield {
                at: `${at}.${parameter}`,
                // Without a size of its own it reads the model servers', unless told not to.
                value: parameters[parameter] ?? (parameters.autoTune === false ? byDefault : undefined),
                perToken,
                refused: onlyCharacters
                    ? `${at}.blockSize alone is refused at start by ${Picker.describe(release)}, which takes ${parameter}.`
                    : undefined,
            };
        }
        for (const path of plugin.type === "precise-prefix-cache-scorer" ? preciseBlocks : []) {
            const value = path.reduce<unknown>((parent, key) => record(parent)[key], parameters);
            if (value !== undefined) {
                yield { at: `${at}.${path.join(".")}`, value, perToken: 1 };
            }
        }
    }
}

/** A plugin without a name is called by its type. */
function nameOf(plugin: Json): string {
    return text(plugin.name) ?? text(plugin.type) ?? "";
}

function say(value: unknown): string {
    return typeof value === "string" ? value || '""' : (JSON.stringify(value) ?? "missing");
}
