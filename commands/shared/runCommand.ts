import { type Command, CommanderError } from "commander";
import { ClusterError, messageOf, UsageError } from "./errors";

/**
 * Runs a command line and sets the process's exit code: what `action` gives, 0 for help, 2 for a wrong flag or a
 * {@link UsageError}, 3 for a {@link ClusterError}. Errors that are expected are told in one line; others with their
 * stack, and exit code 3.
 *
 * @param action takes the flags' values and gives the exit code.
 * @param codeOf exit codes of errors of the command's own that are expected; undefined for others. Default: none.
 * @param words the command line's. Default: those of the process.
 */
export async function runCommand<Flags extends object>(
    command: Command,
    action: (flags: Flags) => Promise<number>,
    codeOf: (error: unknown) => number | undefined = () => undefined,
    words: readonly string[] = process.argv.slice(2),
): Promise<void> {
    command
        .allowExcessArguments(false)
        .exitOverride()
        .configureOutput({ outputError: () => undefined });
    try {
        command.parse(words, { from: "user" });
        process.exitCode = await action(command.opts<Flags>());
    } catch (error) {
        if (error instanceof CommanderError && error.exitCode === 0) {
            // The help that was asked for.
            return;
        }
        const code = sharedCodeOf(error) ?? codeOf(error);
        const text = code === undefined && error instanceof Error ? error.stack : messageOf(error);
        process.stderr.write(`${command.name()}: ${(text ?? "").replace(/^error: /, "")}\n`);
        process.exitCode = code ?? 3;
    }
}

function sharedCodeOf(error: unknown): number | undefined {
    if (error instanceof CommanderError || error instanceof UsageError) {
        return 2;
    }
    return error instanceof ClusterError ? 3 : undefined;
}
