import { strict as assert } from "assert";
import type { EppRelease, SimulatorRelease } from "../../../releases";
import { findEpp, findSimulator } from "../../../releases";

// Flags, plugin types and parameters are lists out of Go sources, which no test here can reach: releases/ names the file
// and version of each. These tests are of what is computed from them.

/** A release of the EPP that is in the table. */
export function epp(version: string): EppRelease {
    const release = findEpp(version);
    assert(release !== undefined, `EPP ${version}`);
    return release;
}

/** A release of the simulator that is in the table. */
export function simulator(version: string): SimulatorRelease {
    const release = findSimulator(version);
    assert(release !== undefined, `simulator ${version}`);
    return release;
}
