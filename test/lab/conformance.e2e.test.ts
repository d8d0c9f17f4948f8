import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { ConformanceLab } from "../../local/conformance/lab";
import { readRecord } from "../../local/conformance/record";
import type { SuiteLab } from "../../local/conformance/run";
import { runSuiteTwice } from "../../local/conformance/run";
import type { SuiteName } from "../../local/conformance/suites";
import { deployedSettings } from "../../local/conformance/suites";
import { ensureConformanceTools } from "../../local/toolchain/conformance";
import { TestLab } from "./support/lab";
import { sharedLab } from "./support/sharedLab";

/**
 * A part of what `make conformance` runs of the Gateway API's: grants, routes across namespaces, traffic as the program's own
 * routes ask for it. All of GIE's are run, which take less than a minute.
 */
const chosen = [
    "HTTPRouteSimpleSameNamespace",
    "HTTPRouteCrossNamespace",
    "HTTPRouteReferenceGrant",
    "HTTPRouteInvalidReferenceGrant",
    "HTTPRoutePartiallyInvalidViaInvalidReferenceGrant",
    "HTTPRouteInvalidCrossNamespaceBackendRef",
    "HTTPRouteInvalidCrossNamespaceParentRef",
    "GatewaySecretReferenceGrantSpecific",
    "GatewaySecretInvalidReferenceGrant",
    "HTTPRouteServiceTypes",
    "HTTPRouteTimeoutRequest",
    "HTTPRouteRequestMirror",
];

const said: string[] = [];

/** Runs a suite, or the named tests of it, and holds that none fails. */
async function mustPass(lab: SuiteLab, suite: SuiteName, tests?: string[]): Promise<string[]> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-suite-"));
    try {
        const report = (line: string) => said.push(line);
        const results = await runSuiteTwice(lab, { suite, tests, folder, report });
        const failed = results.filter(({ result }) => result === "failed");
        const what = failed.map((test) => [test.name, ...test.said].join("\n")).join("\n\n");
        assert.deepEqual(failed, [], `${what}\n\n${said.slice(-20).join("\n")}`);
        return results.filter(({ result }) => result === "passed").map(({ name }) => name);
    } finally {
        fs.rmSync(folder, { recursive: true });
    }
}

describe("the conformance suites", function () {
    this.timeout(15 * 60_000);
    let lab: ConformanceLab;

    before(async function () {
        // On a machine that has not built them yet, the suites take minutes.
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        lab = await ConformanceLab.start((line) => said.push(line));
    });
    after(() => lab?.stop());

    it("of the Gateway API pass: grants, namespaces, Services", async () => {
        const passed = await mustPass(lab, "gateway", chosen);
        assert.deepEqual([...passed].sort(), [...chosen].sort(), "all of those that are named");
    });

    it("of GIE pass", async () => {
        const passed = await mustPass(lab, "inference");
        assert.ok(passed.length > 10, passed.join(", "));
    });

    it("can be run again while what the run before has deleted is still ending", async () => {
        assert.deepEqual(await mustPass(lab, "inference", ["InferencePoolAccepted"]), [
            "InferencePoolAccepted",
        ]);
    });
});

describe("the conformance suites' checks", function () {
    this.timeout(15 * 60_000);
    const lab = sharedLab;

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        await lab.deploy(deployedSettings, { refresh: true });
    });

    it("are met by the deployed stack in pool mode", async () => {
        const tools = await ensureConformanceTools((line) => said.push(line));
        const { state: stateDir, kubeconfig } = lab.cluster;
        const toolchain = { kubectl: path.join(stateDir, "kubectl") };
        const passed = await mustPass({ tools, stateDir, kubeconfig, toolchain }, "deployed");
        const { tests } = readRecord().suites.find(({ name }) => name === "deployed")!;
        assert.deepEqual(
            passed,
            tests.map(({ name }) => name),
        );
    });
});
