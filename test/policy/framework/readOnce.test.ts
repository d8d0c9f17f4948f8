import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { projectRoot } from "../../../local/paths";
import { writeJavaScriptPack } from "../support/javaScriptPack";
import { Pack } from "../support/pack";

/** A pack whose three rules each say what they see, and how many structures have been read until then. */
const telling = `
    require(${JSON.stringify(path.join(projectRoot, "commands/shared/register.js"))});
    const { readResourcesOnce } = require(${JSON.stringify(path.join(projectRoot, "policy/framework/readOnce.ts"))});
    const { PolicyPack } = require("@pulumi/policy");
    const { Struct } = require("google-protobuf/google/protobuf/struct_pb");
    let reads = 0;
    const read = Struct.prototype.toJavaScript;
    Struct.prototype.toJavaScript = function () {
        reads++;
        return read.call(this);
    };
    readResourcesOnce();
    const rule = (name) => ({
        name, description: name, enforcementLevel: "advisory",
        validateStack: ({ resources }, report) => report(JSON.stringify([reads, ...resources.map(({ props }) => props.said)])),
    });
    new PolicyPack("telling", { policies: ["one", "two", "three"].map(rule) });`;

describe("the resources of a stack", () => {
    let folder: string;
    let pack: Pack;

    before(async () => {
        folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-pack-"));
        const own = path.join(folder, "pack");
        writeJavaScriptPack(own, telling);
        pack = await Pack.start(own);
    });
    after(() => {
        pack.stop();
        fs.rmSync(folder, { recursive: true });
    });

    async function seen(...texts: string[]): Promise<unknown[]> {
        const said = await pack.analyzeStack(
            texts.map((said) => ({
                type: "test:index:Text",
                name: said,
                urn: `urn:${said}`,
                props: { said },
            })),
        );
        return said.map(({ message }) => JSON.parse(message.split("\n").at(-1) ?? "") as unknown);
    }

    it("are read once for all rules of a pack, and anew for each analysis", async () => {
        assert.deepEqual(await seen("first", "second"), Array(3).fill([2, "first", "second"]));
        assert.deepEqual(await seen("first", "third"), Array(3).fill([4, "first", "third"]));
    });
});
