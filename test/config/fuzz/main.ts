import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { startControlPlane, stopControlPlane } from "../../../local/controlplane";
import { ensureToolchain } from "../../../local/toolchain";
import { runCampaign } from "./campaign";
import { ApiServer } from "./judge";

/** `npm run settings:fuzz -- [accepted] [seed]`: fails where the API server refuses what the settings accept. */
async function main(): Promise<void> {
    const [accepted = 500, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
    const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-settings-fuzz-"));
    const report = (line: string) => console.error(line);
    try {
        const toolchain = await ensureToolchain(report);
        const { kubeconfig } = await startControlPlane({ toolchain, stateDir, report });
        const server = await ApiServer.open(kubeconfig);
        const findings = await runCampaign(server, accepted, seed);
        server.close();
        for (const { settings, ...what } of [...findings.refusals, ...findings.crashes]) {
            console.log(JSON.stringify(what, undefined, 2));
            console.log(JSON.stringify(settings).slice(0, 5000));
        }
        console.log(`seed ${String(seed)}, crashed ${String(findings.crashes.length)}`);
        console.log(
            `accepted ${String(findings.accepted)} (of ${String(findings.made)}), refused by the API server ${String(findings.refusals.length)}`,
        );
        process.exitCode = findings.refusals.length + findings.crashes.length === 0 ? 0 : 1;
    } finally {
        await stopControlPlane(stateDir);
    }
}

void main();
