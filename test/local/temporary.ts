import * as fs from "fs";
import * as os from "os";
import * as path from "path";

/** Gives each test of the surrounding `describe` an empty folder of its own, deleted after the test. */
export function temporaryFolder(): () => string {
    let folder = "";
    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "llm-d-local-"));
    });
    afterEach(() => {
        fs.rmSync(folder, { recursive: true, force: true });
    });
    return () => folder;
}

/** Writes an executable shell script. */
export function writeScript(file: string, lines: string[]): void {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
}

/** Runs `work` with environment variables set (or, with undefined, unset) and puts them back. */
export async function withEnvironment<T>(
    variables: Record<string, string | undefined>,
    work: () => Promise<T>,
): Promise<T> {
    const before = { ...process.env };
    const set = (values: Record<string, string | undefined>) => {
        for (const name of Object.keys(variables)) {
            if (values[name] === undefined) {
                delete process.env[name];
            } else {
                process.env[name] = values[name];
            }
        }
    };
    set(variables);
    try {
        return await work();
    } finally {
        set(before);
    }
}
