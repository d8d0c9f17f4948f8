import * as fs from "fs";
import * as path from "path";
import { parse } from "yaml";
import type { DeploymentOutput, Mode } from "../../components/deploymentOutput";
import { generatorsOf } from "./catalogue";
import type { Mutation, Verdict } from "./mutation";
import { Program } from "./program";

/** A mutation of which `verify` is asked. */
export type Fault = Mutation & { readonly verdict: Verdict };

interface Golden {
    readonly outputs: { readonly deployment: DeploymentOutput } & Record<string, unknown>;
    readonly registrations: readonly {
        readonly type: string;
        readonly name: string;
        readonly inputs: Record<string, unknown>;
    }[];
}

/** Read once: to parse one takes longer than most tests that ask for it. */
const goldens = new Map<string, Golden>();

/** What the program deploys in a mode of test/support/modes.ts, as its golden file has it; the caller's own to change. */
export function readGolden(mode: string): Golden {
    const file = path.resolve(__dirname, `../golden/${mode}.yaml`);
    const golden = goldens.get(mode) ?? (parse(fs.readFileSync(file, "utf8")) as Golden);
    goldens.set(mode, golden);
    return structuredClone(golden);
}

/** The changes of the catalogue to the stack of a mode of which `verify` is asked. */
export function faultsOf(mode: Mode): Fault[] {
    const program = Program.of(readGolden(mode));
    return generatorsOf(mode).flatMap((generate) => [...generate(program, mode)].filter(isFault(mode)));
}

/** Those of all three modes. */
export function everyFault(): (Fault & { readonly mode: Mode })[] {
    const modes = ["scheduler", "scoring", "scoring-not-obeyed"] satisfies Mode[];
    return modes.flatMap((mode) => faultsOf(mode).map((fault) => ({ ...fault, mode })));
}

function isFault(mode: Mode) {
    return (mutation: Mutation): mutation is Fault => mutation.verdict?.on.includes(mode) === true;
}
