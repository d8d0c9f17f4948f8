import type { EppRelease } from "../releases";
import { nearest } from "../releases";
import type { Container } from "./containers";
import type { Flag } from "./pickerArguments";
import { pickerArguments } from "./pickerArguments";
import { Picker } from "./pickers";
import type { UnknownInputError } from "./unknown";

/** Something in an endpoint picker's arguments that ends it at start, or that it does not read. */
export interface FlagProblem {
    /** `stray`: a word that belongs to no flag. `dashes`: one dash where there have to be two. */
    readonly id: "stray" | "refused" | "dashes" | "unknown";
    /** Where it is in the object. */
    readonly path: string;
    /** A sentence that names the argument and where it is. */
    readonly message: string;
}

/**
 * What is wrong with an endpoint picker's arguments by themselves.
 *
 * @param release undefined for an EPP whose version is not known, of which no flag is judged.
 * @param extraFlags flags that a build of one's own has besides the release's.
 */
export function pickerFlagProblems(
    container: Container,
    release: EppRelease | undefined,
    extraFlags: readonly string[] = [],
): { problems: FlagProblem[]; unknowns: readonly UnknownInputError[] } {
    const { flags, stray, unknowns } = pickerArguments(container);
    const problems: FlagProblem[] = stray.map(({ value, path, after }) => ({
        id: "stray",
        path,
        message: `the argument ${value} (${path}) belongs to no flag: --${after} takes its value after "=".`,
    }));
    for (const flag of release ? flags : []) {
        problems.push(...flagProblem(flag, release!, extraFlags));
    }
    return { problems, unknowns };
}

function flagProblem(flag: Flag, release: EppRelease, extraFlags: readonly string[]): FlagProblem[] {
    const { name, dashes, path } = flag;
    const known = release.flags.includes(name) || extraFlags.includes(name);
    const at = `${"-".repeat(dashes)}${name} (${path})`;
    const epp = Picker.describe(release);
    if (release.refusedFlags.includes(name)) {
        const message = `${at} is refused at start by ${epp}; name metrics by engineConfigs in the EndpointPickerConfig.`;
        return [{ id: "refused", path, message }];
    }
    if (known && dashes === 1 && !release.oneDash && name !== "v") {
        return [{ id: "dashes", path, message: `${at} needs two dashes in ${epp}.` }];
    }
    if (known || isShortVerbosity(flag)) {
        return [];
    }
    const hint = nearest(name, [...release.flags, ...extraFlags]);
    const message = `${at} is no flag of ${epp}, which exits at start because of it; the nearest is --${hint}.`;
    return [{ id: "unknown", path, message }];
}

/** `-v2`. */
function isShortVerbosity({ name, dashes }: Flag): boolean {
    return dashes === 1 && /^v\d+$/.test(name);
}
