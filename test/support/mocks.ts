import type { Program, ProgramRun, ProgramStack } from "../../commands/render/programRun";
import { configTexts, runUnderMocks } from "../../commands/render/programRun";
import program from "../../index";

export type { ProgramRun, Registration } from "../../commands/render/programRun";
export { shortUrn } from "../../commands/render/programRun";

export const project = "llm-d-inference";

/** Runs the program of `index.ts` under Pulumi's mocks, with top-level settings as `Pulumi.<stack>.yaml` would hold them. */
export function runProgram(config: Record<string, unknown> = {}): Promise<ProgramRun> {
    return runShortly(program, configTexts(project, config));
}

const usualLimit = Error.stackTraceLimit;

/**
 * Runs a program under Pulumi's mocks. Stacks tell meanwhile where an error was thrown, and no more: those that Pulumi's
 * SDK takes for each resource are a third of a run's time.
 *
 * @param config by full key. Default: none.
 */
export async function runShortly(program: Program, config: ProgramStack["config"] = {}): Promise<ProgramRun> {
    Error.stackTraceLimit = 1;
    try {
        return await runUnderMocks(program, { project, stack: "test", config });
    } finally {
        Error.stackTraceLimit = usualLimit;
    }
}
