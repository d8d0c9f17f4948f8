import { Command, Option } from "commander";
import * as path from "path";
import { untilInterrupted } from "../../commands/shared/interruption";
import { prepareStateFolder } from "../controlplane";
import { inDeployedLab } from "../deployedLab";
import { ensureConformanceTools } from "../toolchain/conformance";
import { versions } from "../toolchain/versions";
import { findKnown } from "./known";
import { ConformanceLab } from "./lab";
import type { TestResult } from "./output";
import type { ConformanceRecord, RecordedTest } from "./record";
import { recordFile, writeRecord } from "./record";
import type { SuiteLab, SuiteResult } from "./run";
import { runSuiteTwice } from "./run";
import type { SuiteName } from "./suites";
import { deployedSettings, suites } from "./suites";

interface Options {
    suite?: SuiteName;
    test?: string[];
    record?: boolean;
}

/** Where a run leaves the suites' reports and output, in a folder of state. */
const reportsFolder = "conformance";

/**
 * `make conformance`: runs the conformance suites against a lab of their own and says what came of each test.
 *
 * @param args flags of the user's own.
 * @param stateDir takes the suites' reports and output, in `conformance`.
 * @returns the exit code: 0 when no test failed but those that are known to.
 */
export async function conformance(
    args: string[],
    stateDir: string,
    report: (line: string) => void,
): Promise<number> {
    const options = parse(args);
    prepareStateFolder(stateDir);
    const folder = path.join(stateDir, reportsFolder);
    const record: ConformanceRecord = { istio: versions.istio, suites: [] };
    const names = options.suite === undefined ? suiteNames : [options.suite];
    const peers = names.filter((name) => name !== "deployed");
    await untilInterrupted(async (signal) => {
        const run = async (lab: SuiteLab, name: SuiteName) => {
            const { test: tests } = options;
            const results = await runSuiteTwice(lab, { suite: name, tests, folder, report, signal });
            const { version } = suites[name];
            record.suites.push({ name, version, tests: results.map(withoutOutput) });
        };
        if (peers.length > 0) {
            const lab = await ConformanceLab.start(report);
            try {
                for (const name of peers) {
                    await run(lab, name);
                }
            } finally {
                await lab.stop();
            }
        }
        if (names.includes("deployed")) {
            const tools = await ensureConformanceTools(report);
            await inDeployedLab(deployedSettings, { report, signal }, (lab) =>
                run({ ...lab, tools }, "deployed"),
            );
        }
    });
    report(`Reports: ${folder}`);
    if (options.record === true) {
        writeRecord(record);
        report(`Recorded in ${recordFile}; \`npm run docs\` makes the table of it.`);
    }
    return verdict(record, report);
}

const suiteNames = Object.keys(suites) as SuiteName[];

function parse(args: string[]): Options {
    const command = new Command("conformance")
        .addOption(new Option("--suite <name>", "one of the suites").choices(suiteNames))
        .option("--test <name...>", "tests of the suite, by their names")
        .option("--record", "keep the results for the table of docs/conformance.md")
        .parse(args, { from: "user" });
    const options = command.opts<Options>();
    if (options.test !== undefined && options.suite === undefined) {
        command.error("--test needs --suite, the suite that the test is of");
    }
    if (options.record === true && options.test !== undefined) {
        command.error("--record needs a run of a whole suite");
    }
    return options;
}

function withoutOutput({ name, result, again }: SuiteResult): RecordedTest {
    return { name, result, ...(again && { again }) };
}

/** A suite that came to no test at all has failed in its preparations. */
function verdict({ suites: ran }: ConformanceRecord, report: (line: string) => void): number {
    let failures = 0;
    for (const { name, tests } of ran) {
        const count = (result: TestResult["result"]) => tests.filter((test) => test.result === result).length;
        report(
            `${suites[name].title} ${suites[name].version}: ${String(count("passed"))} passed, ` +
                `${String(count("failed"))} failed, ${String(count("skipped"))} skipped`,
        );
        failures += tests.length === 0 ? 1 : 0;
        for (const { name: test } of tests.filter(({ result }) => result === "failed")) {
            const found = findKnown(name, test);
            failures += found?.result === "fails" ? 0 : 1;
            report(`  ${test} failed${found === undefined ? "" : `; ${found.whose} ${found.reason}`}`);
        }
    }
    return failures === 0 ? 0 : 1;
}
