import type { ProgramRun } from "../../commands/render/programRun";
import { configTexts, runUnderMocks } from "../../commands/render/programRun";
import program from "../../index";

export type { ProgramRun, Registration } from "../../commands/render/programRun";
export { shortUrn } from "../../commands/render/programRun";

export const project = "llm-d-inference";

/**
 * Runs the program of `index.ts` under Pulumi's mocks.
 *
 * @param config top-level settings, as `Pulumi.<stack>.yaml` would hold them.
 */
export function runProgram(config: Record<string, unknown> = {}): Promise<ProgramRun> {
    const stack = { project, stack: "test", config: configTexts(project, config) };
    return withShortStacks(() => runUnderMocks(program, stack));
}

const usualLimit = Error.stackTraceLimit;

/**
 * Has stacks tell where an error was thrown, and no more: those that Pulumi's SDK takes for each resource are a third of
 * a run's time.
 */
export async function withShortStacks<T>(run: () => Promise<T>): Promise<T> {
    Error.stackTraceLimit = 1;
    try {
        return await run();
    } finally {
        Error.stackTraceLimit = usualLimit;
    }
}
