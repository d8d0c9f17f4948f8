import { strict as assert } from "assert";
import { decisionsIn } from "../../../commands/verify/pickerLog";

/** Lines as scheduler 0.7.1 writes them at verbosity 4, without what is not read. */
const line = (fields: object, id = "one") =>
    JSON.stringify({ level: "Level(-4)", "x-request-id": id, ...fields });
const score = (plugin: string, endpoint: unknown, value: number, id?: string) =>
    line({ msg: "Calculated score", plugin: `${plugin}/${plugin}`, endpoint, score: value }, id);
const pod = (name: string) => ({ name: `${name}-rank-0`, namespace: "llm-d-sim" });

describe("verify: what the EPP's log tells of a request", () => {
    it("has each scorer's score of each pod, the sums, and the pick", () => {
        const [decision, ...others] = decisionsIn(
            [
                "I1126 a line of another logger",
                line({ msg: "EPP received request" }),
                score("load-aware-scorer", pod("a"), 0.5),
                score("load-aware-scorer", pod("b"), 0.25),
                score("prefix-cache-scorer", pod("a"), 0),
                score("prefix-cache-scorer", pod("b"), 0.9),
                line({
                    msg: "Selecting endpoints from candidates sorted by max score",
                    "scored-endpoints": [
                        {
                            Endpoint: { NamespacedName: { Namespace: "llm-d-sim", Name: "a-rank-0" } },
                            Score: 0.5,
                        },
                        {
                            Endpoint: { NamespacedName: { Namespace: "llm-d-sim", Name: "b-rank-0" } },
                            Score: 2.05,
                        },
                    ],
                }),
                line({ msg: "Request handled", endpoint: "10.247.0.3:8200" }),
                "{ cut off",
            ].join("\n"),
        );
        assert.deepEqual(others, []);
        assert.deepEqual(
            [...decision!.scores].map(([scorer, scores]) => [scorer, Object.fromEntries(scores)]),
            [
                ["load-aware-scorer", { a: 0.5, b: 0.25 }],
                ["prefix-cache-scorer", { a: 0, b: 0.9 }],
            ],
        );
        assert.deepEqual(Object.fromEntries(decision!.totals), { a: 0.5, b: 2.05 });
        assert.equal(decision!.address, "10.247.0.3");
    });

    it("keeps requests apart, and reads endpoints that are written as text", () => {
        const decisions = decisionsIn(
            [
                score("queue-scorer", "llm-d-sim/a", 1, "first"),
                score("queue-scorer", "llm-d-sim/a", 0, "second"),
                line({ msg: "Request handled", endpoint: "{10.0.0.1:8200}" }, "second"),
            ].join("\n"),
        );
        assert.deepEqual(
            decisions.map(({ id, address, scores }) => [id, address, scores.get("queue-scorer")!.get("a")]),
            [
                ["first", undefined, 1],
                ["second", "10.0.0.1", 0],
            ],
        );
    });

    it("has no score below the verbosity that writes them", () => {
        const [decision] = decisionsIn(line({ msg: "Request handled", endpoint: "10.247.0.3:8200" }));
        assert.equal(decision!.scores.size, 0);
        assert.equal(decision!.address, "10.247.0.3");
    });
});
