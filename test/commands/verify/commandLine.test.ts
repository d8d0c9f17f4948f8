import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { execa } from "execa";
import { parse } from "yaml";
import { npmRun } from "../../../commands/shared/npmRun";

/** The command as users run it; none of these runs reaches a cluster. */
describe("npm run verify", function () {
    const root = path.resolve(__dirname, "../../..");
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-verify-"));
    const outputs = path.join(folder, "outputs.json");
    const kubeconfig = path.join(folder, "kubeconfig");

    before(() => {
        const golden = parse(fs.readFileSync(path.join(root, "test/golden/scheduler.yaml"), "utf8")) as {
            outputs: unknown;
        };
        fs.writeFileSync(outputs, JSON.stringify(golden.outputs));
        fs.writeFileSync(
            kubeconfig,
            JSON.stringify({
                ...{ apiVersion: "v1", kind: "Config", "current-context": "dead", users: [] },
                clusters: [{ name: "dead", cluster: { server: "https://127.0.0.1:1" } }],
                contexts: [{ name: "dead", context: { cluster: "dead", user: "" } }],
            }),
        );
    });
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    const run = (...args: string[]) =>
        execa(
            process.execPath,
            [
                ...npmRun("commands/verify/main.ts"),
                ...["--outputs", outputs, "--kubeconfig", kubeconfig, ...args],
            ],
            { cwd: root, reject: false },
        );

    const bad: [string[], RegExp][] = [
        [
            ["--path", "scoring"],
            /--path scoring: the stack has extProc\.enabled: false.*allowed: scheduler, direct/,
        ],
        [["--path", "sideways"], /--path .*'sideways' is invalid.*scheduler, direct, scoring/],
        [["--requests", "many"], /--requests .*'many' is invalid.*whole number from 0 to 10000/],
        [["--timeout", "0"], /--timeout .*'0' is invalid.*whole number from 1/],
        [["--gateway-url", "ftp://x"], /--gateway-url .*'ftp:\/\/x' is invalid.*http or https URL/],
        [
            ["--model", "nobody"],
            /--model nobody: the stack has no such release; allowed: inference-scheduling/,
        ],
        [["--context", "nobody"], /no context "nobody"; allowed: dead/],
        [
            ["--explain", "Hello"],
            /--explain Hello: the stack has extProc\.enabled: false, so no pod is picked; allowed: with extProc/,
        ],
        [["--no-such-flag"], /unknown option '--no-such-flag'/],
    ];
    for (const [args, message] of bad) {
        it(`refuses ${args.join(" ")} in one line, with exit code 2`, async () => {
            const { exitCode, stdout, stderr } = await run(...args);
            assert.deepEqual([exitCode, stdout], [2, ""]);
            assert.match(stderr, message);
            assert.equal(stderr.trim().split("\n").length, 1, stderr);
        });
    }

    it("ends with 3, and nothing on stdout, where the cluster does not answer", async () => {
        const { exitCode, stdout, stderr } = await run("--json");
        assert.deepEqual([exitCode, stdout], [3, ""]);
        assert.match(stderr, /the API server at https:\/\/127\.0\.0\.1:1 \(context "dead"\) does not answer/);
    });

    it("documents its exit codes", async () => {
        const { exitCode, stdout } = await run("--help");
        assert.equal(exitCode, 0);
        assert.match(stdout, /Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 .*\n {2}3 /);
    });
});
