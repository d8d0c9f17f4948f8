import { closest } from "fastest-levenshtein";
import { eppFlagOwners, eppVariableOwners } from "../epp/arguments";
import {
    eppReleases,
    findEpp,
    findSimulator,
    flagName,
    releasesWithFlag,
    simulatorReleases,
} from "../../releases";
import { simulatorFlagOwners, simulatorVariableOwners } from "../simulator/arguments";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import { hasKvEvents } from "./kvEvents";
import type { Model } from "./schema";
import { versionsOf } from "./versions";

/** The setting that owns a flag or a variable; undefined where the program decides alone. */
type Owners = ReadonlyMap<string, string | undefined>;

/** A program that the user gives arguments and variables besides the settings'. */
interface Program {
    /** Its settings: `epp` or `simulator`. */
    key: "epp" | "simulator";
    /** `EPP 0.10`. */
    title: string;
    flags: readonly string[];
    /** Its releases, oldest first. */
    releases: readonly { readonly minor: string; readonly flags: readonly string[] }[];
    /** Flags that it knows and refuses. */
    refusedFlags: readonly string[];
    flagOwners: Owners;
    variableOwners: Owners;
}

/** What is wrong with a model's `extraArgs` and `env`: each goes on a command line or into pods as it is. */
export function passThroughProblems(model: Model, name: Name): Problem[] {
    return programsOf(model).flatMap((program) => [
        ...argumentProblems(model[program.key].extraArgs, program, name),
        ...Object.keys(model[program.key].env)
            .filter((variable) => program.variableOwners.has(variable))
            .map((variable) =>
                owned(
                    name(`${program.key}.env`),
                    { [variable]: model[program.key].env[variable] },
                    variable,
                    program.variableOwners,
                    "variables",
                ),
            ),
    ]);
}

/** Settings whose flag a release does not have, which would end the program at start. */
export function lackingFlags(model: Model, name: Name): Problem[] {
    const { epp, simulator } = model;
    const asked = new Map<string | undefined, unknown>([
        ["epp.allowExperimentalPlugins", epp.allowExperimentalPlugins || undefined],
        ["epp.drainTimeout", epp.drainTimeout],
        ["epp.emitEndpointScores", epp.emitEndpointScores || undefined],
        ["simulator.startupDelay", simulator.startupDelay],
    ]);
    return programsOf(model).flatMap(({ key, title, flags, releases, flagOwners }) =>
        [...flagOwners].flatMap(([flag, setting]) => {
            const value = asked.get(setting);
            if (setting === undefined || value === undefined || flags.includes(flag)) {
                return [];
            }
            const [first = ""] = releasesWithFlag(flag, releases);
            return [
                refused(
                    name(setting),
                    value,
                    ` with ${title}, which has no --${flag}`,
                    `${programNames[key]} ${first} or later, or no ${name(setting)}`,
                ),
            ];
        }),
    );
}

/** What messages call each program. */
const programNames = { epp: "EPP", simulator: "simulator" } as const;

/** The programs of versions that are known; of the others the images' own rules speak. */
function programsOf(model: Model): Program[] {
    const versions = versionsOf(model);
    const epp = findEpp(versions.epp ?? "");
    const simulator = findSimulator(versions.simulator ?? "");
    return [
        ...(epp === undefined
            ? []
            : [
                  {
                      key: "epp" as const,
                      title: `${programNames.epp} ${epp.minor}`,
                      flags: epp.flags,
                      releases: eppReleases,
                      refusedFlags: epp.refusedFlags,
                      flagOwners: eppFlagOwners,
                      variableOwners: eppVariableOwners,
                  },
              ]),
        ...(simulator === undefined
            ? []
            : [
                  {
                      key: "simulator" as const,
                      title: `${programNames.simulator} ${simulator.minor}`,
                      flags: simulator.flags,
                      releases: simulatorReleases,
                      refusedFlags: [],
                      flagOwners: simulatorFlagOwners(simulator, hasKvEvents(model)),
                      variableOwners: simulatorVariableOwners,
                  },
              ]),
    ];
}

function argumentProblems(
    args: readonly string[],
    { key, title, flags, refusedFlags, flagOwners }: Program,
    name: Name,
): Problem[] {
    const names = args.map((argument) => flagName(argument) ?? "");
    return args.flatMap((argument, index) => {
        const setting = name(`${key}.extraArgs.${String(index)}`);
        const flag = names[index]!;
        if (flagOwners.has(flag)) {
            return [owned(setting, argument, `--${flag}`, flagOwners, "flags")];
        }
        if (refusedFlags.includes(flag)) {
            return [refused(setting, argument, `, because ${title} refuses --${flag}`, "other flags")];
        }
        if (!flags.includes(flag)) {
            const usable = flags.filter((known) => !refusedFlags.includes(known));
            return [
                refused(
                    setting,
                    argument,
                    `, because ${title} has no --${flag}`,
                    `its flags, of which the nearest is --${closest(flag, usable)}`,
                ),
            ];
        }
        return names.indexOf(flag) === index
            ? []
            : [refused(setting, argument, ", because it is there already", "each flag once")];
    });
}

function owned(setting: string, value: unknown, what: string, owners: Owners, others: string): Problem {
    const owner = owners.get(what.replace(/^--/, ""));
    return owner === undefined
        ? refused(setting, value, `, because the program sets ${what} itself`, `other ${others}`)
        : refused(setting, value, `, because ${owner} sets ${what}`, `${owner}, or other ${others}`);
}
