import { strict as assert } from "assert";
import { findKnown, known } from "../../local/conformance/known";
import { readRecord } from "../../local/conformance/record";
import { OutputReader } from "../../local/conformance/output";
import { suites } from "../../local/conformance/suites";
import { brokenSetups, setupsOfOthers } from "../faults/brokenSetups";
import { everyFault } from "../faults/stacks";

describe("the output of a conformance suite", () => {
    const output = [
        "=== RUN   TestConformance",
        "    suite.go:375: Test Setup: Applying base manifests",
        "=== RUN   TestConformance/HTTPRouteSimple",
        "    apply.go:275: Creating a Service",
        "=== RUN   TestConformance/HTTPRouteSimple/A_request",
        "    http.go:1: of its part",
        "=== RUN   TestConformance/GRPCRouteSimple",
        "    conformance.go:66: Skipping GRPCRouteSimple",
        "=== RUN   TestConformance/HTTPRouteSideBySide",
        "=== PAUSE TestConformance/HTTPRouteSideBySide",
        "=== CONT  TestConformance/HTTPRouteSimple",
        "    http.go:2: of its later part",
        "--- FAIL: TestConformance (9.00s)",
        "    --- PASS: TestConformance/HTTPRouteSideBySide (0.25s)",
        "    --- FAIL: TestConformance/HTTPRouteSimple (3.02s)",
        "        --- FAIL: TestConformance/HTTPRouteSimple/A_request (1.00s)",
        "    --- SKIP: TestConformance/GRPCRouteSimple (0.00s)",
        "FAIL",
        "",
    ].join("\n");

    function read(parts: string[]) {
        const began: string[] = [];
        const reader = new OutputReader((name) => began.push(name));
        parts.forEach((part) => reader.read(part));
        return { began, results: reader.results };
    }

    it("names each test as it begins, and how it ended", () => {
        const { began, results } = read([output]);
        assert.deepEqual(began, ["HTTPRouteSimple", "GRPCRouteSimple", "HTTPRouteSideBySide"]);
        assert.deepEqual(
            results.map(({ name, result, seconds }) => [name, result, seconds]),
            [
                ["HTTPRouteSideBySide", "passed", 0.25],
                ["HTTPRouteSimple", "failed", 3.02],
                ["GRPCRouteSimple", "skipped", 0],
            ],
        );
    });

    it("keeps what each test has said, also where tests take turns", () => {
        const { results } = read([output]);
        const { said } = results.find(({ name }) => name === "HTTPRouteSimple")!;
        assert.deepEqual(
            said.map((line) => line.trim()),
            ["apply.go:275: Creating a Service", "http.go:1: of its part", "http.go:2: of its later part"],
        );
    });

    it("may come in any parts", () => {
        assert.deepEqual(read(output.split(/(?<=.{7})/su)), read([output]));
    });
});

describe("the record of the conformance suites", () => {
    const { suites: ran } = readRecord();
    const all = ran.flatMap(({ name, tests }) => tests.map((test) => ({ suite: name, ...test })));

    it("is of all suites, and explains each test that failed", () => {
        assert.deepEqual(
            ran.map(({ name }) => name),
            Object.keys(suites),
        );
        const unexplained = all.filter(
            ({ suite, name, result }) => result === "failed" && findKnown(suite, name)?.result !== "fails",
        );
        assert.deepEqual(unexplained, []);
    });

    it("has each test of which something is known, with that result", () => {
        for (const { suite, test, result } of known) {
            const recorded = all.find((one) => one.suite === suite && one.name === test);
            assert.equal(recorded?.result, result === "fails" ? "failed" : "skipped", test);
        }
    });
});

describe("the broken setups of the conformance suites", () => {
    const tests = readRecord().suites.flatMap(({ name: suite, tests: ran }) =>
        ran.map((test) => ({ suite, ...test })),
    );

    it("are all brought about on the deployed stack, or it is said why not", () => {
        const tells = /Invalid|Missing|NotAllowed|UnAvailable|AllowedNamespaceNone/;
        // Tests that were skipped are of other profiles, but for those that are known.
        const broken = tests.filter(
            ({ suite, name, result }) =>
                tells.test(name) && (result !== "skipped" || findKnown(suite, name) !== undefined),
        );
        assert.ok(broken.length > 20);
        const covered = [...brokenSetups.map(({ test }) => test), ...Object.keys(setupsOfOthers)];
        const left = broken.filter(({ name }) => !covered.includes(name));
        assert.deepEqual(left, []);
        const unknown = covered.filter((name) => !tests.some((test) => test.name === name));
        assert.deepEqual(unknown, [], "tests that no suite has");
    });

    it("are each a fault that verify must name", () => {
        const titles = everyFault().map(({ title }) => title);
        for (const { test, faults: wanted } of brokenSetups) {
            assert.deepEqual(
                wanted.filter((title) => !titles.includes(title)),
                [],
                test,
            );
        }
    });
});
