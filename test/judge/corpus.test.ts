import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { fixAll } from "../../commands/judge/fix/fix";
import { judge } from "../../commands/judge/judge";
import type { Manifest, Source } from "../../commands/judge/manifests";
import { manifestsIn, readSources } from "../../commands/judge/manifests";
import { readPackConfig } from "../../commands/judge/packConfig";
import { rules } from "../../policy/rules";
import { breaks } from "./corpus/breaks";

const folder = path.join(__dirname, "corpus");
const policy = path.join(folder, "policy.json");

describe("manifests as others render them, by judge", () => {
    const settings = readPackConfig(policy);
    const read = (source: Source) => manifestsIn(source, { namespace: "default" });
    const judged = (manifests: readonly Manifest[]) => judge(manifests, settings, false);
    const found = (source: Source) => judged(read(source)).filter(({ level }) => level === "mandatory");
    const sources = new Map(
        readSources([folder]).flatMap((source) =>
            source.file.endsWith(".yaml") ? [[path.basename(source.file), source] as const] : [],
        ),
    );

    it("are judged with the config that docs/commands.md has for them", () => {
        const page = fs.readFileSync(path.join(__dirname, "../../docs/commands.md"), "utf8");
        const blocks = [...page.matchAll(/^```json\n(.*?)^```/gms)].map(
            ([, block = ""]) => JSON.parse(block) as unknown,
        );
        assert.deepEqual(blocks, [JSON.parse(fs.readFileSync(policy, "utf8"))]);
    });

    for (const [file, source] of sources) {
        it(`are sound: ${file}`, () => {
            assert.deepEqual(
                found(source).map(({ message }) => message),
                [],
            );
            assert.ok(read(source).length >= 7);
        });
    }

    it("are each broken by something", () => {
        assert.deepEqual([...new Set(breaks.map(({ file }) => file))].sort(), [...sources.keys()].sort());
        for (const { rule } of breaks) {
            assert.ok(
                rules.some(({ name }) => name === rule),
                rule,
            );
        }
    });

    for (const { file, what, from, to, rule, line, fixed } of breaks) {
        describe(`with ${what} (${file})`, () => {
            const { text } = sources.get(file)!;
            const start = text.indexOf(from);
            const broken: Source = { file, text: text.replace(from, () => to) };

            it("are refused at the line that is wrong", () => {
                assert.ok(start >= 0, from);
                const lines = broken.text.split("\n");
                const at = found(broken)
                    .filter((judgement) => judgement.rule.name === rule)
                    .map((judgement) => judgement.at!);
                assert.ok(
                    at.some((position) => position.file === file && lines[position.line - 1]?.includes(line)),
                    JSON.stringify(found(broken).map(({ message, at: where }) => [where?.line, message])),
                );
            });

            it(fixed ? "are put right by --fix" : "are left as they are by --fix", () => {
                const result = fixAll([broken], read, judged);
                const [after] = result.sources;
                if (fixed) {
                    assert.deepEqual(found(after!), []);
                    assert.ok(result.fixed.length > 0);
                } else {
                    assert.equal(after!.text, broken.text);
                    assert.ok(found(after!).length > 0);
                }
            });
        });
    }
});
