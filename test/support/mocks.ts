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
    return runUnderMocks(program, { project, stack: "test", config: configTexts(project, config) });
}
