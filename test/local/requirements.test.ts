import { strict as assert } from "assert";
import * as path from "path";
import { requireGo } from "../../local/toolchain/go";
import { findOfficialPulumi } from "../../local/toolchain/officialPulumi";
import { temporaryFolder, withEnvironment, writeScript } from "./temporary";

describe("what the toolchain finds on PATH", () => {
    const folder = temporaryFolder();
    const onlyOnPath = <T>(work: () => Promise<T>) => withEnvironment({ PATH: folder() }, work);
    const install = (name: string, output: string) =>
        writeScript(path.join(folder(), name), [`echo '${output}'`]);

    describe("go", () => {
        it("is asked for where there is none", async () => {
            await onlyOnPath(() =>
                assert.rejects(requireGo(), /^Error: Go 1\.26 or newer is needed.*no `go` was found/),
            );
        });

        it("is refused when it is too old, naming what was found", async () => {
            install("go", "go1.25.11");
            await onlyOnPath(() => assert.rejects(requireGo(), /Go 1\.26 or newer is needed.*go1\.25\.11/));
        });

        it("is accepted when it is new enough, also as a development version", async () => {
            for (const version of ["go1.26", "go1.26.8", "go1.30.1", "go2.0", "devel go1.27-abcdef"]) {
                install("go", version);
                await onlyOnPath(requireGo);
            }
        });
    });

    describe("pulumi", () => {
        async function assertUnsuitable(why: RegExp): Promise<void> {
            const result = await onlyOnPath(findOfficialPulumi);
            assert.equal(result.found, false);
            assert.match(result.found ? "" : result.why, why);
        }

        it("is not used where there is none", () => assertUnsuitable(/none on PATH/));

        it("is not used when it is too old", () => {
            install("pulumi", "v3.247.0");
            return assertUnsuitable(/is v3\.247\.0, and 3\.248 is needed/);
        });

        it("is not used when it is no release", () => {
            install("pulumi", "v3.255.0-dev.0");
            return assertUnsuitable(/is no release/);
        });

        it("is not used when it does not run", () => {
            writeScript(path.join(folder(), "pulumi"), ["exit 1"]);
            return assertUnsuitable(/does not run/);
        });

        it("is not used without its language host", () => {
            install("pulumi", "v3.255.0");
            return assertUnsuitable(/without pulumi-language-nodejs/);
        });

        it("is used when it is official", async () => {
            install("pulumi", "v3.248.0");
            install("pulumi-language-nodejs", "");
            const result = await onlyOnPath(findOfficialPulumi);
            assert.deepEqual(result, {
                found: true,
                executable: path.join(folder(), "pulumi"),
                version: "v3.248.0",
            });
        });
    });
});
