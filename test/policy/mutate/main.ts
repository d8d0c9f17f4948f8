import { tableText } from "../../../commands/shared/table";
import { groupBy } from "../../../objects/multimap";
import { Pack } from "../support/pack";
import type { Outcome } from "./campaign";
import { runCampaign } from "./campaign";

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
    const rows = outcomes.map(({ title: mutation, mode, rule, said }) => {
        const text = said.map(({ policy, level, message }) => `${policy} (${level}): ${message}`);
        return [mutation, mode, rule ?? "", text.join("\n")];
    });
    console.log(tableText([title, "mode", "rule", "the pack said"], rows));
}

function printByRule(outcomes: readonly Outcome[]): void {
    const rows = [...groupBy(outcomes, ({ rule }) => rule ?? "")].map(([rule, own]) => [
        rule,
        own.length,
        own.filter(({ passed }) => passed).length,
    ]);
    console.log(tableText(["rule", "mutations", "caught"], rows));
}

void main(process.argv.slice(2));
