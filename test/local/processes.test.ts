import { strict as assert } from "assert";
import { spawn, spawnSync } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as path from "path";
import { setTimeout as sleep } from "timers/promises";
import { shellWord } from "../../components/shell";
import type { ProcessSpec } from "../../local/controlplane/processes";
import { end, findRunning, lastLines, launch, residentMemory } from "../../local/controlplane/processes";
import { runCommand } from "../../local/toolchain/command";
import { goEnvironment } from "../../local/toolchain/go";
import { isRunning, processIdentity } from "../../local/toolchain/processIdentity";
import { eventually } from "../support/eventually";
import { runAndKill } from "./killed";
import { temporaryFolder } from "./temporary";

describe("recorded processes", () => {
    const folder = temporaryFolder();
    const spec = (script: string): ProcessSpec => ({
        executable: "/bin/sh",
        args: ["-c", script],
        env: { PATH: "/usr/bin:/bin", ONLY: "this" },
        cwd: folder(),
        logFile: path.join(folder(), "log"),
        recordFile: path.join(folder(), "record.json"),
        fingerprint: "f",
    });

    it("are launched with their record, log, environment and folder, and ended", async () => {
        const process = spec("pwd; env | grep ONLY; while :; do sleep 0.1; done");
        const record = await launch(process);
        assert.deepEqual(findRunning(process.recordFile), record);
        await eventually("its output", () => lastLines(process.logFile, 5).length >= 2);
        assert.deepEqual(lastLines(process.logFile, 5), [fs.realpathSync(folder()), "ONLY=this"]);
        assert.equal(fs.statSync(process.logFile).mode & 0o777, 0o600);
        assert.equal(fs.statSync(process.recordFile).mode & 0o777, 0o600);
        await end(process.recordFile, 2000);
        assert.equal(isRunning(record.pid, record.identity), false);
        assert.equal(fs.existsSync(process.recordFile), false);
    });

    it("are killed when they do not end by themselves", async () => {
        const process = spec("trap '' TERM; echo ready; while :; do sleep 0.1; done");
        const record = await launch(process);
        await eventually("its output", () => lastLines(process.logFile, 1).length > 0);
        await end(process.recordFile, 200);
        assert.equal(isRunning(record.pid, record.identity), false);
    });

    it("keep the log of the run before", async () => {
        const process = spec("echo $$; exec sleep 60");
        for (let run = 0; run < 2; run++) {
            await launch(process);
            await eventually("its output", () => lastLines(process.logFile, 1).length > 0);
            await end(process.recordFile, 2000);
        }
        assert.equal(lastLines(process.logFile, 5).length, 1);
        assert.equal(lastLines(`${process.logFile}.previous`, 5).length, 1);
    });

    it("are not taken for another process that has their pid by now", async () => {
        const bystander = spawn("sleep", ["60"]);
        try {
            await once(bystander, "spawn");
            const pid = bystander.pid ?? 0;
            const { recordFile } = spec("");
            fs.writeFileSync(recordFile, JSON.stringify({ pid, identity: "another life", fingerprint: "f" }));
            assert.equal(findRunning(recordFile), undefined);
            await end(recordFile, 100);
            assert.notEqual(processIdentity(pid), undefined, "the bystander lives");
        } finally {
            bystander.kill();
        }
    });

    it("are unknown where their record is missing or damaged", () => {
        const { recordFile } = spec("");
        assert.equal(findRunning(recordFile), undefined);
        for (const damage of ["", "{", "null", "7", '{"pid":"1"}']) {
            fs.writeFileSync(recordFile, damage);
            assert.equal(findRunning(recordFile), undefined, damage);
        }
    });

    it("do not count as running when they are zombies", async () => {
        const parent = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60"]);
        try {
            const [output] = (await once(parent.stdout, "data")) as [Buffer];
            const child = Number(output.toString());
            await eventually("the child's end", () => processIdentity(child) === undefined);
        } finally {
            parent.kill();
        }
    });

    it("count as running until their last thread has ended: it holds their ports", async function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        const source = path.join(folder(), "main.go");
        fs.writeFileSync(
            source,
            `package main
            import ("fmt"; "runtime"; "syscall"; "time")
            func init() { runtime.LockOSThread() }
            func main() {
                go func() { fmt.Println("one left"); time.Sleep(time.Minute) }()
                syscall.RawSyscall(syscall.SYS_EXIT, 0, 0, 0)
            }`,
        );
        const executable = path.join(folder(), "threads");
        await runCommand("go", ["build", "-o", executable, source], {
            step: "Building a program",
            env: await goEnvironment(),
        });
        const child = spawn(executable);
        try {
            const exited = once(child, "exit");
            await once(child.stdout, "data");
            const pid = child.pid ?? 0;
            await eventually("the end of its main thread", () =>
                fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(" Z "),
            );
            assert.notEqual(processIdentity(pid), undefined);
            child.kill("SIGKILL");
            await exited;
            assert.equal(processIdentity(pid), undefined);
        } finally {
            child.kill("SIGKILL");
        }
    });

    it("tell how much memory they use", () => {
        assert.ok((residentMemory(process.pid) ?? 0) > 10_000_000);
        assert.equal(residentMemory(spawnSync("true").pid), undefined);
    });

    it("never run without a record, whenever whoever launches them is killed", async function () {
        for (const delay of [0, 1, 2, 4, 8, 16]) {
            const ran = path.join(folder(), `ran-${delay}`);
            const process = spec(`echo $$ > ${shellWord(ran)}; exec sleep 60`);
            const script = [
                `const { launch } = require("./local/controlplane/processes");`,
                `console.log("go");`,
                `launch(${JSON.stringify(process)});`,
            ].join("");
            await runAndKill(script, delay);
            const ranWithRecord = () =>
                fs.existsSync(ran) === (findRunning(process.recordFile) !== undefined);
            await sleep(100);
            // On a busy machine it takes its time to run, or to give up.
            await eventually(`a run with a record, or none, when killed after ${delay} ms`, ranWithRecord);
            await end(process.recordFile, 1000);
        }
    });
});
