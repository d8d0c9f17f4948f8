import { record, text } from "../../objects/json";
import { declaredPortsOf, expand, flagValue } from "../../objects/containers";
import { pickerArguments } from "../../objects/pickerArguments";
import { templatesOf } from "../../objects/podIndex";
import type { Simulator } from "../../objects/servers";
import { simulatorsIn } from "../../objects/servers";
import type { SimulatorRelease } from "../../releases";
import {
    findSimulator,
    nearest,
    refusedSimulatorValue,
    simulatorReleases,
    simulatorSwitches,
} from "../../releases";
import { addDash, setFlag } from "../framework/argumentFix";
import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { setField } from "../framework/fix";
import type { Rule } from "../framework/rule";
import type { ExtraFlagsConfig } from "./extraFlags";
import { extraFlagsConfig } from "./extraFlags";

const probes = ["livenessProbe", "readinessProbe", "startupProbe"];

/** Where a simulator listens without `--port`. */
const defaultPort = 8000;

/** A simulator starts with its arguments, and becomes ready. */
export const simulatorFlags: Rule<ExtraFlagsConfig> = {
    name: "simulator-flags",
    description:
        "A simulator's arguments are ones that its version accepts, and its HTTP probes ask for paths that it has.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Write the argument or the probe's path that the message names as that version of the simulator reads it, or take the version that they are for.",
    config: extraFlagsConfig,
    *checkResource(object, settings) {
        yield* each(templatesOf(object), (template) =>
            each([object], function* () {
                for (const simulator of simulatorsIn(template)) {
                    yield* checkSimulator(simulator, settings);
                }
            }),
        );
    },
};

function* checkSimulator(simulator: Simulator, settings: ExtraFlagsConfig): Findings {
    const { image, version, template, container } = simulator;
    const release = findSimulator(version ?? "");
    if (!release) {
        // An image without a tag, or with one such as `latest`, is another rule's to report.
        if (version !== undefined) {
            const known = [...new Set(simulatorReleases.map(({ minor }) => minor))].join(", ");
            yield {
                message: `${template.owner.toString()}: image ${image.reference} (${container.path}.image) is no version of the simulator that this pack knows (${known}), so its arguments and probes were not checked.`,
                level: "advisory",
            };
        }
        return;
    }
    yield* each([template.owner], () => checkArguments(simulator, release, settings));
    yield* each(probes, (probe) => each([template.owner], () => checkProbe(simulator, release, probe)));
}

function* checkArguments(
    { template, container, version }: Simulator,
    release: SimulatorRelease,
    { extraFlags }: ExtraFlagsConfig,
): Findings {
    const { flags, unknowns } = pickerArguments(container, simulatorSwitches);
    yield* unknowns.map((unknown) => ({ unknown }));
    for (const { name, dashes, value, path } of flags) {
        const written = `${"-".repeat(dashes)}${name}`;
        const at = `${template.owner.toString()}: ${written} (${path})`;
        if (dashes === 1 && /^v\d*$/.test(name)) {
            continue;
        }
        if (!release.flags.includes(name)) {
            if (!extraFlags.includes(name)) {
                yield {
                    message: `${at} is no flag of simulator ${version ?? ""}, which exits at start because of it; the nearest is --${nearest(name, release.flags)}.`,
                };
            }
            continue;
        }
        if (dashes === 1) {
            yield { message: `${at} needs two dashes.`, fix: () => addDash(container, path) };
            continue;
        }
        const given = expand(value, container);
        const wanted = given.includes("$(") ? undefined : refusedSimulatorValue(release, name, given);
        if (wanted !== undefined) {
            yield {
                message: `${at} is ${JSON.stringify(given)}, which simulator ${version ?? ""} does not read, so that it exits at start: it takes ${wanted}.`,
                fix: () => {
                    const meant = sameLatency(release, name, given);
                    return meant === undefined ? undefined : setFlag(container, path, meant);
                },
            };
        }
    }
}

/** The same time as this version writes it: milliseconds are the unit of what has none. */
function sameLatency(release: SimulatorRelease, name: string, given: string): string | undefined {
    const [, number, unit] = /^(\d+)(ms)?$/.exec(given) ?? [];
    const meant = number && (unit === undefined ? `${number}ms` : number);
    return meant && refusedSimulatorValue(release, name, meant) === undefined ? meant : undefined;
}

/** A probe gets 404 for a path that another version has, and the pod never becomes ready, or is started again and again. */
function* checkProbe(
    { template, container, version }: Simulator,
    release: SimulatorRelease,
    probe: string,
): Findings {
    const { httpGet } = record(container.fields[probe]);
    if (httpGet === undefined) {
        return;
    }
    const { port: asked, path: given } = record(httpGet);
    const port =
        typeof asked === "string"
            ? declaredPortsOf(container).find(({ name }) => name === asked)?.number
            : asked;
    // What listens at another port is not the simulator.
    if (port !== Number(flagValue(container, "port")?.value ?? defaultPort)) {
        return;
    }
    const path = text(given) ?? "/";
    const [plain = ""] = path.split("?", 1);
    // Its router sends a path with a slash at its end to the one without.
    if (!release.paths.includes(plain.length > 1 && plain.endsWith("/") ? plain.slice(0, -1) : plain)) {
        yield {
            message: `${template.owner.toString()}: ${probe} asks for ${path} (${container.path}.${probe}.httpGet.path), which simulator ${version ?? ""} does not have; ${release.readinessPath} tells whether it is ready.`,
            // Another version's path for the same question.
            fix: () =>
                probe === "readinessProbe" && simulatorReleases.some((other) => other.readinessPath === path)
                    ? setField(`${container.path}.${probe}.httpGet.path`, release.readinessPath)
                    : undefined,
        };
    }
}
