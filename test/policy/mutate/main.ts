import Table from "cli-table3";
import { Pack } from "../support/pack";
import type { Outcome } from "./campaign";
import { runCampaign } from "./campaign";

/** Plain text, for terminals, files and pipes alike. */
const style = { head: [], border: [], compact: true };

/**
 * Prints how many broken programs the pack catches and how many sound ones it faults; fails unless all and none.
 *
 * @param names of the modes. Default: all.
 */
async function main(names: readonly string[]): Promise<void> {
    const pack = await Pack.start();
    try {
        const { broken, harmless } = await runCampaign(pack, names.length > 0 ? names : undefined);
        const missed = broken.filter(({ passed }) => !passed);
        const faulted = harmless.filter(({ passed }) => !passed);
        print("missed", missed);
        print("false alarms", faulted);
        printByRule(broken);
        console.log(`caught ${String(broken.length - missed.length)} of ${String(broken.length)}`);
        console.log(`false alarms ${String(faulted.length)} of ${String(harmless.length)}`);
        process.exitCode = missed.length + faulted.length === 0 ? 0 : 1;
    } finally {
        pack.stop();
    }
}

function print(title: string, outcomes: readonly Outcome[]): void {
    if (outcomes.length === 0) {
        return;
    }
    const table = new Table({ head: [title, "mode", "rule", "the pack said"], style });
    for (const { title: mutation, mode, rule, said } of outcomes) {
        const text = said.map(({ policy, level, message }) => `${policy} (${level}): ${message}`);
        table.push([mutation, mode, rule ?? "", text.join("\n")]);
    }
    console.log(table.toString());
}

function printByRule(outcomes: readonly Outcome[]): void {
    const table = new Table({ head: ["rule", "mutations", "caught"], style });
    for (const rule of new Set(outcomes.map((outcome) => outcome.rule))) {
        const own = outcomes.filter((outcome) => outcome.rule === rule);
        table.push([rule ?? "", own.length, own.filter(({ passed }) => passed).length]);
    }
    console.log(table.toString());
}

void main(process.argv.slice(2));
