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

/** What the steps came to: where the time went, every failure again, and last one line that counts all of them. */
export function summary(outcomes: readonly StepOutcome[]): string {
    const sum = (of: (outcome: StepOutcome) => number) =>
        outcomes.reduce((total, outcome) => total + of(outcome), 0);
    const sections = [slowestTests(outcomes), shares(outcomes)].filter((section) => section !== "");
    const failures = outcomes.flatMap((outcome) =>
        outcome.failures.map((failure) => `Failed in ${outcome.name}: ${failure}`),
    );
    const skipped = sum((outcome) => outcome.skipped);
    const counts = [
        `${String(sum(({ passed }) => passed))} passed`,
        `${String(sum(({ failed }) => failed))} failed`,
        ...(skipped > 0 ? [`${String(skipped)} skipped`] : []),
    ];
    return [...sections, ...failures, counts.join(", ")].map((section) => `\n${section}`).join("\n");
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
