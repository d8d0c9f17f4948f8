import * as fs from "fs";
import { failureOf } from "../commands/ci-preview/officialPreview";
import type { EnvironmentPreview } from "../commands/ci-preview/report";
import { renderReport } from "../commands/ci-preview/report";
import type { Engine } from "./engine";
import { EngineError } from "./engine";

/** Which environment the engine's stack is, and where the report goes. */
export interface ReportedPreview {
    environment: string;
    file: string;
    signal?: AbortSignal;
}

/**
 * Previews a stack on the embedded engine and writes the report that the workflow on pull requests posts. A preview
 * that is refused is reported, and does not reject.
 */
export async function previewAndReport(
    engine: Pick<Engine, "preview">,
    { environment, file, signal }: ReportedPreview,
): Promise<EnvironmentPreview> {
    const preview = { environment, expectNoChanges: false, ...(await outcomeOf(engine, signal)) };
    fs.writeFileSync(file, renderReport(preview));
    return preview;
}

async function outcomeOf(
    engine: Pick<Engine, "preview">,
    signal?: AbortSignal,
): Promise<Pick<EnvironmentPreview, "result" | "failure">> {
    try {
        return { result: await engine.preview({ diff: true, signal }) };
    } catch (error) {
        if (!(error instanceof EngineError)) {
            throw error;
        }
        return { result: error.result, failure: failureOf(error.result) ?? error.message };
    }
}
