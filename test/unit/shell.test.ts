import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import * as fc from "fast-check";
import { shellCommand, shellWord } from "../../components/shell";
import { runProgram } from "../support/mocks";

/** The words that a shell makes of a command line. */
function readByShell(commandLine: string): string[] {
    const printed = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${commandLine}`], { encoding: "utf8" });
    return printed.split("\0").slice(0, -1);
}

describe("a command for a shell", () => {
    it("is read there as the words that it is made of, whatever is in them", () => {
        const hostile = ["", " ", "a b", "'", "it's", '"', "$HOME", "$(id)", "`id`", ";", "a\nb", "~", "*"];
        const assignments = ["A=b", "#", "{a,b}", "!", "\\", "a\\", "[a]", "<", "&", "|", "é", "%", "-n"];
        const words = [...hostile, ...assignments];
        assert.deepEqual(readByShell(shellCommand(words)), words);
        fc.assert(
            fc.property(
                fc.array(
                    fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\0")),
                    {
                        ...{ minLength: 200, maxLength: 200 },
                    },
                ),
                (texts) => assert.deepEqual(readByShell(shellCommand(texts)), texts),
            ),
            { numRuns: 10 },
        );
    });

    it("is the program that its first word names, also where that looks like a variable", () => {
        assert.equal(shellWord("PATH=/tmp"), "'PATH=/tmp'");
    });

    it("has no quotes where none are needed", () => {
        const plain = "kubectl --context=a -n b port-forward service/c 8080:80 http://10.0.0.1:80/v1?";
        assert.equal(shellCommand(plain.slice(0, -1).split(" ")), plain.slice(0, -1));
    });

    it("is what the stack gives as a request to try, whatever its headers are made of", async () => {
        const tenant = `it's "$(id)";`;
        const { outputs } = await runProgram({
            routing: { headers: { "x-tenant": tenant }, hostnames: ["*.example.com"] },
        });
        const { schedulerPath } = outputs as { schedulerPath: { address: string; curl: string } };
        const words = readByShell(schedulerPath.curl);
        assert.equal(words[2], `${schedulerPath.address}/v1/completions`);
        assert.ok(words.includes(`x-tenant: ${tenant}`));
        assert.ok(words.includes("Host: *.example.com"));
    });
});
