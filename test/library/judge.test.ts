import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { parse } from "yaml";
import { temporaryFolder } from "../local/temporary";
import { Consumers } from "./support/consumer";

const root = path.resolve(__dirname, "../..");

interface Hook {
    id: string;
    entry: string;
    language: string;
    pass_filenames: boolean;
}

const route = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: chat, namespace: front }
spec:
  parentRefs: [{ name: inference }]
  rules:
    - backendRefs:
        - { name: chat, namespace: models, port: 8200 }
---
apiVersion: v1
kind: Service
metadata: { name: chat, namespace: models }
spec: { ports: [{ port: 8200 }] }
`;

describe("judge, as npx and pre-commit have it", function () {
    const folder = temporaryFolder();
    let consumers: Consumers;
    let installed: string;

    before(() => {
        consumers = new Consumers();
        installed = fs.mkdtempSync(path.join(path.dirname(consumers.archive), "installed-"));
        const flags = ["--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"];
        const { status, stderr } = spawnSync("npm", ["install", ...flags, consumers.archive], {
            cwd: installed,
            encoding: "utf8",
        });
        assert.equal(status, 0, stderr);
    });
    after(() => {
        consumers.remove();
        fs.rmSync(installed, { recursive: true });
    });

    const bin = () => path.join(installed, "node_modules/.bin");
    const write = (name: string, text: string) => {
        const file = path.join(folder(), name);
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
    };

    it("runs from the package alone, in every format", () => {
        write("route.yaml", route);
        const file = path.join(folder(), "route.yaml");
        const found = {
            text: /violation of reference-grant-presence/,
            json: /"rule": "reference-grant-presence"/,
            sarif: /"ruleId": "reference-grant-presence"/,
            github: /^::error file=/,
            junit: /<failure /,
        };
        for (const [format, expected] of Object.entries(found)) {
            const { status, stdout, stderr } = spawnSync(
                "npx",
                ["--no-install", "llm-d-inference", "judge", "--format", format, file],
                { cwd: installed, encoding: "utf8" },
            );
            assert.equal(status, 1, stderr);
            assert.match(stdout, expected);
        }
    });

    it("fixes, takes a config, and has a client for clusters", () => {
        write("route.yaml", route);
        write("policy.json", "{}");
        const run = (...args: string[]) =>
            spawnSync(path.join(bin(), "llm-d-inference"), args, { cwd: folder(), encoding: "utf8" });
        assert.equal(run("judge", "--config", "policy.json", "--fix", "route.yaml").status, 0);
        const cluster = { name: "none", cluster: { server: "https://127.0.0.1:1" } };
        const context = { name: "none", context: { cluster: "none", user: "none" } };
        const user = { name: "none", user: {} };
        const kubeconfig = {
            "current-context": "none",
            clusters: [cluster],
            contexts: [context],
            users: [user],
        };
        write("kubeconfig", JSON.stringify(kubeconfig));
        const live = run("judge", "--live", "--kubeconfig", "kubeconfig");
        assert.equal(live.status, 3);
        assert.match(live.stderr, /127\.0\.0\.1:1/);
    });

    it("has the schemas", () => {
        write("route.yaml", route.replace("parentRefs:", "parentRef:"));
        const { stdout } = spawnSync(path.join(bin(), "llm-d-inference"), ["judge", "route.yaml"], {
            cwd: folder(),
            encoding: "utf8",
        });
        assert.match(stdout, /route\.yaml:5: violation of schema\n.*parentRefs/);
    });

    it("says what there is to run", () => {
        const run = (...args: string[]) =>
            spawnSync(path.join(bin(), "llm-d-inference"), args, { encoding: "utf8" });
        assert.deepEqual([run().status, run("nothing").status, run("--help").status], [2, 2, 0]);
        assert.match(run("--help").stdout, /^usage: llm-d-inference judge /);
        assert.match(run("judge", "--help").stdout, /Exit codes:/);
    });

    it("is the hook that docs/commands.md has five lines for", () => {
        const page = fs.readFileSync(path.join(root, "docs/commands.md"), "utf8");
        const [, shown = ""] = /^```yaml\n(repos:\n.*?)^```/ms.exec(page) ?? [];
        const { repos } = parse(shown) as { repos: { hooks: { id: string; args: string[] }[] }[] };
        const hooks = parse(fs.readFileSync(path.join(root, ".pre-commit-hooks.yaml"), "utf8")) as Hook[];
        const [{ id, args }] = repos[0]!.hooks as [{ id: string; args: string[] }];
        const hook = hooks.find((candidate) => candidate.id === id)!;
        assert.deepEqual([hook.language, hook.pass_filenames], ["node", false]);
        // pre-commit runs the entry, and after it the arguments, with what the package installs first in the path.
        const env = { ...process.env, PATH: [bin(), process.env.PATH].join(path.delimiter) };
        const run = () =>
            spawnSync("sh", ["-c", [hook.entry, ...args].join(" ")], {
                cwd: folder(),
                env,
                encoding: "utf8",
            });
        write(path.join(args[0]!, "route.yaml"), route);
        const refused = run();
        assert.equal(refused.status, 1, refused.stderr);
        assert.match(refused.stdout, /manifests\/route\.yaml:8: violation of reference-grant-presence/);
        write(path.join(args[0]!, "route.yaml"), route.replace(", namespace: models", ""));
        assert.equal(run().status, 0);
    });
});
