import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { npmRun } from "../../commands/shared/npmRun";

const root = path.resolve(__dirname, "../..");

/** What a user's shell may hold, each with a value that leads elsewhere where it is obeyed. */
const hostile = {
    KUBECONFIG: "/nowhere/kubeconfig",
    PULUMI_HOME: "/nowhere/pulumi",
    PULUMI_BACKEND_URL: "https://127.0.0.1:1",
    PULUMI_CONFIG_PASSPHRASE: "another",
    PULUMI_CONFIG: '{"llm-d-inference:release":"another"}',
    PULUMI_NODEJS_PROJECT: "another",
    PULUMI_NODEJS_STACK: "another",
    PULUMI_NODEJS_DRY_RUN: "true",
    PULUMI_K8S_DELETE_UNREACHABLE: "true",
    PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY: "false",
    HTTP_PROXY: "http://127.0.0.1:1",
    HTTPS_PROXY: "http://127.0.0.1:1",
    http_proxy: "http://127.0.0.1:1",
    https_proxy: "http://127.0.0.1:1",
    ALL_PROXY: "socks5://127.0.0.1:1",
    NODE_OPTIONS: "--trace-warnings",
    GOFLAGS: "-mod=vendor -tags=another",
    MAKEFLAGS: "n",
    CONFIG: "release=another",
    ENV: "/etc/shrc",
    LANG: "tr_TR.UTF-8",
    LC_ALL: "tr_TR.UTF-8",
    LANGUAGE: "tr",
    TZ: "Pacific/Kiritimati",
    FORCE_COLOR: "3",
};

describe("whatever the user's shell holds", () => {
    const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "llmd environment-"));
    after(() => fs.rmSync(scratch, { recursive: true }));

    function run(args: string[], environment: Record<string, string>, user: object = {}) {
        const { status, stdout, stderr } = spawnSync(process.execPath, args, {
            cwd: root,
            env: { ...process.env, ...environment },
            encoding: "utf8",
            ...user,
        });
        return { status, stdout, stderr };
    }

    /** The files of a folder, each with its text. */
    function contents(folder: string): Record<string, string> {
        const files = fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
        return Object.fromEntries(
            files
                .filter((file) => fs.statSync(path.join(folder, file)).isFile())
                .map((file) => [file, fs.readFileSync(path.join(folder, file), "utf8")]),
        );
    }

    it("a suite gives the same", function () {
        const mocha = path.join(root, "node_modules/mocha/bin/mocha.js");
        const { status, stdout } = run([mocha, "test/unit/program.test.ts"], hostile);
        assert.equal(status, 0, stdout.slice(-3000));
        assert.match(stdout, /\d+ passing/);
    });

    it("a user who is not root, and owns nothing of the checkout, gets the same", function () {
        if (process.getuid?.() !== 0) {
            // The other tests are of such a user then.
            this.skip();
        }
        const nobody = 65534;
        const user = { uid: nobody, gid: nobody };
        const look = ["-e", "fs.accessSync(process.argv[1])", path.join(root, "package.json")];
        if (run(look, {}, { ...user, cwd: "/" }).status !== 0) {
            // Root's own folders, in which the checkout or Node is, are nobody else's.
            this.skip();
        }
        // The folder for what is temporary may be root's own, too.
        const home = fs.mkdtempSync("/tmp/llmd of nobody-");
        after(() => fs.rmSync(home, { recursive: true }));
        fs.chownSync(home, nobody, nobody);
        const folder = path.join(home, "rendered");
        const render = [...npmRun("commands/render/main.ts"), "--stack", "prod", "--out", folder];
        const mocha = [path.join(root, "node_modules/mocha/bin/mocha.js"), "test/unit/program.test.ts"];
        for (const args of [render, mocha]) {
            const { status, stdout, stderr } = run(args, { ...hostile, HOME: home, TMPDIR: home }, user);
            assert.equal(status, 0, `${stdout.slice(-3000)}${stderr}`);
        }
        assert.equal(fs.statSync(path.join(folder, "kustomization.yaml")).uid, nobody);
    });

    it("a stack is rendered the same, into a folder with a space in its name", function () {
        const folders = [{}, hostile].map((environment, index) => {
            const folder = path.join(scratch, String(index));
            const args = [...npmRun("commands/render/main.ts"), "--stack", "prod", "--out", folder];
            const { status, stderr } = run(args, environment);
            assert.equal(status, 0, stderr);
            return contents(folder);
        });
        assert.ok(Object.keys(folders[0]!).length > 15);
        assert.deepEqual(folders[1], folders[0]);
    });
});
