import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { packedFolder } from "../../commands/judge/schema/packed";
import { packedSchemas } from "../../local/schemas";

describe("the schemas that judge reads", () => {
    it("are what the toolchain's definitions give", async function () {
        const made = await packedSchemas(() => undefined);
        assert.deepEqual(fs.readdirSync(packedFolder).sort(), [...made.keys()].sort());
        for (const [name, text] of made) {
            const committed = fs.readFileSync(path.join(packedFolder, name), "utf8");
            assert.ok(committed === text, `${name} is stale; \`npm run schemas\` rewrites it.`);
        }
    });
});
