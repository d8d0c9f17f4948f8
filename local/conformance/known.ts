import type { SuiteName } from "./suites";

/** Why a test does not pass. */
export interface KnownFailure {
    suite: SuiteName;
    test: string;
    /** Whose it is to change. */
    whose: string;
    reason: string;
}

/** Tests that fail in the lab, with the reason. A test that the suite itself leaves out says its own. */
export const knownFailures: KnownFailure[] = [];

/** Why a test of a suite is known to fail, or undefined where it should pass. */
export function findKnown(suite: SuiteName, test: string): KnownFailure | undefined {
    return knownFailures.find((known) => known.suite === suite && known.test === test);
}
