import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { runCommand } from "../../local/toolchain/command";
import { goEnvironment, requireGo } from "../../local/toolchain/go";
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

        it("builds the same whatever the shell and `go env -w` set, and fetches as they say", async () => {
            const file = path.join(folder(), "env");
            const written = {
                GOFLAGS: "-tags=another -mod=vendor",
                GOEXPERIMENT: "nosuchexperiment",
                GOAMD64: "v4",
                GODEBUG: "http2client=0",
                GOOS: "plan9",
                GOTOOLCHAIN: "go1.30.0",
                GOPROXY: "https://proxy.example.com",
                GOPRIVATE: "example.com",
                GOMODCACHE: path.join(folder(), "modules"),
            };
            const lines = Object.entries(written).map(([name, value]) => `${name}=${value}\n`);
            fs.writeFileSync(file, lines.join(""));
            const shell = { GOENV: file, GOFLAGS: "-race", GOSUMDB: "off", GOOGLE_CLOUD_PROJECT: "mine" };
            const environment = await withEnvironment(shell, goEnvironment);
            const effective = JSON.parse(
                await runCommand("go", ["env", "-json"], { step: "Asking go", env: environment }),
            ) as Record<string, string>;
            const plain = await withEnvironment({ GOENV: "off", GOFLAGS: undefined }, goEnvironment);
            const usual = JSON.parse(
                await runCommand("go", ["env", "-json"], { step: "Asking go", env: plain }),
            ) as Record<string, string>;
            const changed = Object.keys(effective)
                .filter((name) => effective[name] !== usual[name] && name !== "GOGCCFLAGS")
                .sort();
            assert.deepEqual(changed, [
                ...["GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPRIVATE", "GOPROXY", "GOSUMDB"],
            ]);
            assert.equal(effective.GOPROXY, written.GOPROXY);
            assert.equal(environment.GOOGLE_CLOUD_PROJECT, "mine");
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
