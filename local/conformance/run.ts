import * as fs from "fs";
import * as path from "path";
import { runInLab } from "../lab";
import { versions } from "../toolchain/versions";
import type { ConformanceLab } from "./lab";
import { gatewayClass } from "./lab";
import type { TestResult } from "./output";
import { OutputReader } from "./output";
import type { SuiteName } from "./suites";
import { suites } from "./suites";

/** What to run of a suite, and where to leave what it says. */
export interface SuiteRun {
    suite: SuiteName;
    /** One test of the suite. Default: all of them. */
    test?: string;
    /** Takes the suite's own report and the whole of its output. */
    folder: string;
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
    /** Ends the suite. */
    signal?: AbortSignal;
}

/**
 * Runs a suite, as it is, against a lab.
 *
 * @returns what each of its tests came to; a suite whose own preparations fail has none.
 * @throws Error when the lab ends, or the signal ends the suite.
 */
export async function runSuite(lab: ConformanceLab, run: SuiteRun): Promise<TestResult[]> {
    const { suite, test, folder, report, signal } = run;
    const { args, setup } = suites[suite];
    for (const object of setup) {
        lab.kubectl(["apply", "--server-side", "--filename", "-"], JSON.stringify(object));
    }
    fs.mkdirSync(folder, { recursive: true });
    const log = fs.openSync(path.join(folder, `${suite}.log`), "w");
    let begun = 0;
    const reader = new OutputReader((name) => report(`${suite} ${String(++begun)}: ${name}`));
    const command = [
        lab.tools.suites[suite],
        ...["-test.v", "-test.run=^TestConformance$", `-gateway-class=${gatewayClass}`],
        ...["-organization=istio", "-project=istio", "-url=https://istio.io", "-contact=@istio/maintainers"],
        ...[`-version=${versions.istio}`, `-report-output=${path.join(folder, `${suite}-report.yaml`)}`],
        ...args,
        ...(test === undefined ? [] : [`-run-test=${test}`]),
    ];
    const env = { PATH: process.env.PATH ?? "", HOME: folder, KUBECONFIG: lab.kubeconfig };
    try {
        const code = await runInLab(
            lab.stateDir,
            { command, env, cwd: folder },
            (text) => {
                fs.writeSync(log, text);
                reader.read(text);
            },
            signal,
        );
        report(`${suite}: ended with exit code ${String(code)}`);
    } finally {
        fs.closeSync(log);
    }
    return reader.results;
}
