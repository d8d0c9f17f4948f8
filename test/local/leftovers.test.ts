import { strict as assert } from "assert";
import { spawn } from "child_process";
import { once } from "events";
import * as fs from "fs";
import * as path from "path";
import { prepareStateFolder } from "../../local/controlplane";
import { endLeftovers, killLeftovers } from "../support/leftovers";
import { temporaryFolder } from "./temporary";

describe("what tests leave behind", () => {
    const folder = temporaryFolder();

    it("is nothing where there is nothing", async () => {
        fs.mkdirSync(path.join(folder(), "a", "run"), { recursive: true });
        assert.deepEqual(await endLeftovers(folder()), []);
        assert.deepEqual(await killLeftovers(folder()), []);
    });

    it("is found as a control plane's folder, and ended", async () => {
        const state = path.join(folder(), "a", "state");
        prepareStateFolder(state);
        assert.deepEqual(await endLeftovers(folder()), [state]);
        assert.ok(!fs.existsSync(state));
    });

    it("is found as a process, told without its environment, and killed", async () => {
        const env = { PATH: process.env.PATH, HOME: folder() };
        const child = spawn("sleep", ["61"], { env, detached: true, stdio: "ignore" });
        const ended = once(child, "exit");
        assert.deepEqual(await killLeftovers(folder()), ["sleep 61"]);
        assert.deepEqual(await ended, [null, "SIGKILL"]);
    });
});
