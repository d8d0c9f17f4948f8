/** What a gate or a suite came to. A gate counts as one test. */
export interface Outcome {
    passed: number;
    failed: number;
    skipped: number;
    /** One text for each failure: which test, and why. */
    failures: string[];
    /** Every test that ran. */
    tests: { title: string; milliseconds: number }[];
}

/** The outcome of a step, by its name, and how long it took. */
export interface StepOutcome extends Outcome {
    name: string;
    milliseconds: number;
}

/** How many of the slowest tests {@link summary} names. */
const named = 20;

/** How many characters of one failure {@link summary} repeats, and of its first line in the list of all. */
const repeated = 4_000;
const listed = 160;

/**
 * What the steps came to: where the time went, every failure again, and last which tests failed, a line for each, and one
 * line that counts all of them: where only the end of a log is kept, it says what to look for.
 */
export function summary(outcomes: readonly StepOutcome[]): string {
    const sum = (of: (outcome: StepOutcome) => number) =>
        outcomes.reduce((total, outcome) => total + of(outcome), 0);
    const sections = [slowestTests(outcomes), shares(outcomes)].filter((section) => section !== "");
    const failures = outcomes.flatMap((outcome) =>
        outcome.failures.map((failure) => `${outcome.name}: ${failure}`),
    );
    const first = (failure: string) => shorten(failure.split("\n")[0]!, listed);
    const list = failures.length === 0 ? [] : [["Failed:", ...failures.map(first)].join("\n")];
    const skipped = sum((outcome) => outcome.skipped);
    const counts = [
        `${String(sum(({ passed }) => passed))} passed`,
        `${String(sum(({ failed }) => failed))} failed`,
        ...(skipped > 0 ? [`${String(skipped)} skipped`] : []),
    ];
    const details = failures.map((failure) => `Failed in ${shorten(failure, repeated)}`);
    return [...sections, ...details, ...list, counts.join(", ")].map((section) => `\n${section}`).join("\n");
}

function shorten(text: string, limit: number): string {
    return text.length <= limit ? text : `${text.slice(0, limit)} … (${String(text.length)} characters)`;
}

function slowestTests(outcomes: readonly StepOutcome[]): string {
    const tests = outcomes
        .flatMap(({ name, tests }) =>
            tests.map(({ title, milliseconds }) => ({ title: `${name}: ${title}`, milliseconds })),
        )
        .sort((one, other) => other.milliseconds - one.milliseconds)
        .slice(0, named);
    return tests.length === 0
        ? ""
        : ["The slowest tests:", ...tests.map(({ title, milliseconds }) => row(milliseconds, title))].join(
              "\n",
          );
}

/** Suites that run side by side take longer than they would alone, and together longer than there is time. */
function shares(outcomes: readonly StepOutcome[]): string {
    const total = outcomes.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
    const rows = [...outcomes]
        .sort((one, other) => other.milliseconds - one.milliseconds)
        .map(({ name, milliseconds }) =>
            row(milliseconds, `${((100 * milliseconds) / total).toFixed(0).padStart(3)} %  ${name}`),
        );
    return outcomes.length < 2 ? "" : ["The share of each suite:", ...rows].join("\n");
}

function row(milliseconds: number, text: string): string {
    return `${(milliseconds / 1000).toFixed(1).padStart(8)} s  ${text}`;
}
