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
    tests: Pick<TestResult, "name" | "result">[];
}

/** Where it is kept, from the project's root. */
export const recordFile = "docs/conformance.json";
