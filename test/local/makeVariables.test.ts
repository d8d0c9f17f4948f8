import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { dropPulumiVariables } from "../../local/engine/environment";
import { takeMakeVariables } from "../../local/makeVariables";
import { projectRoot } from "../../local/paths";
import { temporaryFolder } from "./temporary";

describe("the variables of the Makefile", () => {
    const folder = temporaryFolder();

    /** What `make` hands to the program that its targets run. */
    function handedOver(
        target: string,
        variables: Record<string, string>,
        environment: Record<string, string> = {},
    ) {
        const show = path.join(folder(), "show.js");
        const file = path.join(folder(), "shown.json");
        fs.writeFileSync(
            show,
            `require("fs").writeFileSync(${JSON.stringify(file)}, JSON.stringify({ env: process.env, argv: process.argv }))`,
        );
        const { status, stderr } = spawnSync(
            "make",
            [
                ...["--directory", projectRoot, "--old-file", "node_modules/.package-lock.json", target],
                `LOCAL=${process.execPath} ${show}`,
                ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
            ],
            { env: { ...process.env, ...environment }, encoding: "utf8" },
        );
        assert.equal(status, 0, stderr);
        const { env, argv } = JSON.parse(fs.readFileSync(file, "utf8")) as {
            env: NodeJS.ProcessEnv;
            argv: string[];
        };
        return { env, words: argv.slice(2), made: takeMakeVariables(env) };
    }

    for (const [name, hostile] of Object.entries({
        "what make would run": (mark: string) => `$(shell touch ${mark})`,
        "what a shell would run": (mark: string) => `x;touch ${mark};\`touch ${mark}\`$(touch ${mark})`,
        "what would end a quote": (mark: string) => `'";touch ${mark};"'`,
        "another flag": (mark: string) => `--eval='$(shell touch ${mark})'`,
    })) {
        for (const variable of ["CONFIG", "STACK", "ENV", "ARGS", "REFRESH", "FORCE"]) {
            it(`do not become commands: ${name}, in ${variable}`, () => {
                const mark = path.join(folder(), `${variable}-ran`);
                const value = hostile(mark);
                for (const given of [
                    handedOver("verify", { [variable]: value }),
                    handedOver("verify", {}, { [variable]: value }),
                ]) {
                    assert.deepEqual(given.words, ["verify"]);
                    assert.ok(!fs.existsSync(mark));
                }
            });
        }
    }

    it("come as they are given, and are kept from what is started later", () => {
        const { env, made } = handedOver("up", {
            STACK: "staging",
            CONFIG: `registry.password=p$$a$(b)"c;'d extProc.enabled=true`,
            REFRESH: "1",
        });
        assert.deepEqual(made, {
            stack: "staging",
            config: [`registry.password=p$$a$(b)"c;'d`, "extProc.enabled=true"],
            args: [],
            environment: undefined,
            refresh: true,
            force: false,
        });
        assert.ok(!JSON.stringify(env).includes("registry.password"));
    });

    it("are those of the README where none is given", () => {
        const { made } = handedOver("lab", {});
        assert.deepEqual(made, {
            ...{ stack: "dev", config: [], args: [], environment: undefined },
            ...{ refresh: false, force: false },
        });
    });

    it("name an environment with ENV, unless that is the file that a shell has there", () => {
        assert.equal(handedOver("ci-preview", { ENV: "nowhere" }).made.environment, "nowhere");
        assert.equal(handedOver("ci-preview", {}, { ENV: "prod" }).made.environment, "prod");
        assert.equal(handedOver("ci-preview", {}, { ENV: "/etc/shrc" }).made.environment, undefined);
    });

    it("are not beside what steers Pulumi, but for where the user's plugins are", () => {
        const kept = {
            ...{ PULUMI_HOME: "/home", PULUMI_EXPERIMENTAL: "true" },
            ...{ PULUMI_SKIP_CHECKPOINTS: "true", PATH: "/bin" },
        };
        const environment = { ...kept, PULUMI_STACK: "x", PULUMI_OPTION_PARALLEL: "1" };
        dropPulumiVariables(environment);
        assert.deepEqual(environment, kept);
    });

    it("give flags with ARGS", () => {
        assert.deepEqual(handedOver("compare", { ARGS: "--path direct --note 'a b'" }).made.args, [
            ...["--path", "direct", "--note", "a b"],
        ]);
    });
});
