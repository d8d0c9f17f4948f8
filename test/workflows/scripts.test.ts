import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import * as vm from "vm";
import { reportLimit } from "../../commands/ci-preview/report";
import { temporaryFolder } from "../local/temporary";
import { environments, findStep } from "./workflows";

interface Entry {
    id: number;
    number: number;
    title: string;
    body: string;
    state: string;
    user: { login: string };
}

/** GitHub's REST API as far as the scripts call it, with the comments and issues that they leave behind. */
class PlayedGitHub {
    readonly comments: Entry[] = [];
    readonly issues: Entry[] = [];
    readonly issueComments: { issue_number: number; body: string }[] = [];
    readonly rest = {
        issues: {
            listComments: () => this.comments,
            listForRepo: () => this.issues.filter(({ state }) => state === "open"),
            createComment: (values: { issue_number: number; body: string }) => {
                this.issueComments.push(values);
                this.add(this.comments, values);
            },
            updateComment: ({ comment_id, body }: { comment_id: number; body: string }) =>
                Object.assign(
                    this.comments.find(({ id }) => id === comment_id)!,
                    { body },
                ),
            create: (values: Partial<Entry>) => this.add(this.issues, values),
            update: ({ issue_number, ...values }: { issue_number: number } & Partial<Entry>) =>
                Object.assign(
                    this.issues.find(({ number }) => number === issue_number)!,
                    values,
                ),
        },
    };

    paginate<T>(list: () => T): Promise<T> {
        return Promise.resolve(list());
    }

    add(list: Entry[], values: Partial<Entry>): void {
        const id = list.length + 1;
        const user = { login: "github-actions[bot]" };
        list.push({ id, number: id, title: "", body: "", state: "open", user, ...values });
    }
}

describe("the workflows' scripts", () => {
    const folder = temporaryFolder();
    let github = new PlayedGitHub();

    /** Runs a script as actions/github-script does, in a folder of its own. */
    async function run(script: string, files: Record<string, string>): Promise<void> {
        const work = fs.mkdtempSync(path.join(folder(), "run-"));
        for (const [name, text] of Object.entries(files)) {
            fs.mkdirSync(path.dirname(path.join(work, name)), { recursive: true });
            fs.writeFileSync(path.join(work, name), text);
        }
        const context = {
            repo: { owner: "o", repo: "r" },
            payload: { pull_request: { number: 7, head: { sha: "abc123" } } },
            serverUrl: "https://github.example",
            runId: 42,
        };
        // The script reads files by relative names.
        const inFolder = {
            existsSync: (file: string) => fs.existsSync(path.join(work, file)),
            readFileSync: (file: string) => fs.readFileSync(path.join(work, file), "utf8"),
        };
        const main = vm.compileFunction(`return (async () => {${script}})()`, [
            "github",
            "context",
            "require",
        ]) as (...values: unknown[]) => Promise<void>;
        await main(github, context, () => inFolder);
    }

    beforeEach(() => {
        github = new PlayedGitHub();
    });

    describe("of the pull request's comment", () => {
        const script = findStep("preview", "comment", "Write the comment, or update the one that is there")
            .with!.script as string;
        const reports = (text: string) =>
            Object.fromEntries(environments.map((name) => [`preview-${name}.md`, `## ${name}: ${text}\n`]));

        it("writes one comment for all environments", async () => {
            await run(script, reports("3 to create"));
            const [comment] = github.comments;
            assert.equal(github.comments.length, 1);
            assert.equal(github.issueComments[0]!.issue_number, 7);
            const headings = [...comment!.body.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
            assert.deepEqual(
                headings,
                environments.map((name) => `${name}: 3 to create`),
            );
            assert.ok(comment!.body.includes("Preview of abc123"));
        });

        it("updates its own comment in place, and nobody else's", async () => {
            const marker = "<!-- llm-d-inference preview -->";
            github.add(github.comments, { body: `${marker}\n\nquoted`, user: { login: "reviewer" } });
            await run(script, reports("3 to create"));
            await run(script, reports("no changes"));
            assert.equal(github.comments.length, 2);
            assert.equal(github.comments[0]!.body, `${marker}\n\nquoted`);
            assert.ok(!github.comments[1]!.body.includes("3 to create"));
            assert.ok(github.comments[1]!.body.includes("no changes"));
        });

        it("says which environment has no report", async () => {
            await run(script, { "preview-dev.md": "## dev: no changes\n" });
            assert.match(github.comments[0]!.body, /## prod: no report/);
        });

        it("stays below the longest comment that GitHub takes", async () => {
            const whole = Object.fromEntries(
                environments.map((name) => [`preview-${name}.md`, "x".repeat(reportLimit)]),
            );
            await run(script, whole);
            assert.ok(github.comments[0]!.body.length <= 65_536);
        });
    });

    describe("of drift", () => {
        const script = findStep("drift", "issue", "Open, update or close the issue of each environment").with!
            .script as string;
        const drifted = { "drifted-prod/prod.md": "## prod: drifted (1 to update)\n" };
        const open = () => github.issues.filter(({ state }) => state === "open").map(({ title }) => title);

        it("opens one issue, and updates it while the drift lasts", async () => {
            await run(script, { ...drifted, "clean-dev/dev.md": "## dev: no changes\n" });
            await run(script, { "drifted-prod/prod.md": "## prod: drifted (2 to update)\n" });
            assert.deepEqual(open(), ["Drift in prod"]);
            assert.match(github.issues[0]!.body, /2 to update/);
            assert.match(github.issues[0]!.body, /https:\/\/github\.example\/o\/r\/actions\/runs\/42/);
        });

        it("closes it when the drift is gone, and says so", async () => {
            await run(script, drifted);
            await run(script, { "clean-prod/prod.md": "## prod: no changes\n" });
            assert.deepEqual(open(), []);
            assert.match(github.issueComments[0]!.body, /No drift any more/);
        });

        it("leaves it alone when the comparison failed", async () => {
            await run(script, drifted);
            await run(script, {});
            assert.deepEqual(open(), ["Drift in prod"]);
            assert.equal(github.issueComments.length, 0);
        });
    });
});
