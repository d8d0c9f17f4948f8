import { strict as assert } from "assert";
import { parseOverrides, splitPairs, splitWords } from "../../../commands/shared/overrides";
import { processorTime } from "../../support/processor";

function refusal(...pairs: string[]): string {
    try {
        parseOverrides(pairs);
    } catch (error) {
        return (error as Error).message;
    }
    throw new assert.AssertionError({ message: `${pairs.join(" ")} was read` });
}

describe("settings on a command line", () => {
    it("are YAML, merged deeply", () => {
        assert.deepEqual(parseOverrides(["extProc.enabled=true", "replicas.decode=5", "replicas.epp=2"]), {
            extProc: { enabled: true },
            replicas: { decode: 5, epp: 2 },
        });
        assert.deepEqual(parseOverrides(["routing.hostnames=[a.example, b.example]"]), {
            routing: { hostnames: ["a.example", "b.example"] },
        });
    });

    for (const text of [
        "0123",
        "1e3",
        "0x1F",
        "1.10",
        "12345678901234567890",
        "null",
        "@x",
        "a: b",
        "#c",
        "*d",
    ]) {
        it(`are text where the setting is: ${text}`, () => {
            assert.deepEqual(parseOverrides([`registry.password=${text}`]), { registry: { password: text } });
            assert.deepEqual(parseOverrides([`models.a.images.eppVersion=${text}`]), {
                models: { a: { images: { eppVersion: text } } },
            });
            assert.deepEqual(parseOverrides([`routing.headers.x-tenant=${text}`]), {
                routing: { headers: { "x-tenant": text } },
            });
        });
    }

    it("are text within objects as well", () => {
        assert.deepEqual(parseOverrides(["registry={ password: 0123, server: 1e3 }"]), {
            registry: { password: "0123", server: "1e3" },
        });
        assert.deepEqual(
            parseOverrides(["models={ a: { match: { header: { name: 007, value: 1.10 } } } }"]),
            {
                models: { a: { match: { header: { name: "007", value: "1.10" } } } },
            },
        );
    });

    it("lose the quotes around the whole of a text, and none within it", () => {
        assert.deepEqual(parseOverrides(["registry.password='a b'"]), { registry: { password: "a b" } });
        assert.deepEqual(parseOverrides([`registry.password=a"b'c`]), { registry: { password: `a"b'c` } });
        assert.deepEqual(parseOverrides([`gateway.tls.key="-----BEGIN\nx\n"`]), {
            gateway: { tls: { key: "-----BEGIN\nx\n" } },
        });
    });

    it("are refused without their value, which may be a secret", () => {
        assert.equal(
            refusal("registry={ password: @hunter2 }"),
            "--config: registry: line 1, column 13: no YAML (bad scalar start); allowed: YAML.",
        );
        assert.equal(
            refusal("registry.password:hunter2"),
            '--config: "registry.password" is not allowed; allowed: path=value, e.g. extProc.enabled=true.',
        );
        assert.ok(!refusal("=hunter2").includes("hunter2"));
        assert.ok(!refusal("registry..password=hunter2").includes("hunter2"));
        assert.match(
            refusal("replicas.decode=012"),
            /^--config: replicas\.decode: line 1, column 1: a value that Pulumi/,
        );
    });

    it("are split where white space is between them, and not within a value", () => {
        assert.deepEqual(
            splitPairs(
                `  extProc.enabled=true\treplicas={ decode: 5, epp: 2 } a='b c' d=e"f g=[ "]", 1 ]\nh="x y" `,
            ),
            [
                "extProc.enabled=true",
                "replicas={ decode: 5, epp: 2 }",
                "a='b c'",
                'd=e"f',
                'g=[ "]", 1 ]',
                'h="x y"',
            ],
        );
        assert.deepEqual(splitPairs("a={b c=d"), ["a={b", "c=d"]);
        assert.deepEqual(splitPairs("a='b c=d"), ["a='b", "c=d"]);
        assert.deepEqual(splitPairs(" "), []);
    });

    it("take long and hostile texts in little time", () => {
        for (const text of [
            `a=${"{".repeat(100_000)}`,
            `a='${"' ".repeat(50_000)}`,
            "a ".repeat(50_000),
            `"${"\\".repeat(100_001)}`,
        ]) {
            const took = processorTime(() => {
                splitPairs(text);
                splitWords(text);
            });
            assert.ok(took < 5000, `${text.slice(0, 10)}: ${String(took)} ms`);
        }
    });

    it("have flags split as a shell does, without what a shell runs", () => {
        assert.deepEqual(splitWords(`--path direct --json`), ["--path", "direct", "--json"]);
        assert.deepEqual(splitWords(`--a 'b c' "d \\" $(e)" f\\ g ;h $i \`j\``), [
            ...["--a", "b c", 'd " $(e)', "f g", ";h", "$i", "`j`"],
        ]);
        assert.deepEqual(splitWords("it's"), ["it's"]);
    });
});
