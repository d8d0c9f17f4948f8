import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { manifestsOf, yamlOf } from "../../../commands/render/manifests";
import { npmRun } from "../../../commands/shared/npmRun";
import { temporaryFolder } from "../../local/temporary";
import { modes } from "../../support/modes";
import { runSettings } from "../../support/objects";

const root = path.resolve(__dirname, "../../..");

describe("judge", () => {
    const folder = temporaryFolder();

    async function judge(args: string[], input?: string) {
        const { stdout, stderr, exitCode } = await execa(
            process.execPath,
            [...npmRun("commands/judge/main.ts"), ...args],
            {
                cwd: root,
                reject: false,
                ...(input === undefined ? { stdin: "ignore" as const } : { input }),
            },
        );
        return { stdout, stderr, exitCode };
    }

    const write = (name: string, text: string): string => {
        const file = path.join(folder(), name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
        return file;
    };

    const lineOf = (text: string, part: string): number =>
        text.slice(0, text.indexOf(part)).split("\n").length;

    const route = [
        "# a comment above",
        "apiVersion: gateway.networking.k8s.io/v1",
        "kind: HTTPRoute",
        "metadata: { name: chat, namespace: front }",
        "spec:",
        "  parentRefs: [{ name: inference }]",
        "  rules:",
        "    - backendRefs:",
        "        - name: chat",
        "          namespace: models",
        "          port: 8200",
        "---",
        "apiVersion: v1",
        "kind: Service",
        "metadata: { name: chat, namespace: models }",
        "spec: { ports: [{ port: 8200 }] }",
        "",
    ].join("\n");

    const grant = {
        apiVersion: "gateway.networking.k8s.io/v1beta1",
        kind: "ReferenceGrant",
        metadata: { name: "chat", namespace: "models" },
        spec: {
            from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "front" }],
            to: [{ group: "", kind: "Service", name: "chat" }],
        },
    };

    for (const [mode, config] of Object.entries(modes)) {
        it(`finds nothing to stop for in what the program renders in the mode ${mode}`, async () => {
            for (const { file, object } of manifestsOf((await runSettings(config)).registrations)) {
                write(file, yamlOf(object));
            }
            const { stdout, exitCode } = await judge([folder()]);
            assert.equal(exitCode, 0, stdout);
            assert.match(stdout, /^\d+ objects: 0 violations, /m);
        });
    }

    it("names file, line, cause and fix of what is wrong", async () => {
        const file = write("route.yaml", route);
        const { stdout, exitCode } = await judge([file]);
        assert.equal(exitCode, 1);
        assert.match(stdout, /^HTTPRoute front\/chat$/m);
        const line = String(lineOf(route, "    - name: chat"));
        assert.ok(stdout.includes(`${file}:${line}: violation of reference-grant-presence`), stdout);
        assert.match(stdout, /no ReferenceGrant in namespace models allows it/);
        assert.match(stdout, /Fix: Add the ReferenceGrant/);
    });

    it("judges documents, lists, JSON, folders and the standard input together", async () => {
        const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: [grant] });
        write("manifests/route.yaml", `---\n${route}---\n# nothing\n`);
        write("manifests/nested/grant.json", list);
        write("manifests/README.md", "no manifest");
        const together = await judge([path.join(folder(), "manifests")]);
        assert.equal(together.exitCode, 0, together.stdout);
        assert.match(together.stdout, /^3 objects: 0 violations/m);
        const piped = await judge([path.join(folder(), "manifests/route.yaml"), "-"], list);
        assert.equal(piped.exitCode, 0, piped.stdout);
    });

    it("gives a namespace to what names none, and to nothing else", async () => {
        const { metadata, ...rest } = grant;
        const unnamed = JSON.stringify({ ...rest, metadata: { name: metadata.name } });
        const file = write("route.yaml", route);
        assert.equal((await judge(["--namespace", "models", file, "-"], unnamed)).exitCode, 0);
        assert.equal((await judge(["--namespace", "other", file, "-"], unnamed)).exitCode, 1);
    });

    describe("reports", () => {
        it("JSON", async () => {
            const file = write("route.yaml", route);
            const { stdout } = await judge(["--format", "json", file]);
            const { objects, findings } = JSON.parse(stdout) as { objects: number; findings: object[] };
            assert.equal(objects, 2);
            const [finding] = findings as Record<string, unknown>[];
            assert.deepEqual(
                [finding?.rule, finding?.level, finding?.object, finding?.file],
                ["reference-grant-presence", "mandatory", "HTTPRoute front/chat", file],
            );
        });

        it("SARIF, with rules and regions", async () => {
            const file = write("route.yaml", route);
            const { stdout } = await judge(["--format", "sarif", file]);
            const { version, runs } = JSON.parse(stdout) as {
                version: string;
                runs: {
                    tool: { driver: { rules: { id: string }[] } };
                    results: {
                        ruleId: string;
                        level: string;
                        locations: { physicalLocation: { region: { startLine: number } } }[];
                    }[];
                }[];
            };
            assert.equal(version, "2.1.0");
            assert.ok(runs[0]!.tool.driver.rules.some(({ id }) => id === "reference-grant-presence"));
            const [result] = runs[0]!.results;
            assert.deepEqual([result!.ruleId, result!.level], ["reference-grant-presence", "error"]);
            assert.equal(
                result!.locations[0]!.physicalLocation.region.startLine,
                lineOf(route, "    - name: chat"),
            );
        });

        it("GitHub's annotations, one line each", async () => {
            const file = write("route.yaml", route);
            const { stdout } = await judge(["--format", "github", file]);
            const lines = stdout.split("\n");
            assert.ok(
                lines.every((line) => /^::(?:error|warning) /.test(line)),
                stdout,
            );
            assert.match(lines[0]!, /title=reference-grant-presence%3A HTTPRoute front\/chat::.*%0AAdd:%0A/);
        });

        it("JUnit, a case for each rule", async () => {
            const { stdout } = await judge(["--format", "junit", write("route.yaml", route)]);
            assert.match(stdout, /^<\?xml /);
            assert.match(stdout, /name="reference-grant-presence">\s*<failure /);
            assert.match(stdout, /<testcase classname="judge" name="routes"\/>/);
        });

        it("nothing but the report on the standard output where there is nothing to say", async () => {
            const { stdout, exitCode } = await judge([
                "--format",
                "github",
                write("grant.json", JSON.stringify(grant)),
            ]);
            assert.deepEqual([stdout, exitCode], ["", 0]);
        });
    });

    it("takes the pack's config: levels, settings and exemptions", async () => {
        const file = write("route.yaml", route);
        const exempt = write("exempt.json", '{"reference-grant-presence":{"exempt":["HTTPRoute front/*"]}}');
        const exempted = await judge(["--config", exempt, file]);
        assert.equal(exempted.exitCode, 0);
        assert.match(exempted.stdout, /advice of reference-grant-presence\n\s+Exempt by the pack's config/);
        const advisory = write("advisory.json", '{"all":"advisory"}');
        assert.equal((await judge(["--config", advisory, file])).exitCode, 0);
        const off = write("off.json", '{"reference-grant-presence":"disabled"}');
        assert.match((await judge(["--config", off, file])).stdout, /: 0 violations/);
    });

    it("explains each rule, as docs/rules.md does", async () => {
        const page = fs.readFileSync(path.join(root, "docs/rules.md"), "utf8");
        const { stdout, exitCode } = await judge(["--explain", "routes"]);
        assert.equal(exitCode, 0);
        assert.ok(page.includes(stdout.split("\n\n")[1]!), stdout);
        assert.match(stdout, /"exempt": \[/);
    });

    it("refuses what it cannot use in one line, with what is allowed", async function () {
        const file = write("route.yaml", route);
        const bad = write("bad.json", '{"inference-port":{"port":"8200"}}');
        for (const [args, code, expected] of [
            [[], 2, /no manifests are given; allowed: files, folders/],
            [["missing.yaml"], 2, /missing\.yaml: there is no such file or folder; allowed/],
            [["--format", "xml", file], 2, /Allowed choices are text, json, sarif, github, junit/],
            [
                ["--release", "epp=9.9", file],
                2,
                /option '--release <part=version>' argument 'epp=9\.9' is invalid\. allowed: epp= with a version of 0\.4, /,
            ],
            [["--live", file], 2, /--live: judges the cluster alone; allowed/],
            [
                ["--explain", "nothing"],
                2,
                /--explain: nothing is no rule; allowed: schema, reference-grant-presence, /,
            ],
            [["--config", bad, file], 2, /--config: inference-port\.port must be /],
            [
                ["--config", write("unknown.json", '{"no-rule":{}}'), file],
                2,
                /no-rule is no rule; allowed: all, /,
            ],
            [[write("broken.yaml", "a: [\n")], 3, /broken\.yaml:\d+: no YAML: /],
            [[write("text.yaml", "- just\n- text\n")], 3, /text\.yaml:1: no Kubernetes object/],
        ] as [string[], number, RegExp][]) {
            const { stderr, exitCode } = await judge(args);
            assert.equal(exitCode, code, stderr);
            assert.match(stderr, expected);
            assert.equal(stderr.split("\n").length, 1, stderr);
        }
    });
});
