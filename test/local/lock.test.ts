import { strict as assert } from "assert";
import { spawnSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { withLock } from "../../local/toolchain/lock";
import { processIdentity } from "../../local/toolchain/processIdentity";
import { temporaryFolder } from "./temporary";

describe("lock", () => {
    const folder = temporaryFolder();
    const file = () => path.join(folder(), "below", "lock");
    const notWaiting = () => assert.fail("waited for a lock that nobody holds");

    function leaveBehind(owner: unknown): void {
        fs.mkdirSync(path.dirname(file()), { recursive: true });
        fs.writeFileSync(file(), typeof owner === "string" ? owner : JSON.stringify(owner));
    }

    it("is held by one at a time and released at the end", async () => {
        let inside = 0;
        let most = 0;
        const work = async () => {
            inside++;
            most = Math.max(most, inside);
            await new Promise((done) => setTimeout(done, 20));
            inside--;
        };
        await Promise.all(Array.from({ length: 4 }, () => withLock(file(), () => undefined, work)));
        assert.equal(most, 1);
        assert.deepEqual(fs.readdirSync(path.dirname(file())), []);
    });

    it("is released when the work fails", async () => {
        await assert.rejects(
            withLock(file(), notWaiting, () => Promise.reject(new Error("no"))),
            /no/,
        );
        assert.equal(await withLock(file(), notWaiting, () => Promise.resolve(7)), 7);
    });

    it("is taken over from a process that died", async () => {
        const { pid } = spawnSync("true");
        leaveBehind({ pid, identity: "boot 1", nonce: "n" });
        await withLock(file(), notWaiting, () => Promise.resolve());
    });

    it("is taken over when its owner's pid is by now another process's", async () => {
        leaveBehind({ pid: process.pid, identity: "another life", nonce: "n" });
        await withLock(file(), notWaiting, () => Promise.resolve());
    });

    it("is taken over when it is damaged", async () => {
        leaveBehind("{");
        await withLock(file(), notWaiting, () => Promise.resolve());
    });

    it("is not taken from a process that lives, whose pid is told", async () => {
        leaveBehind({ pid: process.pid, identity: processIdentity(process.pid), nonce: "n" });
        let told: number | undefined;
        const waiting = (pid: number) => {
            told = pid;
            setTimeout(() => fs.rmSync(file()), 50);
        };
        await withLock(file(), waiting, () => Promise.resolve());
        assert.equal(told, process.pid);
    });

    it("is taken over by one only, even when many see the same dead owner", async () => {
        leaveBehind({ pid: process.pid, identity: "another life", nonce: "n" });
        let inside = 0;
        let most = 0;
        const work = async () => {
            most = Math.max(most, ++inside);
            await new Promise((done) => setTimeout(done, 5));
            inside--;
        };
        await Promise.all(Array.from({ length: 5 }, () => withLock(file(), () => undefined, work)));
        assert.equal(most, 1);
    });
});
