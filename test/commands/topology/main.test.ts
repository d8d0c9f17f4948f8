import { strict as assert } from "assert";
import { execa } from "execa";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { stackOf } from "./stacks";
import { npmRun } from "../../../commands/shared/npmRun";

const root = path.resolve(__dirname, "../../..");

function topology(args: string[], input = "") {
    return execa(process.execPath, [...npmRun("commands/topology/main.ts"), ...args], {
        cwd: root,
        input,
        reject: false,
    });
}

describe("topology: the command", () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-topology-"));
    after(() => fs.rmSync(scratch, { recursive: true, force: true }));

    it("draws a preview from stdin, and lists on stderr what is red", async () => {
        const { objects } = await stackOf("scheduler");
        const steps = objects
            .filter(({ kind }) => kind !== "ReferenceGrant")
            .map((object, index) => ({
                op: "create",
                urn: `urn:${String(index)}`,
                newState: { type: `kubernetes:${object.apiVersion}:${object.kind}`, inputs: object },
            }));
        const { stdout, stderr, exitCode } = await topology(["--preview", "-"], JSON.stringify({ steps }));
        assert.equal(exitCode, 0, stderr);
        assert.match(stdout, /^flowchart LR\n/);
        assert.match(stderr, /^! HTTPRoute .* RefNotPermitted/);
        const file = path.join(scratch, "stack.svg");
        const svg = await topology(["--preview", "-", "--out", file], JSON.stringify({ steps }));
        assert.equal(svg.exitCode, 0, svg.stderr);
        assert.equal(svg.stdout, "");
        assert.match(fs.readFileSync(file, "utf8"), /^<\?xml[\s\S]*<svg/);
    });

    const wrong: [args: string[], error: RegExp][] = [
        [["--format", "pdf"], /--format <format>' argument 'pdf' is invalid\. Allowed choices are mermaid, /],
        [["--out", "stack.pdf"], /--out stack\.pdf: .*allowed: \.mmd, \.md, \.svg/],
        [["--out", "stack.svg", "--format", "mermaid"], /--format mermaid: --out stack\.svg is svg/],
        [["--preview", "nothing.json"], /--preview nothing\.json: ENOENT/],
        [["--outputs", "nothing.json"], /--outputs nothing\.json: ENOENT/],
        [["--preview", "-", "--outputs", "-"], /--preview -: --outputs is - as well/],
        [["more"], /too many arguments/],
    ];
    for (const [args, error] of wrong) {
        it(`refuses ${args.join(" ")}`, async () => {
            const { stdout, stderr, exitCode } = await topology(args);
            assert.equal(exitCode, 2, stderr);
            assert.match(stderr, error);
            assert.equal(stderr.trim().split("\n").length, 1);
            assert.equal(stdout, "");
        });
    }
});
