import * as fs from "fs";
import * as path from "path";
import { projectRoot } from "../paths";
import type { TestResult } from "./output";
import type { SuiteName } from "./suites";

/** What `make conformance` came to, as the documentation keeps it. */
export interface ConformanceRecord {
    /** Version of the Istio that was tested. */
    istio: string;
    suites: SuiteRecord[];
}

/** What one suite came to. */
export interface SuiteRecord {
    name: SuiteName;
    version: string;
    tests: RecordedTest[];
}

/** How a test ended. */
export interface RecordedTest extends Pick<TestResult, "name" | "result"> {
    /** It failed at first, and this is what came of it when it was run again. Default: false. */
    again?: boolean;
}

/** Where it is kept, from the project's root. */
export const recordFile = "docs/conformanceResults.json";

/** What the last recorded run came to. */
export function readRecord(): ConformanceRecord {
    return JSON.parse(fs.readFileSync(path.join(projectRoot, recordFile), "utf8")) as ConformanceRecord;
}

/**
 * Keeps what a run came to, and of suites that were not run what was kept of them.
 *
 * @throws Error when that was with another Istio.
 */
export function writeRecord({ istio, suites: ran }: ConformanceRecord): void {
    const before = readRecord();
    const names = [...new Set([...before.suites, ...ran].map(({ name }) => name))];
    const suites = names.map((name) => [...ran, ...before.suites].find((suite) => suite.name === name)!);
    if (before.istio !== istio && suites.some((suite) => !ran.includes(suite))) {
        throw new Error(`${recordFile} is of Istio ${before.istio}: record all suites, not one.`);
    }
    const record: ConformanceRecord = { istio, suites };
    fs.writeFileSync(path.join(projectRoot, recordFile), `${JSON.stringify(record, undefined, 4)}\n`);
}
