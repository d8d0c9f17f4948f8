import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { poll } from "../../commands/shared/poll";
import { kubectlFlags } from "../kubectl";
import { runInLab } from "../lab";
import type { Toolchain } from "../toolchain";
import type { ConformanceTools } from "../toolchain/conformance";
import { versions } from "../toolchain/versions";
import { gatewayClass } from "./lab";
import type { TestResult } from "./output";
import { OutputReader } from "./output";
import { readRecord, recordFile } from "./record";
import type { SuiteName } from "./suites";
import { suites } from "./suites";

/** A running lab that a suite is run against. */
export interface SuiteLab {
    tools: Pick<ConformanceTools, "suites">;
    stateDir: string;
    kubeconfig: string;
    toolchain: Pick<Toolchain, "kubectl">;
}

/** What to run of a suite, and where to leave what it says. */
export interface SuiteRun {
    suite: SuiteName;
    /** Names of tests, of the suite's own. Default: all of them. */
    tests?: string[];
    /** Takes the suite's own report and the whole of its output. */
    folder: string;
    /** Takes one line of progress at a time. */
    report: (line: string) => void;
    /** Ends the suite. */
    signal?: AbortSignal;
}

/** How a test of a suite ended, and whether that was only when it was run again. */
export interface SuiteResult extends TestResult {
    /** It failed first. */
    again: boolean;
}

/**
 * Runs a suite, and what failed of it once more: Istio sometimes makes a Gateway's listeners before it has noted the pool that
 * a new route refers to, and not again (`HasInferencePool` in its `pilot/pkg/config/kube/gateway/controller.go`; its changes
 * push nothing), so that requests pass by the endpoint picker until something else changes.
 *
 * @returns as {@link runSuite} does; the first result of a test that the second run did not come to, which is reported.
 */
export async function runSuiteTwice(lab: SuiteLab, run: SuiteRun): Promise<SuiteResult[]> {
    const first = await runSuite(lab, run);
    const failed = first.filter(({ result }) => result === "failed").map(({ name }) => name);
    if (failed.length === 0) {
        return first.map((result) => ({ ...result, again: false }));
    }
    run.report(`${run.suite}: again: ${failed.join(", ")}`);
    const folder = path.join(run.folder, "again");
    const second = await runSuite(lab, { ...run, tests: failed, folder });
    const notRun = failed.filter((name) => !second.some((other) => other.name === name));
    if (notRun.length > 0) {
        run.report(`${run.suite}: not run again, see ${folder}: ${notRun.join(", ")}`);
    }
    return first.map((result) => {
        const other = failed.includes(result.name) && second.find(({ name }) => name === result.name);
        return other ? { ...other, again: true } : { ...result, again: false };
    });
}

/**
 * Runs a suite, as it is, against a lab.
 *
 * @returns what each of its tests came to; a suite whose own preparations fail has none.
 * @throws Error when the suite has no test of a name, the lab ends, or the signal ends the suite.
 */
export async function runSuite(lab: SuiteLab, run: SuiteRun): Promise<TestResult[]> {
    const { suite, tests, folder, report, signal } = run;
    const { args, setup } = suites[suite];
    await untilNothingEnds(lab);
    setup.forEach((object) => apply(lab, object));
    fs.mkdirSync(folder, { recursive: true });
    const log = fs.openSync(path.join(folder, `${suite}.log`), "w");
    let begun = 0;
    const reader = new OutputReader((name) => report(`${suite} ${String(++begun)}: ${name}`));
    const command = [
        lab.tools.suites[suite],
        ...["-test.v", "-test.run=^TestConformance$", `-gateway-class=${gatewayClass}`],
        ...["-organization=istio", "-project=istio", "-url=https://istio.io", "-contact=@istio/maintainers"],
        ...[`-version=${versions.istio}`, `-report-output=${path.join(folder, `${suite}-report.yaml`)}`],
        ...args(lab.stateDir),
        ...(tests === undefined ? [] : [`-skip-tests=${allBut(suite, tests).join(",")}`]),
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

/** A suite deletes its namespaces in the end and does not wait for it, and nothing can be made in them meanwhile. */
async function untilNothingEnds(lab: SuiteLab): Promise<void> {
    const output = "jsonpath={.items[?(@.metadata.deletionTimestamp)].metadata.name}";
    const ending = await poll(
        () => kubectl(lab, ["get", "namespaces", "--output", output]),
        (names) => names === "",
        { every: 500, atMost: 180_000 },
    );
    if (ending !== "") {
        throw new Error(`These namespaces were deleted and do not end: ${ending}.`);
    }
}

function apply(lab: SuiteLab, object: object): void {
    kubectl(lab, ["apply", "--server-side", "--filename", "-"], JSON.stringify(object));
}

function kubectl({ toolchain, kubeconfig, stateDir }: SuiteLab, args: string[], input?: string): string {
    return execFileSync(toolchain.kubectl, [...kubectlFlags(kubeconfig, stateDir), ...args], {
        ...{ input, encoding: "utf8", stdio: ["pipe", "pipe", "inherit"] },
    });
}

/** The suite itself takes one test or all; so that a few share its preparations, the others are left out. */
function allBut(suite: SuiteName, wanted: string[]): string[] {
    const recorded = readRecord().suites.find(({ name }) => name === suite);
    const known = (recorded?.tests ?? []).map(({ name }) => name);
    const unknown = wanted.filter((name) => !known.includes(name));
    if (unknown.length > 0) {
        throw new Error(`The suite ${suite} has no test ${unknown.join(", ")}; ${recordFile} names them.`);
    }
    return known.filter((name) => !wanted.includes(name));
}
