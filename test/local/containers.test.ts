import { strict as assert } from "assert";
import { execFileSync } from "child_process";
import * as fs from "fs";
import * as path from "path";
import { localRanges, nodeAddress, podAddress } from "../../local/lab/addresses";
import { cacheDir } from "../../local/paths";
import { ensureEntries } from "../../local/toolchain/cache";
import { labnet } from "../../local/toolchain/entries";
import { programPath } from "../../local/toolchain";
import { temporaryFolder } from "./temporary";

describe("a container of the lab", function () {
    this.timeout(60_000);
    const folder = temporaryFolder();
    before(async function () {
        this.timeout(10 * 60_000);
        if (process.platform !== "linux") {
            this.skip();
        }
        await ensureEntries(cacheDir, [labnet], () => undefined);
    });

    /** What a command prints in a pod of a node of its own. */
    function inPod(...command: string[]): string {
        const program = programPath(labnet);
        const root = path.join(folder(), "root");
        fs.mkdirSync(root);
        const node = JSON.stringify({ address: nodeAddress, localRanges });
        const pod = JSON.stringify({ hostname: "pod-a", address: podAddress(1), root, mounts: {} });
        return execFileSync(program, ["node", node, program, "pod", pod, ...command], { encoding: "utf8" });
    }

    it("has no capability, and gets none by whatever it starts", () => {
        const status = inPod("/bin/sh", "-c", "cat /proc/self/status");
        const value = (field: string) => new RegExp(`^${field}:\\s*(\\w+)$`, "m").exec(status)?.[1];
        for (const field of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"]) {
            assert.equal(value(field), "0000000000000000", field);
        }
        assert.equal(value("NoNewPrivs"), "1");
    });

    it("cannot mount, nor enter what is the machine's", () => {
        const script =
            "mount -t tmpfs none /tmp 2>/dev/null && echo mounted; chroot / true 2>/dev/null && echo entered; hostname";
        assert.equal(inPod("/bin/sh", "-c", script), "pod-a\n");
    });
});
