import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { eventually } from "../support/eventually";
import { npmRun } from "../../commands/shared/npmRun";
import { type StepOutcome, summary } from "../support/outcome";
import { type Pool, runSteps, type Step } from "../support/steps";

describe("the steps of `npm test`", function () {
    let folder: string;

    beforeEach(() => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-steps-"));
    });
    afterEach(() => fs.rmSync(folder, { recursive: true }));

    /** A suite of one test that does this. */
    function suite(name: string, body: string): Step {
        const file = path.join(folder, `${name}.test.js`);
        fs.writeFileSync(file, `it("is ${name}", async () => { ${body} });`);
        return { mocha: [file] };
    }

    /** What steps print, and come to. */
    async function run(pools: Pool[], interruption = new AbortController().signal) {
        const { log } = console;
        const printed: string[] = [];
        console.log = (text: string) => void printed.push(text);
        try {
            const outcomes = await runSteps(pools, interruption);
            return { outcomes, printed: printed.join("\n") };
        } finally {
            console.log = log;
        }
    }

    for (const inOnePool of [true, false]) {
        it(`run side by side in ${inOnePool ? "one pool" : "two pools"}, and print one after another`, async () => {
            const wait = (name: string) => `
            const fs = require("fs");
            const mark = (who) => require("path").join(${JSON.stringify(folder)}, who);
            console.log("${name} begins");
            fs.writeFileSync(mark("${name}"), "");
            while (!["one", "other"].every((who) => fs.existsSync(mark(who)))) {
                await new Promise((resolve) => setTimeout(resolve, 20));
            }
            console.log("${name} ends");`;
            const steps = { one: suite("one", wait("one")), other: suite("other", wait("other")) };
            const pools = inOnePool
                ? [{ steps, lanes: 2 }]
                : Object.entries(steps).map(([name, step]) => ({ steps: { [name]: step }, lanes: 1 }));
            const { outcomes, printed } = await run(pools);
            assert.deepEqual(outcomes.map(({ name, passed }) => [name, passed]).sort(), [
                ["one", 1],
                ["other", 1],
            ]);
            for (const name of Object.keys(steps)) {
                const own = printed.slice(
                    printed.indexOf(`== ${name}\n`),
                    printed.indexOf(`== ${name}: 1 passed`),
                );
                assert.match(own, new RegExp(`${name} begins\\n${name} ends\\n[^]*1 passing`));
                assert.equal(own.match(/begins|ends/g)!.length, 2, printed);
            }
        });
    }

    it("leave the processor to others where their pool says so", async () => {
        const nice = suite("nice", `require("assert").ok(require("os").getPriority() >= 11);`);
        const { outcomes } = await run([{ steps: { nice }, lanes: 1, niceness: 11 }]);
        assert.deepEqual(outcomes[0]!.failures, []);
    });

    it("count a gate as one test, and a suite by its tests", async () => {
        const steps: Record<string, Step> = {
            good: { gate: ["mocha", "--version"] },
            bad: { gate: ["prettier", "--check", path.join(folder, "missing")] },
            failing: suite("failing", `throw new Error("as it should");`),
        };
        const { outcomes } = await run([{ steps, lanes: 3 }]);
        const of = (name: string) => outcomes.find((outcome) => outcome.name === name)!;
        assert.deepEqual([of("good").passed, of("good").failed], [1, 0]);
        assert.deepEqual([of("bad").passed, of("bad").failed], [0, 1]);
        assert.match(of("bad").failures[0]!, /^prettier --check .*missing$/);
        assert.deepEqual([of("failing").passed, of("failing").failed], [0, 1]);
        assert.match(of("failing").failures[0]!, /^is failing\nError: as it should\n/);
        assert.deepEqual(
            of("failing").tests.map(({ title }) => title),
            ["is failing"],
        );
    });

    it("fail where a suite ends before its tests do", async () => {
        const { outcomes } = await run([{ steps: { early: suite("early", "process.exit(0);") }, lanes: 2 }]);
        assert.deepEqual([outcomes[0]!.passed, outcomes[0]!.failed], [0, 1]);
        assert.deepEqual(outcomes[0]!.failures, ["died before its end"]);
    });

    it("end with what they started, when they are interrupted", async () => {
        const started = path.join(folder, "started");
        const forever = `
            require("fs").writeFileSync(${JSON.stringify(started)}, String(process.pid));
            await new Promise((resolve) => setTimeout(resolve, 100_000));`;
        const steps = { long: suite("long", forever), next: suite("next", "") };
        const interruption = new AbortController();
        const running = run([{ steps, lanes: 1 }], interruption.signal);
        await eventually("the test runs", () => fs.existsSync(started) && fs.statSync(started).size > 0);
        const pid = Number(fs.readFileSync(started, "utf8"));
        interruption.abort();
        assert.deepEqual((await running).outcomes, []);
        assert.throws(() => process.kill(pid, 0), { code: "ESRCH" });
    });

    it("are all known", () => {
        const { status, stderr } = spawnSync(process.execPath, [...npmRun("test/run.ts"), "unti"], {
            encoding: "utf8",
        });
        assert.equal(status, 2);
        assert.match(stderr, /^Unknown suite unti; allowed: check, .*\bunit, .*\blab, .*\.$/m);
    });
});

describe("the summary of `npm test`", () => {
    const outcome = (name: string, seconds: number, rest: Partial<StepOutcome> = {}): StepOutcome => ({
        ...{ name, milliseconds: seconds * 1000, passed: 1, failed: 0, skipped: 0, failures: [], tests: [] },
        ...rest,
    });

    it("names the slowest tests, each suite's share, every failure, and counts last", () => {
        const tests = Array.from({ length: 30 }, (_, index) => ({
            title: `test ${String(index)}`,
            milliseconds: index * 100,
        }));
        const lines = summary([
            outcome("types", 1),
            outcome("unit", 3, { passed: 28, failed: 1, skipped: 1, failures: ["test 7\nwhy"], tests }),
        ]).split("\n");
        const first = lines.indexOf("The slowest tests:");
        assert.equal(lines[first + 1], "     2.9 s  unit: test 29");
        assert.equal(lines[first + 20], "     1.0 s  unit: test 10");
        assert.equal(lines[first + 21], "");
        assert.deepEqual(lines.slice(first + 22), [
            "The share of each suite:",
            "     3.0 s   75 %  unit",
            "     1.0 s   25 %  types",
            "",
            "Failed in unit: test 7",
            "why",
            "",
            "Failed:",
            "unit: test 7",
            "",
            "29 passed, 1 failed, 1 skipped",
        ]);
    });

    it("names every failed test in the end, however much each of them said", () => {
        const failures = ["one", "other"].map((title) => `${title}\n${"why ".repeat(10_000)}`);
        const text = summary([outcome("unit", 3, { passed: 0, failed: 2, failures })]);
        assert.ok(text.length < 10_000, String(text.length));
        assert.ok(text.endsWith("\nFailed:\nunit: one\nunit: other\n\n0 passed, 2 failed"));
    });

    it("is one line where one gate passed", () => {
        assert.equal(summary([outcome("types", 1)]), "\n1 passed, 0 failed");
    });
});
