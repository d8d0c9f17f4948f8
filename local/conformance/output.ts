import { LineSplitter } from "../../commands/shared/lines";

/** How one of a suite's tests ended. */
export interface TestResult {
    name: string;
    result: "passed" | "failed" | "skipped";
    /** How long it took, in seconds. */
    seconds: number;
    /** What it said, without the names of its parts. */
    said: string[];
}

const verdicts = { PASS: "passed", FAIL: "failed", SKIP: "skipped" } as const;

/**
 * What a suite's output says of its tests, line by line. Tests begin one after the other or side by side; how they ended is
 * said of all of them together, after the last one.
 */
export class OutputReader {
    readonly results: TestResult[] = [];
    /** What each test has said so far. */
    private readonly said = new Map<string, string[]>();
    /** Whose the lines are that come. */
    private current = "";
    private readonly lines = new LineSplitter((line) => this.readLine(line));

    /** @param began is told the name of each test that begins. */
    constructor(private readonly began: (name: string) => void) {}

    /** Takes the next part of the output, which may end within a line. */
    read(text: string): void {
        this.lines.add(text);
    }

    private readLine(line: string): void {
        if (line.startsWith("--- ")) {
            // All tests have run; what comes says how.
            this.current = "";
            return;
        }
        const [, event, name, part] =
            /^=== (RUN|CONT|NAME|PAUSE) +TestConformance\/([^/]+)(\/.*)?$/.exec(line) ?? [];
        if (name !== undefined) {
            this.current = name;
            if (event === "RUN" && part === undefined) {
                this.said.set(name, []);
                this.began(name);
            }
            return;
        }
        // Tests within a test are further in, and have its name before theirs.
        const end = /^ {4}--- (PASS|FAIL|SKIP): TestConformance\/([^/ ]+) \((\d+(?:\.\d+)?)s\)$/.exec(line);
        if (end === null) {
            this.said.get(this.current)?.push(line);
            return;
        }
        const [, verdict, ended, seconds] = end;
        this.results.push({
            name: ended!,
            result: verdicts[verdict as keyof typeof verdicts],
            seconds: Number(seconds),
            said: this.said.get(ended!) ?? [],
        });
    }
}
