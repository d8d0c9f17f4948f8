import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { parse, stringify } from "yaml";
import { ensureTestProgram } from "../../local/toolchain";
import { temporaryFolder } from "../local/temporary";
import type { WorkflowStep } from "./workflows";
import { workflowText } from "./workflows";

const root = path.resolve(__dirname, "../..");
const folderOfAction = path.join(root, ".github/actions/judge");
const text = fs.readFileSync(path.join(folderOfAction, "action.yml"), "utf8");
const action = parse(text) as {
    inputs: Record<string, { required?: boolean; default?: string }>;
    runs: { steps: (WorkflowStep & { shell?: string })[] };
};

/** The steps that docs/commands.md shows. */
function shownSteps(): WorkflowStep[] {
    const page = fs.readFileSync(path.join(root, "docs/commands.md"), "utf8");
    const [, block = ""] = /^```yaml\n(- uses: .*?)^```/ms.exec(page) ?? [];
    return parse(block) as WorkflowStep[];
}

describe("the action that judges", () => {
    const folder = temporaryFolder();

    async function lint(steps: WorkflowStep[]) {
        const actionlint = await ensureTestProgram("actionlint", () => undefined);
        const workflow = stringify({
            on: "pull_request",
            jobs: { judge: { "runs-on": "ubuntu-latest", steps } },
        });
        // Where the action is, it knows only in a repository, which a worktree of git is none to it.
        const repository = fs.mkdtempSync(path.join(folder(), "repository-"));
        const file = path.join(repository, ".github/workflows/shown.yaml");
        fs.cpSync(folderOfAction, path.join(repository, ".github/actions/judge"), { recursive: true });
        fs.mkdirSync(path.join(repository, ".git"));
        fs.mkdirSync(path.dirname(file));
        fs.writeFileSync(file, workflow);
        return spawnSync(actionlint, ["-shellcheck=", "-pyflakes=", "-no-color", file], {
            cwd: repository,
            encoding: "utf8",
        });
    }

    const localSteps = () =>
        shownSteps().map((step) => ({
            ...step,
            uses: step.uses?.replace(/^your\/llm-d-inference\/(.+)@.+$/, "./$1"),
        }));

    it("has nothing that actionlint minds, used as docs/commands.md shows", async function () {
        const [judge] = localSteps();
        assert.equal(judge!.uses, "./.github/actions/judge");
        const { status, stdout, stderr } = await lint(localSteps());
        assert.equal(`${stdout}${stderr}`, "");
        assert.equal(status, 0);
    });

    it("is known to actionlint by its inputs", async function () {
        const [judge] = localSteps();
        const { status, stdout } = await lint([{ ...judge, with: { path: "manifests" } }]);
        assert.equal(status, 1);
        assert.match(stdout, /input "path" is not defined in action/);
        assert.match(stdout, /missing input "paths"/);
    });

    it("pins what it uses as the workflows do, and puts no expression into a script", () => {
        const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([line]) => line);
        assert.ok(uses.length > 0);
        for (const line of uses) {
            assert.ok(workflowText("test").includes(line), line);
        }
        for (const { run } of action.runs.steps) {
            assert.ok(!(run ?? "").includes("${{"));
        }
    });

    it("judges the paths, with findings on the log or in a file, and fails by them", function () {
        const route = [
            "apiVersion: gateway.networking.k8s.io/v1",
            "kind: HTTPRoute",
            "metadata: { name: chat }",
            "spec: { rules: [{ backendRefs: [{ name: chat, namespace: models, port: 8200 }] }] }",
            "---",
            "{ apiVersion: v1, kind: Service, metadata: { name: chat, namespace: models }, spec: { ports: [{ port: 8200 }] } }",
        ].join("\n");
        fs.mkdirSync(path.join(folder(), "two words"));
        fs.writeFileSync(path.join(folder(), "two words/route.yaml"), route);
        fs.writeFileSync(path.join(folder(), "off.json"), '{"reference-grant-presence":"disabled"}');
        const step = action.runs.steps.find(({ name }) => name === "Judge")!;
        const run = (inputs: Record<string, string>) => {
            const given = Object.fromEntries(
                Object.entries(step.env!).map(([variable, expression]) => {
                    const [, name = ""] = /^\$\{\{ inputs\.(\w+) \}\}$/.exec(expression)!;
                    return [variable, inputs[name] ?? action.inputs[name]!.default ?? ""];
                }),
            );
            return spawnSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", step.run!], {
                cwd: folder(),
                encoding: "utf8",
                env: { ...process.env, GITHUB_ACTION_PATH: folderOfAction, ...given },
            });
        };
        const paths = "two words\n\n";
        const log = run({ paths });
        assert.equal(log.status, 1, log.stderr);
        assert.match(log.stdout, /^::error file=two words\/route\.yaml,line=4,/);
        const written = run({ paths, format: "sarif", report: "judge.sarif" });
        assert.deepEqual([written.status, written.stdout], [1, ""], written.stderr);
        const sarif = JSON.parse(fs.readFileSync(path.join(folder(), "judge.sarif"), "utf8")) as {
            runs: { results: object[] }[];
        };
        assert.ok(sarif.runs[0]!.results.length > 0);
        const off = run({ paths, config: "off.json" });
        assert.equal(off.status, 0, off.stderr);
    });
});
