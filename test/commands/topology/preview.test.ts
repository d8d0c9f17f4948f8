import { strict as assert } from "assert";
import { renderMermaid } from "../../../commands/topology/mermaid";
import type { Topology } from "../../../commands/topology/model";
import { problemsOf } from "../../../commands/topology/model";
import { parsePreview, topologyOfPreview } from "../../../commands/topology/preview";
import { renderSvg } from "../../../commands/topology/svg";
import { find, stackOf } from "./stacks";
import type { MutableObject } from "./stacks";

/** A step as `pulumi preview --json` writes it (pulumi v3, `display.PreviewStep`). */
function step(op: string, object: MutableObject) {
    const type = `kubernetes:${object.apiVersion}:${object.kind}`;
    const urn = `urn:pulumi:dev::p::${type}::${object.metadata.name}-${object.kind}`;
    const state = { urn, custom: true, type, inputs: object };
    return {
        op,
        urn,
        ...(op !== "create" && { oldState: state }),
        ...(op !== "delete" && { newState: state }),
        detailedDiff: null,
    };
}

function changesOf({ nodes }: Topology): Record<string, string> {
    return Object.fromEntries(
        nodes.flatMap(({ kind, name, change }) =>
            change === undefined ? [] : [[`${kind} ${name}`, change]],
        ),
    );
}

describe("topology: a preview", () => {
    it("reads the engine's digest, and marks what is added, changed and deleted", async () => {
        const { objects } = await stackOf("scoring");
        const before = await stackOf("scheduler");
        // An object that the program reads: the digest has what was said of it, which is nothing.
        const namespace = { op: "read", newState: { type: "kubernetes:core/v1:Namespace", inputs: {} } };
        const created = ["InferencePool", "HTTPRoute", "ReferenceGrant"];
        const digest = {
            steps: [
                {
                    op: "same",
                    urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev",
                    newState: { type: "pulumi:pulumi:Stack" },
                },
                { ...namespace, urn: "urn:pulumi:dev::p::kubernetes:core/v1:Namespace::models" },
                ...objects.map((object) =>
                    step(
                        created.includes(object.kind)
                            ? "create"
                            : object.kind === "Gateway"
                              ? "update"
                              : "same",
                        object,
                    ),
                ),
                step("delete", find(before, "HTTPRoute")),
                step("delete", find(before, "ReferenceGrant")),
            ],
            changeSummary: { same: 20 },
        };
        const topology = topologyOfPreview(parsePreview(JSON.stringify(digest), "digest.json"));
        assert.deepEqual(problemsOf(topology), []);
        assert.deepEqual(changesOf(topology), {
            "Gateway infra-inference-scheduling-inference-gateway": "changed",
            "HTTPRoute llm-d-inference-scheduling": "deleted",
            "HTTPRoute llm-d-inference-scheduling-pool": "added",
            "InferencePool gaie-inference-scheduling": "added",
            "ReferenceGrant llm-d-inference-scheduling-to-inferencepool": "added",
            "ReferenceGrant llm-d-inference-scheduling-to-service": "deleted",
        });
        const mermaid = renderMermaid(topology);
        assert.match(mermaid, /\["\+ InferencePool<br\/>.*:::added/);
        assert.match(mermaid, /\["~ Gateway<br\/>.*:::changed/);
        assert.match(mermaid, /\["- ReferenceGrant<br\/>.*:::deleted/);
        for (const meaning of ["added", "changed", "deleted"]) {
            assert.ok(mermaid.includes(`${meaning} by this preview`));
        }
        assert.ok((await renderSvg(topology)).includes("deleted by this preview"));
    });

    it("takes a deleted object for one that is not there", async () => {
        const stack = await stackOf("scheduler");
        const digest = {
            steps: stack.objects.map((object) =>
                step(object.kind === "ReferenceGrant" ? "delete" : "same", object),
            ),
        };
        const problems = problemsOf(topologyOfPreview(parsePreview(JSON.stringify(digest), "-")));
        assert.equal(problems.length, 1);
        assert.match(problems[0]!, /RefNotPermitted/);
    });

    it("takes a replacement for a change, in whichever order its steps come", async () => {
        const stack = await stackOf("scheduler");
        const proxy = find(stack, "Service", "proxy");
        const rest = stack.objects.filter((object) => object !== proxy);
        for (const ops of [
            ["create-replacement", "replace", "delete-replaced"],
            ["delete-replaced", "replace", "create-replacement"],
        ]) {
            const steps = [
                ...rest.map((object) => step("same", object)),
                ...ops.map((op) => step(op, proxy)),
            ];
            const topology = topologyOfPreview(parsePreview(JSON.stringify({ steps }), "-"));
            assert.deepEqual(changesOf(topology), { "Service gaie-inference-scheduling-proxy": "changed" });
            assert.deepEqual(problemsOf(topology), []);
        }
    });

    for (const [what, text] of Object.entries({
        "no JSON": "Previewing update",
        "no objects": '{"steps":[]}',
    })) {
        it(`refuses ${what}, and names the command that writes what is needed`, () => {
            assert.throws(
                () => parsePreview(text, "p.json"),
                /--preview p\.json: .*pulumi preview --json --show-sames/,
            );
        });
    }
});
