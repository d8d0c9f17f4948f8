import { strict as assert } from "assert";
import { spawn } from "child_process";
import { execa } from "execa";
import * as fs from "fs";
import * as net from "net";
import * as path from "path";
import { controlPlaneStatus, startControlPlane, stopControlPlane } from "../../local/controlplane";
import type { PortName } from "../../local/controlplane/ports";
import { portNames, rememberedPorts, settlePorts } from "../../local/controlplane/ports";
import { prepareStateFolder, stateLayout, writePrivateFile } from "../../local/controlplane/stateFolder";
import { npmRun } from "../../commands/shared/npmRun";
import { projectRoot } from "../../local/paths";
import type { Toolchain } from "../../local/toolchain";
import { processIdentity } from "../../local/toolchain/processIdentity";
import { temporaryFolder } from "./temporary";

describe("control plane ports", () => {
    const folder = temporaryFolder();
    const file = () => path.join(folder(), "ports.json");
    const nothingRuns = () => false;

    async function occupy(port: number): Promise<net.Server> {
        return new Promise((resolve) => {
            const server = net.createServer();
            server.listen(port, "127.0.0.1", () => resolve(server));
        });
    }

    it("are chosen once, all different, and remembered", async () => {
        const ports = await settlePorts(file(), nothingRuns);
        assert.equal(new Set(Object.values(ports)).size, portNames.length);
        assert.deepEqual(await settlePorts(file(), nothingRuns), ports);
        assert.deepEqual(rememberedPorts(file()), ports);
    });

    it("are replaced when another program took them, and only those", async () => {
        const before = await settlePorts(file(), nothingRuns);
        const intruder = await occupy(before.etcd);
        try {
            const after = await settlePorts(file(), nothingRuns);
            assert.notEqual(after.etcd, before.etcd);
            assert.deepEqual({ ...after, etcd: before.etcd }, before);
        } finally {
            intruder.close();
        }
    });

    it("are kept when it is our own process that listens on them", async () => {
        const before = await settlePorts(file(), nothingRuns);
        const ourselves = await occupy(before.kwok);
        try {
            assert.deepEqual(await settlePorts(file(), (name: PortName) => name === "kwok"), before);
        } finally {
            ourselves.close();
        }
    });

    it("are chosen anew where the memory of them is damaged", async () => {
        for (const damage of ["", "{", "null", "[]", '{"etcd":"80"}', '{"etcd":99999}']) {
            fs.writeFileSync(file(), damage);
            assert.deepEqual(rememberedPorts(file()), {}, damage);
            await settlePorts(file(), nothingRuns);
            assert.equal(Object.keys(rememberedPorts(file())).length, portNames.length);
        }
    });
});

describe("control plane state folder", () => {
    const parent = temporaryFolder();
    const folder = () => path.join(parent(), "state");
    const mode = (file: string) => fs.statSync(file).mode & 0o777;

    it("is its owner's only", () => {
        prepareStateFolder(folder());
        assert.equal(mode(folder()), 0o700);
        const file = path.join(folder(), "secret");
        writePrivateFile(file, "one");
        writePrivateFile(file, "two");
        assert.equal(mode(file), 0o600);
        assert.equal(fs.readFileSync(file, "utf8"), "two");
    });

    it("is not made where somebody's files are, nor are those ever deleted", async () => {
        fs.mkdirSync(folder());
        fs.writeFileSync(path.join(folder(), "thesis.tex"), "");
        const foreign = /is not an embedded control plane's folder: it holds thesis\.tex/;
        const options = { toolchain: {} as Toolchain, stateDir: folder(), report: () => undefined };
        await assert.rejects(startControlPlane(options), foreign);
        await assert.rejects(stopControlPlane(folder()), foreign);
        assert.deepEqual(fs.readdirSync(folder()), ["thesis.tex"]);
    });

    for (const command of ["up", "verify", "status", "down"]) {
        it(`is nobody else's: make ${command} refuses it before it reads or ends what is there`, async function () {
            const own = spawn(process.execPath, ["-e", "setInterval(() => undefined, 1000)"]);
            try {
                const record = { pid: own.pid, identity: processIdentity(own.pid!), fingerprint: "x" };
                const file = path.join(folder(), "run", "lab.json");
                fs.mkdirSync(path.dirname(file), { recursive: true });
                fs.writeFileSync(file, JSON.stringify(record));
                fs.writeFileSync(path.join(folder(), "outputs.json"), "{}");
                const { exitCode, stderr } = await execa(
                    process.execPath,
                    [...npmRun("local/cli.ts"), command],
                    { env: { LLMD_LOCAL_STATE: folder() }, cwd: projectRoot, reject: false },
                );
                assert.equal(exitCode, 1);
                assert.match(
                    stderr,
                    /is not an embedded control plane's folder: it holds outputs\.json, run/,
                );
                assert.equal(own.exitCode ?? own.signalCode, null);
                assert.ok(fs.existsSync(file));
            } finally {
                own.kill();
            }
        });
    }

    it("is no file", () => {
        fs.writeFileSync(folder(), "");
        assert.throws(
            () => prepareStateFolder(folder()),
            /state is no folder\. Name an empty or a new folder/,
        );
    });

    it("is deleted with everything, also after a deletion that was interrupted", async () => {
        prepareStateFolder(folder());
        prepareStateFolder(folder());
        fs.rmSync(stateLayout(folder()).run, { recursive: true });
        await stopControlPlane(folder());
        assert.deepEqual(fs.readdirSync(parent()), []);
        await stopControlPlane(folder());
        assert.deepEqual(fs.readdirSync(parent()), []);
    });

    it("tells that nothing was started", async () => {
        const status = await controlPlaneStatus(folder());
        assert.equal(status.state, "absent");
        assert.deepEqual(
            status.components.map(({ running, healthy }) => ({ running, healthy })),
            Array.from({ length: 5 }, () => ({ running: false, healthy: false })),
        );
        prepareStateFolder(folder());
        assert.equal((await controlPlaneStatus(folder())).state, "stopped");
    });
});
