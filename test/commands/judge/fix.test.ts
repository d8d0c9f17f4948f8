import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { parseAllDocuments } from "yaml";
import { fixAll } from "../../../commands/judge/fix/fix";
import { unifiedDiff } from "../../../commands/judge/fix/unifiedDiff";
import { judge, ownSettings } from "../../../commands/judge/judge";
import type { Source } from "../../../commands/judge/manifests";
import { manifestsIn } from "../../../commands/judge/manifests";
import { npmRun } from "../../../commands/shared/npmRun";
import { temporaryFolder } from "../../local/temporary";

const route = `# which way
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: chat, namespace: front }
spec:
  parentRefs: [{ name: inference }]
  rules:
    - backendRefs:
        - name: chat   # the proxy
          namespace: models
          port: 8200
`;

const service = `# the proxy
apiVersion: v1
kind: Service
metadata: { name: chat, namespace: models }
spec:
  selector: { llm-d.ai/role: decode }
  ports:
    - port: 8200
      targetPort: 8200
`;

const grant = `---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata:
  name: chat
  namespace: models
spec:
  from:
    - group: gateway.networking.k8s.io
      kind: HTTPRoute
      namespace: front
  to:
    - group: ""
      kind: Service
      name: chat
`;

/** A model server that listens at 8200, and a part of its container. */
const server = (more = "") => `apiVersion: apps/v1
kind: Deployment
metadata: { name: decode, namespace: models }
spec:
  selector: { matchLabels: { llm-d.ai/role: decode } }
  template:
    metadata: { labels: { llm-d.ai/role: decode } }
    spec:
      containers:
        - name: vllm
          image: vllm/vllm-openai:v0.10.0
          args: [--port=8200]
${more}`;

const files = (...texts: string[]): Source[] =>
    texts.map((text, position) => ({ file: `${String(position)}.yaml`, text }));

function fix(...sources: Source[]) {
    const { leftAlone, ...fixed } = fixAll(
        sources,
        (source) => manifestsIn(source, { namespace: "default" }),
        (manifests) => judge(manifests, ownSettings, false),
    );
    return {
        texts: fixed.sources.map(({ text }) => text),
        rules: fixed.fixed.map(({ rule }) => rule.name),
        reasons: leftAlone.map(({ reason }) => reason),
    };
}

/** What of a text changed, as lines taken away and lines added. */
function changed(before: string, after: string | undefined): string[] {
    return unifiedDiff("file", before, after ?? "")
        .split("\n")
        .filter((line) => /^[-+](?![-+] ?)/.test(line) || /^[-+]--$/.test(line));
}

