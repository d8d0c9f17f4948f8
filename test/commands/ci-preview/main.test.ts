import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { npmRun } from "../../../commands/shared/npmRun";
import { temporaryFolder, writeScript } from "../../local/temporary";

describe("npm run ci-preview", function () {
    const folder = temporaryFolder();

    /** What it says and reports where the PATH has what `lines` make of a pulumi, or none. */
    async function run(lines?: string[]) {
        const [bin, out] = [path.join(folder(), "bin"), path.join(folder(), "report.md")];
        fs.mkdirSync(bin);
        if (lines !== undefined) {
            writeScript(path.join(bin, "pulumi"), lines);
        }
        const { exitCode, stdout, stderr } = await execa(
            process.execPath,
            [...npmRun("commands/ci-preview/main.ts"), "--env", "prod", "--stack", "acme/prod", "--out", out],
            { env: { PATH: bin }, reject: false },
        );
        return { exitCode, stdout, stderr, report: fs.readFileSync(out, "utf8") };
    }

    it("says in one line, and in its report, that there is no pulumi", async () => {
        const { exitCode, stdout, stderr, report } = await run();
        assert.deepEqual([exitCode, stdout], [1, ""]);
        const line =
            /^ci-preview: the stack acme\/prod cannot be previewed: there is no `pulumi` on the PATH: .*$/;
        assert.match(stderr, line);
        assert.match(report, /^## prod: the preview failed$/m);
        assert.match(
            report,
            /there is no `pulumi` on the PATH: install the Pulumi CLI, or run `make ci-preview`/,
        );
    });

    it("says in one line, and in its report, what the CLI says of the stack", async () => {
        const { exitCode, stderr, report } = await run([
            'case "$1" in version) echo v3.255.0;; *) echo "error: no stack named \'acme/prod\' found" >&2; exit 255;; esac',
        ]);
        assert.equal(exitCode, 1);
        assert.equal(
            stderr,
            "ci-preview: the stack acme/prod cannot be previewed: no stack named 'acme/prod' found",
        );
        assert.match(report, /no stack named 'acme\/prod' found/);
    });
});
