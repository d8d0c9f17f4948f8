import { strict as assert } from "assert";
import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { readSettingsFile, readSettingsYaml } from "../../../commands/shared/settingsYaml";

function refusal(text: string): string {
    try {
        readSettingsYaml(text);
    } catch (error) {
        return (error as Error).message;
    }
    throw new assert.AssertionError({ message: `${text} was read` });
}

const differently =
    "a value that Pulumi reads as another one than YAML 1.2 does is not allowed; allowed: text in quotes, or a decimal number without leading zeros and underscores.";

describe("YAML of settings", () => {
    // Left: what gopkg.in/yaml.v3 3.0.1 makes of it in Go.
    for (const [text, theirs] of [
        ["012", "10"],
        ["-012", "-10"],
        ["1_0", "10"],
        ["1_000.5", "1000.5"],
        ["0b11", "3"],
        ["0X1F", "31"],
        ["-0x1F", "-31"],
        ["0O17", "15"],
        ["2026-01-31", "a time"],
        ["0xfffffffffffffffff", "text"],
        [".5_0", "0.5"],
        ["1e400", "text"],
    ] as const) {
        it(`refuses ${text}, which is ${theirs} for Pulumi`, () => {
            assert.equal(refusal(`a:\n  b: ${text}`), `line 2, column 6: ${differently}`);
            assert.equal(refusal(`[1, ${text}]`), `line 1, column 5: ${differently}`);
            assert.equal(refusal(`${text}: 1`), `line 1, column 1: ${differently}`);
        });
    }

    it("reads what both read alike, with the value that both give it", () => {
        const both = {
            "0": 0,
            "10": 10,
            "+5": 5,
            "-7": -7,
            "08": 8,
            "0x1F": 31,
            "0o17": 15,
            "1e3": 1000,
            "1.10": 1.1,
            ".5": 0.5,
            "1.": 1,
            true: true,
            False: false,
            yes: "yes",
            on: "on",
            null: null,
            "~": null,
            "": null,
            "1_x": "1_x",
            "v1.2.3": "v1.2.3",
            "'012'": "012",
            '"1_0"': "1_0",
            "!!str 012": "012",
            "12:30": "12:30",
            "0o8": "0o8",
        };
        for (const [text, value] of Object.entries(both)) {
            assert.deepEqual(readSettingsYaml(`a: ${text}`), { a: value }, text);
        }
        assert.deepEqual(readSettingsYaml("a: &x { b: 1 }\nc: { <<: *x, d: 2 }"), {
            a: { b: 1 },
            c: { b: 1, d: 2 },
        });
    });

    it("takes plain scalars as they are written where text belongs", () => {
        const isText = (path: readonly string[]) => path.at(-1) === "password";
        assert.deepEqual(readSettingsYaml("a: { password: 0123, n: 1e3 }", isText), {
            a: { password: "0123", n: 1000 },
        });
    });

    for (const [what, text, message] of [
        ["what contains itself", "a: &x\n  b: *x", "line 2, column 6: an alias of what it stands in"],
        ["a broken line", "a: hunter2: x", "line 1, column 4: no YAML (block as implicit key)"],
        ["an alias of nothing", "password: *hunter2", "line 1, column 11: an alias of nothing"],
        ["a tag", "a: !hunter2 x", "line 1, column 13: a tag"],
        ["an object as a key", "{ a: 1 }: 2", "line 1, column 1: a list or an object as a key"],
        ["an empty key", "~: 2", "line 1, column 1: an empty key"],
        [
            "an alias bomb",
            [..."abcdefghij"].reduce(
                (lines, key, index, keys) =>
                    `${lines}\n${key}: &${key} [${Array.from({ length: 9 }, () => (index === 0 ? "x" : `*${keys[index - 1]!}`)).join(", ")}]`,
                "",
            ),
            "line 1, column 1: more aliases",
        ],
    ] as const) {
        it(`refuses ${what}, and says where and not what`, () => {
            const said = refusal(text);
            assert.ok(said.startsWith(message), said);
            assert.ok(!said.includes("hunter2"), said);
        });
    }

    describe("in a file", () => {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-settings-yaml-"));
        const file = path.join(folder, "Pulumi.test.yaml");
        after(() => fs.rmSync(folder, { recursive: true }));

        for (const [what, bytes] of Object.entries({
            "UTF-16 with its mark": Buffer.from("\ufeffpassword: hunter2", "utf16le"),
            "UTF-16 without": Buffer.from("password: hunter2", "utf16le"),
            "Latin-1": Buffer.from("password: é", "latin1"),
        })) {
            it(`is refused in ${what}, without a word of it`, () => {
                fs.writeFileSync(file, bytes);
                assert.throws(() => readSettingsFile(file), {
                    message: "a file that is no UTF-8 text is not allowed; allowed: YAML in UTF-8.",
                });
            });
        }

        it("is read with UTF-8's mark", () => {
            fs.writeFileSync(file, "\ufeffa: é");
            assert.deepEqual(readSettingsYaml(readSettingsFile(file)), { a: "é" });
        });
    });
});