describe("judge --fix", () => {
    it("adds the grant that is missing after what is referred to, and keeps every other character", () => {
        const text = `${route}---\n${service}---\n${server()}`;
        const { texts, rules } = fix(...files(text));
        assert.deepEqual(texts, [`${route}---\n${service}${grant}---\n${server()}`]);
        assert.deepEqual(rules, ["reference-grant-presence"]);
    });

    it("adds it to the file of what is referred to, else to that of the route", () => {
        assert.deepEqual(fix(...files(route, service, server())).texts.slice(0, 2), [route, service + grant]);
        const json = JSON.stringify(parseAllDocuments(service)[0]!.toJS());
        assert.deepEqual(fix(...files(route.trimEnd(), json)).texts, [route + grant, json]);
    });

    it("makes one grant of all that a route refers to, and another name where one is taken", () => {
        const both = route.replace(
            "          port: 8200\n",
            "          port: 8200\n        - { name: other, namespace: models, port: 8200 }\n",
        );
        const taken = grant.replace("namespace: front", "namespace: elsewhere");
        const [text = ""] = fix(...files(both + taken)).texts;
        const added = parseAllDocuments(text).map(
            (document) => document.toJS() as Record<string, unknown>,
        )[1];
        assert.deepEqual(added, {
            apiVersion: "gateway.networking.k8s.io/v1beta1",
            kind: "ReferenceGrant",
            metadata: { name: "front-chat", namespace: "models" },
            spec: {
                from: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", namespace: "front" }],
                to: [
                    { group: "", kind: "Service", name: "chat" },
                    { group: "", kind: "Service", name: "other" },
                ],
            },
        });
    });

    it("adds no grant where the namespace of the reference may be what is wrong, or somebody else may have one", () => {
        const elsewhere = service.replace("namespace: models", "namespace: others");
        assert.deepEqual(fix(...files(route, elsewhere)).texts, [route, elsewhere]);
        assert.deepEqual(fix(...files(route)).texts, [route]);
    });

    it("adds to the list that holds what is referred to, in YAML and in JSON", () => {
        const list = `apiVersion: v1\nkind: List\nitems:\n  - # the proxy\n    apiVersion: v1\n    kind: Service\n    metadata: { name: chat, namespace: models }\n`;
        const yaml = fix(...files(route, list)).texts[1] ?? "";
        assert.ok(yaml.startsWith("apiVersion: v1\nkind: List\nitems:\n  - apiVersion: gateway."), yaml);
        assert.ok(yaml.endsWith(list.slice(list.indexOf("  - #"))), yaml);
        const object = { apiVersion: "v1", kind: "Service", metadata: { name: "chat", namespace: "models" } };
        const json = JSON.stringify({ apiVersion: "v1", kind: "List", items: [object] }, undefined, 2);
        const fixed = fix(...files(route, json)).texts[1] ?? "";
        const { items } = JSON.parse(fixed) as { items: { kind: string }[] };
        assert.deepEqual(
            items.map(({ kind }) => kind),
            ["Service", "ReferenceGrant"],
        );
        assert.deepEqual(changed(json, fixed).length, 3);
    });

    it("leaves a file of JSON with one object one object", () => {
        const json = JSON.stringify(parseAllDocuments(service)[0]!.toJS());
        assert.deepEqual(fix(...files(route, json)).texts, [route + grant, json]);
        const referrer = JSON.stringify(parseAllDocuments(route)[0]!.toJS());
        const { texts, reasons } = fix(...files(referrer, json));
        assert.deepEqual([texts, reasons], [[referrer, json], ["its file is JSON, of one object"]]);
    });

    it("corrects a port where the model servers leave no doubt of it", () => {
        const wrongRoute = route.replace("port: 8200", "port: 8000 # as vLLM has it");
        const wrongService = service.replace("targetPort: 8200", "targetPort: 8000");
        const wrongServer = server("          ports: [{ containerPort: 8000, name: http }]\n");
        const text = `${wrongRoute}${grant}---\n${wrongService}---\n${wrongServer}`;
        assert.deepEqual(changed(text, fix(...files(text)).texts[0]), [
            "-          port: 8000 # as vLLM has it",
            "+          port: 8200 # as vLLM has it",
            "-      targetPort: 8000",
            "+      targetPort: 8200",
            "-          ports: [{ containerPort: 8000, name: http }]",
            "+          ports: [{ containerPort: 8200, name: http }]",
        ]);
    });

    it("corrects no port where all agree on another, or nothing tells where the servers listen", () => {
        for (const text of [
            `${route}${grant}---\n${service}---\n${server()}`.replaceAll("8200", "8000"),
            `${service.replaceAll("8200", "8000")}`,
            `${service.replace("targetPort: 8200", "targetPort: 8000")}---\n${server().replace("[--port=8200]", "[serve]").replace("vllm/vllm-openai", "example/own")}`,
        ]) {
            assert.deepEqual(fix(...files(text)).texts, [text]);
        }
    });

    it("keeps how a text ends its lines, and JSON as JSON", () => {
        const windows = `${route}---\n${service}`.replaceAll("\n", "\r\n");
        const [fixed = ""] = fix(...files(windows)).texts;
        assert.equal(fixed.replaceAll("\r\n", "").includes("\n"), false);
        assert.equal(fixed.replaceAll("\r\n", "\n"), `${route}---\n${service}${grant}`);
        const json = JSON.stringify(
            parseAllDocuments(service.replace("targetPort: 8200", "targetPort: 8000"))[0]!.toJS(),
            undefined,
            4,
        );
        const corrected = fix(...files(json, server())).texts[0] ?? "";
        assert.equal(corrected, json.replace('"targetPort": 8000', '"targetPort": 8200'));
    });

    it("leaves alone what an anchor names or an alias stands for, and says so", () => {
        for (const [text, reason] of [
            [
                service.replace(
                    "    - port: 8200\n      targetPort: 8200",
                    "    - &port { port: 8200, targetPort: 8000 }",
                ),
                /the anchor port is on the way/,
            ],
            [
                `${service.replace("targetPort: 8200", "targetPort: *number").replace("metadata: {", "metadata: { annotations: { number: &number 8000 },")}`,
                /an alias stands there/,
            ],
            [
                service.replace(
                    "    - port: 8200\n      targetPort: 8200",
                    "    - <<: { targetPort: 8000 }\n      port: 8200\n      targetPort: 8000",
                ),
                /a merge key is on the way/,
            ],
        ] as [string, RegExp][]) {
            const { texts, reasons } = fix(...files(text, server()));
            assert.equal(texts[0], text);
            assert.match(reasons.join(), reason);
        }
    });

    describe("on the command line", () => {
        const folder = temporaryFolder();

        async function run(args: string[], input?: string) {
            const { stdout, stderr, exitCode } = await execa(
                process.execPath,
                [...npmRun("commands/judge/main.ts"), ...args],
                {
                    cwd: folder(),
                    reject: false,
                    stripFinalNewline: false,
                    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
                },
            );
            return { stdout, stderr, exitCode };
        }

        const write = (name: string, text: string) => {
            const file = path.join(folder(), name);
            fs.writeFileSync(file, text);
            return file;
        };

        const both = `${route}---\n${service}`;
        let off: string;

        // The Service's pods are none of these files'.
        beforeEach(() => {
            off = write("policy.json", '{"selectors":"advisory","inference-port":"advisory"}');
        });

        it("writes the files, tells what it did, and what is left by the exit code", async () => {
            const file = write("route.yaml", both);
            const { stdout, stderr, exitCode } = await run(["--fix", "--config", off, "route.yaml"]);
            assert.equal(fs.readFileSync(file, "utf8"), both + grant);
            assert.match(stderr, /^fixed route\.yaml:9: reference-grant-presence of HTTPRoute front\/chat$/m);
            assert.deepEqual([exitCode, /^3 objects: 0 violations/m.test(stdout)], [0, true], stdout);
            write("server.yaml", server());
            const broken = await run(["--fix", "--format", "json", "server.yaml"]);
            assert.equal(broken.exitCode, 1);
            assert.ok((JSON.parse(broken.stdout) as { findings: object[] }).findings.length > 0);
        });

        it("prints a patch with --diff, which git applies, and writes nothing", async () => {
            const text = `${route.replace("8200", "8000")}---\n${service}---\n${server()}`;
            const file = write("all.yaml", text);
            const { stdout, stderr } = await run(["--diff", "all.yaml"]);
            assert.equal(fs.readFileSync(file, "utf8"), text);
            assert.match(stderr, /violations of|violation of/);
            execFileSync("git", ["apply"], { cwd: folder(), input: stdout });
            assert.equal(fs.readFileSync(file, "utf8"), `${route}---\n${service}${grant}---\n${server()}`);
        });

        it("gives back what came from the standard input", async () => {
            const { stdout, stderr, exitCode } = await run(["--fix", "--config", off, "-"], both);
            assert.deepEqual([stdout, exitCode], [both + grant, 0]);
            assert.match(stderr, /3 objects: 0 violations/);
        });

        it("refuses a cluster, and both ways at once", async () => {
            const live = await run(["--live", "--fix"]);
            assert.deepEqual([live.exitCode, live.stderr.trim().split("\n").length], [2, 1]);
            assert.match(live.stderr, /nothing in the cluster is changed; allowed: /);
            assert.equal((await run(["--fix", "--diff", "-"], route)).exitCode, 2);
        });
    });
});

describe("a patch", () => {
    const folder = temporaryFolder();

    it("is what makes the one text of the other, for any two", () => {
        let seed = 7;
        const random = (below: number) => {
            seed = (seed * 1103515245 + 12345) % 2147483648;
            return seed % below;
        };
        for (let round = 0; round < 40; round++) {
            const before = Array.from({ length: 1 + random(30) }, () => `${"abc"[random(3)]!}\n`);
            const after = before.flatMap((line) =>
                random(6) === 0 ? [] : random(6) === 0 ? [line, `new ${String(random(9))}\n`] : [line],
            );
            const texts = [before, after].map((lines) =>
                lines.join("").slice(0, random(3) === 0 ? -1 : undefined),
            );
            const [one = "", other = ""] = texts;
            const file = path.join(folder(), "text");
            fs.writeFileSync(file, one);
            const patch = unifiedDiff("text", one, other);
            assert.equal(patch === "", one === other);
            if (patch !== "" && other !== "") {
                execFileSync("git", ["apply", "--unidiff-zero", "-"], { cwd: folder(), input: patch });
                assert.equal(fs.readFileSync(file, "utf8"), other);
            }
        }
    });
});
