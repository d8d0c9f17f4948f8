import { strict as assert } from "assert";
import type { EnvironmentPreview } from "../../../commands/ci-preview/report";
import { exitCodes, renderReport, reportLimit, verdictOf } from "../../../commands/ci-preview/report";
import type { RunResult, Step, Violation } from "../../../commands/shared/runResult";
import { deployment as fixture, route, toService } from "../../policy/rules/fixtures";
import { Pack, plain } from "../../policy/support/pack";
import { unknown } from "../../policy/support/resources";
import { stackOf } from "../topology/stacks";
import type { MutableObject } from "../topology/stacks";

const urnOf = (object: MutableObject) =>
    `urn:pulumi:prod::p::kubernetes:${object.apiVersion}:${object.kind}::${object.metadata.name}`;

/** What the engine says of an object, with what it changes of it. */
function step(op: string, object: MutableObject, change: Partial<Step> = {}): Step {
    return {
        op,
        urn: urnOf(object),
        type: `kubernetes:${object.apiVersion}:${object.kind}`,
        replaceKeys: [],
        detailedDiff: {},
        ...(op !== "delete" && { inputs: { ...object } }),
        ...(op !== "create" && { oldInputs: { ...object } }),
        failed: false,
        ...change,
    };
}

function preview(
    result: Partial<RunResult>,
    more: Partial<Omit<EnvironmentPreview, "result">> = {},
): EnvironmentPreview {
    return {
        environment: "prod",
        expectNoChanges: false,
        ...more,
        result: { changes: {}, steps: [], diagnostics: [], violations: [], ...result },
    };
}

const deployment = (replicas: number): MutableObject => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "decode", namespace: "llm-d-sim" },
    spec: { replicas },
});

function violation(level: Violation["level"], policy: string, message: string): Violation {
    return { level, policy, pack: "llm-d-inference", urn: urnOf(deployment(1)), message };
}

