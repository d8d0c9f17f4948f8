import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { parse } from "yaml";
import { UsageError } from "../../../commands/shared/errors";
import { readStackOutputs } from "../../../commands/shared/stackOutputs";

describe("the stack's outputs", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-outputs-"));
    after(() => fs.rmSync(folder, { recursive: true, force: true }));

    const golden = (name: string) =>
        parse(fs.readFileSync(path.resolve(__dirname, `../../golden/${name}.yaml`), "utf8")) as {
            outputs: { deployment: Record<string, unknown> };
        };

    function write(text: string): string {
        const file = path.join(folder, "outputs.json");
        fs.writeFileSync(file, text);
        return file;
    }

    async function problem(text: string): Promise<string> {
        const error = await readStackOutputs({ file: write(text) }).catch((thrown: unknown) => thrown);
        assert.ok(error instanceof UsageError, String(error));
        assert.ok(!error.message.includes("\n"), "one line");
        return error.message;
    }

    it("are read as the program writes them, in every mode", async () => {
        for (const name of ["scheduler", "scoring-not-obeyed", "scoring-everything", "several-models"]) {
            const { outputs } = golden(name);
            const { deployment } = await readStackOutputs({ file: write(JSON.stringify(outputs)) });
            assert.deepEqual(deployment, outputs.deployment);
        }
    });

    it("of a version without `deployment` say what to run", async () => {
        assert.match(await problem("{}"), /no output `deployment`: run `pulumi up` with this version first/);
    });

    it("that are wrong name the setting, its value and what is allowed", async () => {
        const { outputs } = golden("scheduler");
        const mode = JSON.stringify({ deployment: { ...outputs.deployment, mode: "fast" } });
        assert.match(
            await problem(mode),
            /`deployment\.mode` is "fast": .*"scheduler"\|"scoring-not-obeyed"\|"scoring"/,
        );
        const none = JSON.stringify({ deployment: { ...outputs.deployment, models: {} } });
        assert.match(await problem(none), /`deployment\.models` is {}: at least one model is needed/);
        const missing = JSON.stringify({ deployment: { ...outputs.deployment, namespaces: {} } });
        assert.match(await problem(missing), /`deployment\.namespaces\.scheduler` is missing/);
    });

    it("whose names are no names of objects are refused, before anything is asked for under them", async () => {
        const { outputs } = golden("scheduler");
        const first = Object.keys(outputs.deployment.models as object)[0]!;
        for (const setting of ["gateway.service", `models.${first}.proxy.name`, "namespaces.scheduler"]) {
            const changed = structuredClone(outputs.deployment);
            const keys = setting.split(".");
            const last = keys.pop()!;
            const parent = keys.reduce((at, key) => at[key] as Record<string, unknown>, changed);
            parent[last] = "../../../kube-system";
            assert.match(
                await problem(JSON.stringify({ deployment: changed })),
                new RegExp(`\`deployment\\.${setting.replaceAll(".", "\\.")}\` is "\\.\\./`),
            );
        }
    });

    it("that are no JSON object, or no file, say so", async () => {
        assert.match(await problem("deployment: x"), /not JSON/);
        assert.match(await problem("[]"), /an object of outputs by name is needed/);
        await assert.rejects(readStackOutputs({ file: path.join(folder, "none.json") }), {
            name: "UsageError",
            message: /--outputs .*none\.json: ENOENT/,
        });
    });

    it("are asked of Pulumi where no file is given, and a Pulumi that is not there is named", async () => {
        const before = process.env.PATH;
        process.env.PATH = folder;
        try {
            await assert.rejects(readStackOutputs({ stack: "dev" }), {
                name: "UsageError",
                message: /pulumi stack output --stack dev: there is no `pulumi` on the PATH; .*--outputs/,
            });
            fs.writeFileSync(
                path.join(folder, "pulumi"),
                `#!/bin/sh\n[ "$*" = "stack output --json --non-interactive --stack dev" ] || { echo "error: no stack named $*" >&2; exit 255; }\ncat ${write(JSON.stringify(golden("scheduler").outputs))}\n`,
                { mode: 0o755 },
            );
            process.env.PATH = `${folder}:/bin:/usr/bin`;
            assert.equal((await readStackOutputs({ stack: "dev" })).deployment.mode, "scheduler");
            await assert.rejects(readStackOutputs({ stack: "other" }), /error: no stack named/);
        } finally {
            process.env.PATH = before;
        }
    });
});
