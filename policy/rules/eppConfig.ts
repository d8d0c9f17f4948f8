import { flagValue } from "../../objects/containers";
import { simulatorsOf } from "../../objects/modelServers";
import { configTextOf, readConfig } from "../../objects/pickerConfig";
import type { Picker } from "../../objects/pickers";
import type { StackIndex } from "../../objects/stackIndex";
import type { ConfigProblem, ConfigProblemId } from "../../releases";
import { announcedRemovals, defaultBlockTokens, lintPickerConfig } from "../../releases";
import { eachPicker } from "../framework/eachPicker";
import type { Finding, Findings } from "../framework/finding";
import { each } from "../framework/finding";
import type { Rule, RuleConfig } from "../framework/rule";

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

/** What an endpoint picker ignores, so that it starts, and picks as it would without. */
const ignored: readonly ConfigProblemId[] = ["parameter", "weight-ignored"];

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
        yield { message: `${picker.owner.toString()}: ${found.problem}.`, absent: found.absent };
        return;
    }
    const report = ({ id, path, message }: ConfigProblem, origin = ""): Finding => ({
        object: found.object,
        message: `${found.source}${path && `, ${path}`}: ${message}${origin}`,
        ...(ignored.includes(id) && { level: "advisory" }),
    });
    const read = readConfig(found.text, index);
    if ("problem" in read) {
        const message = `the EndpointPickerConfig is no YAML that an endpoint picker reads: ${read.problem}`;
        yield report({ id: "shape", path: "", message });
        return;
    }
    if ("unread" in read) {
        yield {
            object: found.object,
            message: `${found.source}: the EndpointPickerConfig is not judged: ${read.unread}.`,
            level: "advisory",
        };
        return;
    }
    const { content } = read;
    const lint = (blockSize?: number) =>
        lintPickerConfig(
            content,
            picker.release,
            blockSize,
            settings.extraPlugins,
            picker.isOn("allow-experimental-plugins", false),
        );
    yield* lint().map((problem) => report(problem));
    yield* announcedRemovals(content, picker.release).map(({ path, message }): Finding => ({
        object: found.object,
        message: `${found.source}, ${path}: ${message}`,
        level: "advisory",
    }));
    yield* each([found.object], function* (): Findings {
        // A size that no model server has is one that differs from every model server's.
        if (!lint(NaN).some(({ id }) => id === "block-size")) {
            return;
        }
        const { all, undecided } = simulatorsOf(picker, index);
        for (const { template, container } of all) {
            const given = flagValue(container, "block-size");
            const tokens = given ? Number(given.value) : defaultBlockTokens;
            const origin = given ? `--block-size at ${given.path}` : "the default of --block-size";
            for (const problem of lint(tokens).filter(({ id }) => id === "block-size")) {
                yield report(problem, ` That is ${template.owner.toString()} (${origin}).`);
            }
        }
        if (undecided) {
            yield { unknown: undecided };
        }
    });
}
