import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { projectRoot } from "../../local/paths";
import { ensureNode, hasPackagedNodes, nodeLines } from "../../local/toolchain/node";
import { runMake, runMocha } from "../nodes/suites";
import { temporaryFolder } from "./temporary";

/** The short form of `npm run test:nodes`. */
describe("each release line of Node that README names", function () {
    const folder = temporaryFolder();
    before(function () {
        if (!hasPackagedNodes) {
            this.skip();
        }
    });

    const own = Number(process.versions.node.split(".")[0]);
    const others = nodeLines.filter((line) => line !== own);

    it("is one that is tested here", () => {
        const readme = fs.readFileSync(path.join(projectRoot, "README.md"), "utf8");
        const named = /Node 20\.19\+ \(tested on ([\d, ]+) and (\d+)\)/.exec(readme);
        assert.ok(named !== null);
        assert.deepEqual([...named[1]!.split(", "), named[2]!].map(Number), nodeLines);
    });

    for (const line of others) {
        it(`${String(line)} runs the program, its settings and the policy pack`, async () => {
            const node = await ensureNode(line, () => undefined);
            const version = execFileSync(node, ["--version"], { encoding: "utf8" });
            assert.ok(version.startsWith(`v${String(line)}.`), version);
            const files = [
                "test/unit/program.test.ts",
                "test/config/secrets.test.ts",
                "test/policy/pack.test.ts",
            ];
            const { exitCode, output } = await runMocha(node, ...files);
            assert.equal(exitCode, 0, output);
        });
    }

    it(`${String(others.at(-1))} deploys, from a folder with a space, and names a command that a shell takes`, async () => {
        const node = await ensureNode(others.at(-1)!, () => undefined);
        const stateDir = path.join(folder(), "a state");
        try {
            const first = await runMake(node, "up", stateDir);
            assert.equal(first.exitCode, 0, first.output);
            assert.match(first.output, /^Deployed: \d+ to create$/m);
            const look = /^Look around: (.*)$/m.exec(first.output)![1]!;
            assert.match(execFileSync("/bin/sh", ["-c", look], { encoding: "utf8" }), /^llm-d-sim .*decode/m);
            const second = await runMake(node, "up", stateDir);
            assert.match(second.output, /^Deployed: unchanged$/m);
        } finally {
            const { exitCode, output } = await runMake(node, "down", stateDir);
            assert.equal(exitCode, 0, output);
        }
        assert.ok(!fs.existsSync(stateDir));
    });
});
