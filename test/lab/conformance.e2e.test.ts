import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { ConformanceLab } from "../../local/conformance/lab";
import { runSuiteTwice } from "../../local/conformance/run";
import type { SuiteName } from "../../local/conformance/suites";
import { TestLab } from "./support/lab";

/**
 * A part of what `make conformance` runs: grants, routes across namespaces, traffic as the program's own routes ask for it,
 * and all of GIE's, which take less than a minute.
 */
const chosen: Record<SuiteName, string[] | undefined> = {
    gateway: [
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
    ],
    inference: undefined,
};

describe("the conformance suites", function () {
    this.timeout(15 * 60_000);
    const said: string[] = [];
    let lab: ConformanceLab;

    before(async function () {
        // On a machine that has not built them yet, the suites take minutes.
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        lab = await ConformanceLab.start((line) => said.push(line));
    });
    after(() => lab?.stop());

    for (const [suite, tests] of Object.entries(chosen) as [SuiteName, string[] | undefined][]) {
        it(`of ${suite} pass${tests === undefined ? "" : ": grants, namespaces, Services"}`, async () => {
            const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-suite-"));
            try {
                const report = (line: string) => said.push(line);
                const results = await runSuiteTwice(lab, { suite, tests, folder, report });
                const passed = results.filter(({ result }) => result === "passed").map(({ name }) => name);
                const failed = results.filter(({ result }) => result === "failed");
                const what = failed.map((test) => [test.name, ...test.said].join("\n")).join("\n\n");
                assert.deepEqual(failed, [], `${what}\n\n${said.slice(-20).join("\n")}`);
                assert.deepEqual(
                    tests?.filter((name) => !passed.includes(name)) ?? [],
                    [],
                    "all of those that are named",
                );
                assert.ok(passed.length > 10, passed.join(", "));
            } finally {
                fs.rmSync(folder, { recursive: true });
            }
        });
    }
});
