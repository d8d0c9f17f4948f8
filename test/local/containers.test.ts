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

/** Makes a pod's network, as its first container does, and runs a container in it. */
const inNetwork = `
"$0" network "$1" > "$2" & holder=$!
until [ -s "$2" ]; do sleep 0.1; done
pod=$(printf %s "$3" | sed "s#NETWORK#/proc/$holder/ns/net#")
shift 3
"$0" pod "$pod" "$@"; code=$?
kill -9 $holder
exit $code`;

describe("a container of the lab", function () {
    const folder = temporaryFolder();
    before(async function () {
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
        const network = JSON.stringify({ address: podAddress(1) });
        const pod = JSON.stringify({ hostname: "pod-a", network: "NETWORK", root, mounts: {} });
        const shell = ["/bin/sh", "-c", inNetwork, program, network, path.join(root, "../ready"), pod];
        return execFileSync(program, ["node", node, ...shell, ...command], { encoding: "utf8" });
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
