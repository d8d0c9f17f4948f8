/** How one of a suite's tests ended. */
export interface TestResult {
    name: string;
    result: "passed" | "failed" | "skipped";
    /** How long it took, in seconds. */
    seconds: number;
    /** What it said, of a test that did not pass. */
    said: string[];
}

const verdicts = { PASS: "passed", FAIL: "failed", SKIP: "skipped" } as const;

/** What a suite's output says of its tests, line by line. */
export class OutputReader {
    readonly results: TestResult[] = [];
    /** Lines since the test on top began. */
    private readonly said: string[] = [];
    private rest = "";

    /**
     * @param started is told the name of each test that begins.
     * @param ended is told how each test ended.
     */
    constructor(
        private readonly started: (name: string) => void,
        private readonly ended: (result: TestResult) => void,
    ) {}

    /** Takes the next part of the output, which may end within a line. */
    read(text: string): void {
        const lines = (this.rest + text).split("\n");
        this.rest = lines.pop()!;
        lines.forEach((line) => this.readLine(line));
    }

    private readLine(line: string): void {
        const run = /^=== RUN +TestConformance\/([^/]+)$/.exec(line)?.[1];
        if (run !== undefined) {
            this.said.length = 0;
            this.started(run);
            return;
        }
        // Tests within a test are further in, and have its name before theirs.
        const end = /^ {4}--- (PASS|FAIL|SKIP): TestConformance\/([^/ ]+) \((\d+(?:\.\d+)?)s\)$/.exec(line);
        if (end === null) {
            this.said.push(line);
            return;
        }
        const [, verdict, name, seconds] = end;
        const result: TestResult = {
            name: name!,
            result: verdicts[verdict as keyof typeof verdicts],
            seconds: Number(seconds),
            said: verdict === "PASS" ? [] : [...this.said],
        };
        this.results.push(result);
        this.ended(result);
    }
}
