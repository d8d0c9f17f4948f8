import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { ensureTestProgram } from "../../local/toolchain";
import { minimumGo, versions } from "../../local/toolchain/versions";
import { environments, jobs, workflowFiles, workflows, workflowText } from "./workflows";

/** What is wrong with how a workflow refers to actions: every one is pinned to a commit, with its version beside. */
function unpinned(text: string): string[] {
    const pinned = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    return (
        [...text.matchAll(/^[\s-]*uses:\s*(.*)$/gm)]
            .map(([, reference]) => reference!.trim())
            // A workflow of the same commit.
            .filter((reference) => !reference.startsWith("./"))
            .filter((reference) => !pinned.test(reference))
    );
}

describe("the workflows", () => {
    const names = Object.keys(workflows);

    it("have nothing that actionlint minds", async function () {
        const actionlint = await ensureTestProgram("actionlint", () => undefined);
        // Linters of other languages would be used only where they happen to be installed.
        const args = ["-shellcheck=", "-pyflakes=", "-no-color", ...workflowFiles];
        const { status, stdout, stderr } = spawnSync(actionlint, args, { encoding: "utf8" });
        assert.equal(`${stdout}${stderr}`, "");
        assert.equal(status, 0);
    });

    it("are linted by an actionlint that finds faults", async function () {
        const actionlint = await ensureTestProgram("actionlint", () => undefined);
        const { status, stdout } = spawnSync(actionlint, ["-shellcheck=", "-pyflakes=", "-no-color", "-"], {
            encoding: "utf8",
            input: workflowText("preview").replace("needs: preview", "needs: preveiw"),
        });
        assert.equal(status, 1);
        assert.match(stdout, /job "comment" needs job "preveiw" which does not exist/);
    });

    it("pin every action to a commit, with its version in a comment", () => {
        for (const name of names) {
            assert.deepEqual(unpinned(workflowText(name)), [], name);
        }
        const bad = "uses: actions/checkout@v5\n  - uses: a/b@08c6903cd8c0fde910a37f88322edcfb5dd907a8\n";
        assert.equal(unpinned(bad).length, 2);
    });

    it("pin an action to the same commit everywhere", () => {
        const pins = new Map<string, Set<string>>();
        for (const name of names) {
            for (const [, action, pin] of workflowText(name).matchAll(/uses: ([\w./-]+)@(.+)$/gm)) {
                pins.set(action!, (pins.get(action!) ?? new Set()).add(pin!));
            }
        }
        assert.ok(pins.size >= 5);
        for (const [action, commits] of pins) {
            assert.equal(commits.size, 1, `${action}: ${[...commits].join(", ")}`);
        }
    });

    it("give no rights to a workflow, and to each job what it needs", () => {
        for (const name of names) {
            assert.deepEqual(workflows[name]!.permissions, {}, name);
        }
        const granted = Object.fromEntries(jobs.map(({ name, job }) => [name, job.permissions]));
        const read = { contents: "read" };
        assert.deepEqual(granted, {
            "deploy-environment/up": read,
            "deploy/test": read,
            "deploy/dev": read,
            "deploy/staging": read,
            "deploy/prod": read,
            "drift/drift": read,
            "drift/issue": { issues: "write" },
            "preview/preview": read,
            "preview/comment": { "pull-requests": "write" },
            "test/test": read,
        });
    });

    it("keep the right to write and secrets in different jobs", () => {
        for (const { name, job } of jobs) {
            const writes = Object.values(job.permissions ?? {}).includes("write");
            if (writes) {
                assert.equal(job.environment, undefined, name);
                assert.ok(!JSON.stringify(job).includes("secrets."), name);
                assert.ok(!JSON.stringify(job.steps).includes("actions/checkout@"), name);
            }
        }
    });

    it("leave no token behind in the checkout", () => {
        for (const { name, job } of jobs) {
            for (const step of job.steps ?? []) {
                if (step.uses?.startsWith("actions/checkout@")) {
                    assert.equal(step.with?.["persist-credentials"], false, name);
                }
            }
        }
    });

    it("hand no secrets to pull requests of forks, and ask for none where Dependabot gets none", () => {
        const ofRepository = "github.event.pull_request.head.repo.full_name == github.repository";
        const guard = `${ofRepository} && github.actor != 'dependabot[bot]'`;
        for (const name of names) {
            // It would run with secrets on whatever a fork proposes.
            assert.ok(!("pull_request_target" in workflows[name]!.on), name);
            if (!("pull_request" in workflows[name]!.on)) {
                continue;
            }
            for (const job of Object.values(workflows[name]!.jobs)) {
                if (job.environment !== undefined || JSON.stringify(job).includes("secrets.")) {
                    assert.equal(job.if, guard, name);
                }
            }
        }
        assert.equal(workflows.preview!.jobs.preview!.if, guard);
    });

    it("put no expression into a script, where its text would be run", () => {
        for (const { name, job } of jobs) {
            for (const step of job.steps ?? []) {
                assert.ok(!`${step.run ?? ""}${String(step.with?.script ?? "")}`.includes("${{"), name);
            }
        }
    });

    it("limit the time of every job", () => {
        for (const { name, job } of jobs.filter(({ job: { steps } }) => steps !== undefined)) {
            assert.ok((job["timeout-minutes"] ?? 0) > 0, name);
        }
    });

    it("do not run twice at once where that would do harm, and never cut off a deployment", () => {
        const group = (name: string) => workflows[name]!.concurrency!;
        assert.ok(group("preview").group.includes("pull_request.number"));
        assert.equal(group("preview")["cancel-in-progress"], true);
        assert.ok(group("test").group.includes("github.ref"));
        assert.equal(group("drift")["cancel-in-progress"], false);
        assert.deepEqual(workflows["deploy-environment"]!.jobs.up!.concurrency, {
            group: "deploy-${{ inputs.environment }}",
            "cancel-in-progress": false,
        });
    });

    it("deploy one environment after the other, each behind its own approval", () => {
        const { test, ...steps } = workflows.deploy!.jobs;
        assert.equal(test!.uses, "./.github/workflows/test.yaml");
        assert.deepEqual(
            Object.values(steps).map((job) => job.with!.environment),
            environments,
        );
        assert.deepEqual(
            Object.values(steps).map((job) => job.with!.recover),
            environments.map((name) => `\${{ inputs.recover == '${name}' }}`),
        );
        assert.deepEqual(
            Object.values(steps).map((job) => job.needs),
            ["test", ...environments.slice(0, -1)],
        );
        assert.ok(Object.values(steps).every((job) => job.if === undefined));
        assert.equal(workflows["deploy-environment"]!.jobs.up!.environment, "${{ inputs.environment }}");
    });

    it("deploy main, and nothing else, after its tests", () => {
        const { on, jobs: steps } = workflows.deploy!;
        assert.deepEqual(on.push, { branches: ["main"] });
        // A run by hand may name any branch. A job is skipped whose needs are, unless it has a condition of its own.
        assert.equal(steps.test!.if, "github.ref == 'refs/heads/main'");
        assert.ok("workflow_call" in workflows.test!.on);
        // Once for each commit of main.
        assert.ok(!("push" in workflows.test!.on));
    });

    it("pass secrets by name, those that the called workflow uses, and no others", () => {
        const used = [...workflowText("deploy-environment").matchAll(/\$\{\{ secrets\.(\w+) \}\}/g)];
        const names = [...new Set(used.map(([, name]) => name!))].sort();
        assert.ok(names.length >= 3);
        const { secrets } = workflows["deploy-environment"]!.on.workflow_call as { secrets: object };
        assert.deepEqual(Object.keys(secrets).sort(), names);
        for (const { name, job } of jobs.filter(({ job: { uses } }) => uses !== undefined)) {
            const wanted = job.uses!.endsWith("/deploy-environment.yaml") ? names : [];
            assert.deepEqual(
                job.secrets ?? {},
                Object.fromEntries(wanted.map((key) => [key, `\${{ secrets.${key} }}`])),
                name,
            );
        }
    });

    it("know all environments of the project", () => {
        const files = fs
            .readdirSync(path.resolve(__dirname, "../.."))
            .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? []);
        assert.deepEqual([...environments].sort(), files.sort());
        for (const workflow of ["preview", "drift"]) {
            assert.deepEqual(workflows[workflow]!.jobs[workflow]!.strategy!.matrix.environment, environments);
            assert.ok(workflowText(workflow).includes(JSON.stringify(environments).replaceAll(",", ", ")));
        }
    });

    it("need nothing of the repository on GitHub that the docs do not name", () => {
        const docs = fs.readFileSync(path.resolve(__dirname, "../../docs/environments.md"), "utf8");
        const needed = new Set(
            names.flatMap((name) =>
                [...workflowText(name).matchAll(/\b(?:secrets|vars)\.(\w+)/g)].map(([, key]) => key!),
            ),
        );
        assert.ok(needed.size >= 5);
        for (const key of needed) {
            assert.ok(docs.includes(`\`${key}\``), key);
        }
    });

    it("use the versions that the project is tested with", () => {
        const { engines } = JSON.parse(
            fs.readFileSync(path.resolve(__dirname, "../../package.json"), "utf8"),
        ) as { engines: { node: string } };
        for (const { name, job } of jobs) {
            for (const { uses, with: inputs = {} } of job.steps ?? []) {
                if (uses?.startsWith("pulumi/actions@")) {
                    assert.equal(`v${String(inputs["pulumi-version"])}`, versions.pulumi, name);
                }
                if (uses?.startsWith("actions/setup-go@")) {
                    assert.equal(inputs["go-version"], minimumGo.join("."), name);
                }
                if (uses?.startsWith("actions/setup-node@")) {
                    assert.equal(`>=${String(inputs["node-version"])}.19`, engines.node, name);
                }
            }
        }
    });
});