describe("the report on a preview", () => {
    it("says that nothing changes", () => {
        const same = preview({ steps: [step("same", deployment(1))] });
        assert.equal(verdictOf(same), "passed");
        const text = renderReport(same);
        assert.match(text, /^## prod: no changes$/m);
        assert.match(text, /^The policy pack has nothing to say\.$/m);
        assert.ok(!text.includes("Changes"));
    });

    it("shows changed properties with their values before and after", () => {
        const labelled = { ...deployment(5), metadata: { name: "decode", labels: { "a.b/c": "new" } } };
        const text = renderReport(
            preview({
                steps: [
                    step("update", labelled, {
                        oldInputs: { ...deployment(3) },
                        detailedDiff: {
                            "spec.replicas": "update",
                            'metadata.labels["a.b/c"]': "add",
                            "spec.ports[0].port": "delete",
                        },
                    }),
                ],
            }),
        );
        assert.match(text, /^## prod: 1 to update$/m);
        assert.match(text, /^! update Deployment decode$/m);
        assert.match(text, /^ +spec\.replicas: 3 -> 5$/m);
        assert.match(text, /^ +metadata\.labels\["a\.b\/c"\]: \(none\) -> "new"$/m);
    });

    it("tells a replacement once, above everything else, and what forces it", () => {
        const object = deployment(1);
        const forced = { detailedDiff: { "spec.replicas": "update-replace" } };
        const text = renderReport(
            preview({
                steps: [
                    step("create", { ...object, metadata: { name: "a" } }),
                    step("create-replacement", object, forced),
                    step("replace", object, forced),
                    step("delete-replaced", object, forced),
                ],
            }),
        );
        assert.match(text, /^## prod: 1 to create, 1 to replace$/m);
        assert.equal(text.match(/replace Deployment/g)!.length, 1);
        assert.ok(text.indexOf("-+ replace") < text.indexOf("+ create"));
        assert.match(text, /spec\.replicas: 1 -> 1 \(forces replacement\)/);
    });

    it("refuses a mandatory violation, and puts it first", () => {
        const refused = preview(
            {
                steps: [step("create", deployment(1))],
                violations: [
                    violation("advisory", "advice", "could be"),
                    violation("mandatory", "rule", "must be"),
                ],
            },
            { failure: "preview failed" },
        );
        assert.equal(exitCodes[verdictOf(refused)], 1);
        const text = renderReport(refused);
        assert.match(text, /^## prod: refused, 1 mandatory violation$/m);
        assert.match(text, /^\*\*mandatory\*\* `rule` on `Deployment llm-d-sim\/decode`:$/m);
        assert.ok(text.indexOf("must be") < text.indexOf("could be"));
    });

    it("is only advised by an advisory one", () => {
        const advised = preview({ violations: [violation("advisory", "advice", "could be")] });
        assert.equal(exitCodes[verdictOf(advised)], 0);
    });

    it("folds what waits for `pulumi up`, as the pack says it, and nothing else", async function () {
        // Starting the pack compiles it.
        const pack = await Pack.start();
        try {
            const open = [
                route({ ...toService, namespace: unknown }),
                fixture({ container: { args: [unknown] } }),
            ];
            const said = (await pack.judge(open.map(plain))).map((told) => ({
                ...told,
                pack: "llm-d-inference",
            }));
            const waiting = said.filter(({ message }) => message.includes("not known in preview"));
            assert.ok(waiting.length >= 2);
            const text = renderReport(
                preview({ violations: [...waiting, violation("advisory", "a", "told")] }),
            );
            const summary = `${String(waiting.length)} checks of the policy pack wait for values that are not known in a preview`;
            assert.ok(text.includes(`<details><summary>${summary}</summary>`), text);
            assert.equal(text.match(/\*\*advisory\*\*/g)!.length, 1);
            assert.ok(waiting.every(({ message }) => text.includes(message)));
            const alone = renderReport(preview({ violations: waiting.slice(0, 1) }));
            assert.match(
                alone,
                /^The policy pack has nothing to say\.\n\n<details><summary>1 check of the policy pack waits/m,
            );
        } finally {
            pack.stop();
        }
    });

    it("joins what a rule says of one resource", () => {
        const text = renderReport(
            preview({
                violations: [
                    violation("advisory", "advice", "first"),
                    violation("advisory", "advice", "second"),
                ],
            }),
        );
        assert.equal(text.match(/\*\*advisory\*\*/g)!.length, 1);
        assert.match(text, /^first\nsecond$/m);
    });

    it("gives the failure of a preview that has no violations", () => {
        const failed = preview({}, { failure: "replicas.decode: 0 is not allowed" });
        assert.equal(exitCodes[verdictOf(failed)], 1);
        assert.match(
            renderReport(failed),
            /## prod: the preview failed\n\n[^]*replicas\.decode: 0 is not allowed/,
        );
        // There is nothing to draw.
        assert.ok(!renderReport(failed).includes("mermaid"));
    });

    it("calls changes drift where none are expected", () => {
        const changed = { steps: [step("create", deployment(1))] };
        assert.equal(verdictOf(preview(changed)), "passed");
        const drifted = preview(changed, { expectNoChanges: true });
        assert.equal(exitCodes[verdictOf(drifted)], 3);
        assert.match(renderReport(drifted), /^## prod: drifted \(1 to create\)$/m);
    });

    it("lets nothing that a program says end its block", () => {
        const hostile = "```\n@everyone <img src=x>\n````";
        const text = renderReport(preview({ violations: [violation("advisory", "advice", hostile)] }));
        assert.ok(text.includes(`\`\`\`\`\`text\n${hostile}\n\`\`\`\`\``), text);
    });

    it("has the warnings of the program, and none about where plugins were found", () => {
        const text = renderReport(
            preview({
                diagnostics: [
                    { severity: "warning", message: "Path in force: scoring, not obeyed" },
                    { severity: "warning", message: "using pulumi-language-nodejs from $PATH at /somewhere" },
                ],
            }),
        );
        assert.ok(text.includes("scoring, not obeyed"));
        assert.ok(!text.includes("/somewhere"));
    });

    it("draws the topology that the preview leaves behind", async () => {
        const { objects } = await stackOf("scoring");
        const text = renderReport(preview({ steps: objects.map((object) => step("create", object)) }));
        assert.match(text, /^```mermaid\nflowchart LR$/m);
        assert.match(text, /:::added/);
    });

    it("keeps to its limit, whatever there is to say", async () => {
        const { objects } = await stackOf("scoring");
        const text = renderReport(
            preview({
                steps: objects.map((object) => step("create", object)),
                violations: Array.from({ length: 500 }, (_, index) =>
                    violation("mandatory", `rule-${String(index)}`, "x".repeat(5000)),
                ),
            }),
        );
        assert.ok(text.length <= reportLimit, String(text.length));
        assert.match(text, /^## prod: refused, 500 mandatory violations$/m);
        // A block that stays open would swallow the next environment's report.
        assert.equal(text.match(/^```/gm)!.length % 2, 0);
        assert.equal(text.match(/<details>/g)?.length, text.match(/<\/details>/g)?.length);
        assert.match(text, /\.\.\. and \d+ more sections, in the job's log\.\n$/);
    });
});
