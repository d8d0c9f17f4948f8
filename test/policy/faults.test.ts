import { strict as assert } from "assert";
import { rules } from "../../policy/rules";
import { generatorsOf } from "../faults/catalogue";
import { Program } from "../faults/program";
import { readGolden } from "../faults/stacks";
import { assertGolden } from "../support/golden";
import { checkProgram } from "./support/resources";

/** The shortest first, and of those that have the same objects by other names, only one. */
const inOrder = [
    ...["scheduler", "scoring", "scoring-not-obeyed", "scoring-not-obeyed-replicated"],
    ...["scoring-pd-disaggregated", "scoring-everything", "scoring-own-site"],
    ...["scoring-oldest-versions", "scoring-newest-read", "scoring-precise"],
];

/**
 * What each rule says of each fault of the catalogue, word for word, in the first mode that can have it. That it says so in
 * every mode, asked as the engine asks it, is what mutate.test.ts holds it to.
 */
describe("the catalogue of faults, by what the rules say", () => {
    const said = new Map<string, Record<string, string[]>>(rules.map(({ name }) => [name, {}]));

    before(function () {
        for (const mode of inOrder) {
            const program = Program.of(readGolden(mode));
            const plain = new Map(
                rules.map((rule) => [rule.name, new Set(checkProgram(rule, program.toResources()))]),
            );
            for (const mutation of generatorsOf(mode).flatMap((make) => [...make(program, mode)])) {
                const rule = rules.find(({ name }) => name === mutation.rule);
                const known = said.get(mutation.rule ?? "");
                if (rule === undefined || known === undefined || mutation.title in known) {
                    continue;
                }
                const copy = program.clone();
                mutation.apply(copy);
                known[mutation.title] = checkProgram(rule, copy.toResources()).filter(
                    (finding) => !plain.get(rule.name)?.has(finding),
                );
            }
        }
    });

    for (const { name } of rules) {
        it(`says of ${name} what test/golden/faults/${name}.yaml has`, () => {
            const findings = said.get(name) ?? {};
            assert.deepEqual(
                Object.keys(findings).filter((title) => findings[title]?.length === 0),
                [],
            );
            assertGolden(`faults/${name}`, findings);
        });
    }
});
