import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import type { CacheEntry } from "../../local/toolchain/cache";
import { ensureEntries, entryFolder, fingerprint } from "../../local/toolchain/cache";
import { runCommand } from "../../local/toolchain/command";
import { temporaryFolder } from "./temporary";

describe("toolchain cache", () => {
    const root = temporaryFolder();
    const contents = "#!/bin/sh\necho tool\n";
    let made: string[];
    let lines: string[];

    beforeEach(() => {
        made = [];
        lines = [];
    });

    const report = (line: string) => {
        lines.push(line);
    };

    function tool(name: string, more: Partial<CacheEntry> = {}): CacheEntry {
        return {
            name,
            version: "v1",
            fingerprint: fingerprint(name),
            produce: async (folder) => {
                made.push(name);
                await fs.promises.writeFile(path.join(folder, name), contents, { mode: 0o755 });
            },
            ...more,
        };
    }

    async function makeOnce(entry: CacheEntry): Promise<string> {
        await ensureEntries(root(), [entry], report);
        made = [];
        lines = [];
        return path.join(entryFolder(root(), entry), entry.name);
    }

    /** Asserts that the next look makes the entry again and says why, and that the one after that does nothing. */
    async function assertMadeAgain(entry: CacheEntry, why: RegExp): Promise<void> {
        await ensureEntries(root(), [entry], report);
        assert.deepEqual(made, [entry.name]);
        assert.equal(lines.filter((line) => why.test(line)).length, 1, lines.join("\n"));
        assert.equal(fs.readFileSync(path.join(entryFolder(root(), entry), entry.name), "utf8"), contents);
        await ensureEntries(root(), [entry], report);
        assert.deepEqual(made, [entry.name]);
    }

    it("makes what is missing, in order, and shows progress", async () => {
        await ensureEntries(root(), [tool("one"), tool("two")], report);
        assert.deepEqual(made, ["one", "two"]);
        assert.match(lines.join("\n"), /\[1\/2\] Making one v1[^]*\[2\/2\] Made two v1 in \d+ s/);
    });

    it("makes two at a time, and begins nothing more once one has failed", async () => {
        let makeSecond = () => undefined as void;
        const secondBegun = new Promise<void>((resolve) => (makeSecond = resolve));
        const slow = tool("slow", {
            produce: async (folder) => {
                // Waits for the next one, which is only begun if both are made at once.
                await secondBegun;
                await fs.promises.writeFile(path.join(folder, "slow"), contents);
            },
        });
        const failing = tool("failing", {
            produce: () => {
                makeSecond();
                return Promise.reject(new Error("no luck"));
            },
        });
        await assert.rejects(ensureEntries(root(), [slow, failing, tool("third")], report), /no luck/);
        assert.ok(fs.existsSync(entryFolder(root(), slow)), "what was being made is finished and kept");
        assert.deepEqual(made, [], "the third was not begun");
    });

    it("does not make at once what shares its work", async () => {
        let working = 0;
        const alone = (name: string) =>
            tool(name, {
                shares: "module",
                produce: async (folder) => {
                    assert.equal(++working, 1);
                    await fs.promises.writeFile(path.join(folder, name), contents);
                    working--;
                },
            });
        await ensureEntries(root(), [alone("one"), alone("two"), tool("other"), alone("three")], report);
        assert.deepEqual(made, ["other"]);
        assert.equal(lines.filter((line) => / Made /.test(line)).length, 4);
    });

    it("makes nothing twice", async () => {
        const entry = tool("one");
        await makeOnce(entry);
        await ensureEntries(root(), [entry], report);
        assert.deepEqual(made, []);
        assert.deepEqual(lines, []);
    });

    it("makes an entry anew when what it depends on changes", async () => {
        await makeOnce(tool("one"));
        await ensureEntries(root(), [tool("one", { fingerprint: fingerprint("other") })], report);
        assert.deepEqual(made, ["one"]);
    });

    it("makes a truncated file again", async () => {
        const entry = tool("one");
        fs.truncateSync(await makeOnce(entry), 5);
        await assertMadeAgain(entry, /one v1 in the cache is damaged \(one is 5 bytes long instead of 20\)/);
    });

    it("makes a file of the same size with other contents again", async () => {
        const entry = tool("one");
        const file = await makeOnce(entry);
        fs.writeFileSync(file, contents.replace("tool", "evil"));
        await assertMadeAgain(entry, /one has other contents/);
    });

    it("makes a deleted file again", async () => {
        const entry = tool("one");
        fs.rmSync(await makeOnce(entry));
        await assertMadeAgain(entry, /one is missing/);
    });

    it("makes a folder whose manifest is missing or cut off again", async () => {
        const entry = tool("one");
        await makeOnce(entry);
        const manifest = path.join(entryFolder(root(), entry), "manifest.json");
        fs.truncateSync(manifest, 10);
        await assertMadeAgain(entry, /manifest is missing or unreadable/);
        made = [];
        lines = [];
        fs.rmSync(manifest);
        await assertMadeAgain(entry, /manifest is missing or unreadable/);
    });

    it("keeps a file that was only copied elsewhere and back", async () => {
        const entry = tool("one");
        const file = await makeOnce(entry);
        fs.utimesSync(file, new Date(), new Date(1_000_000));
        await ensureEntries(root(), [entry], report);
        assert.deepEqual(made, []);
    });

    it("starts over after a build that was killed half-way, and removes what it left", async () => {
        const entry = tool("one");
        const leftover = `${entryFolder(root(), entry)}.unfinished-123`;
        fs.mkdirSync(leftover, { recursive: true });
        fs.writeFileSync(path.join(leftover, "one"), "half");
        await ensureEntries(root(), [entry], report);
        assert.deepEqual(made, ["one"]);
        assert.equal(fs.existsSync(leftover), false);
    });

    it("names the step, the command and its last words when a build fails, and leaves nothing", async () => {
        const good = tool("one");
        const bad = tool("two", {
            produce: async (folder) => {
                fs.writeFileSync(path.join(folder, "two"), "half");
                const script = "seq 100; echo 'undefined: something' >&2; exit 3";
                await runCommand("/bin/sh", ["-c", script], { step: "Building two" });
            },
        });
        await assert.rejects(ensureEntries(root(), [good, bad], report), (error: Error) => {
            assert.match(error.message, /^Building two failed: exit code 3/);
            assert.match(error.message, /command: \/bin\/sh -c/);
            assert.match(error.message, /undefined: something$/);
            assert.doesNotMatch(error.message, /^ +1$/m);
            return true;
        });
        assert.equal(fs.existsSync(entryFolder(root(), bad)), false);
        assert.deepEqual(
            fs.readdirSync(root()),
            [path.basename(entryFolder(root(), good))],
            "neither a half-made folder nor a lock stays",
        );
    });

    it("lets two callers at once make each entry once", async () => {
        const slow = tool("one", {
            produce: async (folder) => {
                await new Promise((done) => setTimeout(done, 300));
                await tool("one").produce(folder);
            },
        });
        await Promise.all([
            ensureEntries(root(), [slow], report),
            ensureEntries(root(), [slow], report),
            ensureEntries(root(), [slow], report),
        ]);
        assert.deepEqual(made, ["one"]);
        assert.match(lines.join("\n"), /Waiting for process \d+/);
    });
});
