import { spawn } from "child_process";
import * as net from "net";
import { npmRun } from "../../commands/shared/npmRun";
import { readJson } from "../controlplane/stateFolder";
import { localRanges, nodeAddress } from "./addresses";
import { connectThrough, join, relayFromSocket } from "./agent/relay";
import type { Entrances, SupervisorOptions } from "./options";

/** How often the file of entrances is looked at, in milliseconds. */
const lookInterval = 200;

/**
 * The lab's part on the machine's own network: keeps the ways in and out open, and runs the node in a network
 * namespace. The node, and with it everything in the lab, ends with this process.
 */
async function main(): Promise<void> {
    const { agent, entrancesFile } = JSON.parse(process.argv[2] ?? "") as SupervisorOptions;
    await relayFromSocket(agent.apiServerSocket, agent.apiServerPort);
    const opened = new Set<string>();
    setInterval(() => {
        for (const [place, port] of Object.entries((readJson(entrancesFile) ?? {}) as Entrances)) {
            if (!opened.has(place)) {
                opened.add(place);
                openEntrance(place, port, agent.egressSocket);
            }
        }
    }, lookInterval);
    const node = spawn(
        agent.tools.labnet,
        [
            "node",
            JSON.stringify({ address: nodeAddress, localRanges }),
            ...[process.execPath, ...npmRun("local/lab/agent/main.ts"), JSON.stringify(agent)],
        ],
        { stdio: "inherit" },
    );
    process.once("SIGTERM", () => node.kill("SIGTERM"));
    node.once("exit", (code) => process.exit(code ?? 1));
}

function openEntrance(place: string, port: number, egressSocket: string): void {
    const server = net.createServer((client) => {
        client.on("error", () => undefined);
        connectThrough(egressSocket, place).then(
            (stream) => join(client, stream),
            () => client.resetAndDestroy(),
        );
    });
    server.on("error", (error) => {
        console.error(`Port ${String(port)} cannot lead to ${place}: ${error.message}`);
    });
    server.listen(port, "127.0.0.1");
}

main().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
});
