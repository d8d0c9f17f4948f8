import { strict as assert } from "assert";
import { stringify } from "yaml";
import { judge, ownSettings } from "../../commands/judge/judge";
import { manifestsIn } from "../../commands/judge/manifests";
import { rules } from "../../policy/rules";
import { generatorsOf } from "../faults/catalogue";
import { Program } from "../faults/program";
import type { PlainResource } from "../policy/support/pack";
import { Pack } from "../policy/support/pack";
import { runProgram } from "../support/mocks";
import { modes } from "../support/modes";

/** Of the changes that break a program, every so many is judged: all of them take the pack minutes. */
const step = 45;

describe("judge of rendered manifests", function () {
    let pack: Pack;

    before(async () => {
        pack = await Pack.start();
    });
    after(() => {
        pack.stop();
    });

    const objectsIn = (program: Program): PlainResource[] =>
        program.toResources().filter(({ type }) => type.startsWith("kubernetes:"));

    function byJudge(resources: readonly PlainResource[]): string[] {
        const text = resources.map(({ props }) => stringify(props)).join("---\n");
        return (
            judge(manifestsIn({ file: "rendered.yaml", text }, { namespace: "default" }), ownSettings, true)
                // The one rule that the pack has not: an API server checks what the engine is about to create.
                .filter(({ rule }) => rules.includes(rule))
                .map(({ rule, level, message }) => `${rule.name} ${level} ${message}`)
                .sort()
        );
    }

    /** The description of a policy stands before the message of a violation at the policy's own level. */
    async function byPack(resources: readonly PlainResource[]): Promise<string[]> {
        const descriptions = new Map(rules.map(({ name, description }) => [name, description]));
        return (await pack.judge(resources))
            .map(({ policy, level, message }) => {
                const description = `${descriptions.get(policy)!}\n`;
                const own = message.startsWith(description) ? message.slice(description.length) : message;
                return `${policy} ${level} ${own}`;
            })
            .sort();
    }

    for (const [mode, config] of Object.entries(modes)) {
        it(`says what the pack says through the engine, of the mode ${mode} and of what breaks it`, async () => {
            const program = Program.of(await runProgram(config));
            const changes = generatorsOf(mode).flatMap((generate) => [...generate(program, mode)]);
            let told = 0;
            for (const change of [undefined, ...changes.filter((_, position) => position % step === 0)]) {
                const copy = program.clone();
                change?.apply(copy);
                const found = byJudge(objectsIn(copy));
                assert.deepEqual(found, await byPack(objectsIn(copy)), change?.title);
                told += found.length;
            }
            assert.ok(told > 0);
        });
    }
});
