import * as fs from "fs";
import * as https from "https";
import * as path from "path";
import type { ServerResponse } from "http";
import { nodeAddress } from "../addresses";

/** Port of a kubelet's own server. */
export const nodeServerPort = 10250;

/** How often a log that is followed is looked at, in milliseconds. */
const lookInterval = 200;

/** Where the node keeps what its pods say: one file a container, through all of its restarts. */
export function podLogFile(logsFolder: string, namespace: string, pod: string, container: string): string {
    return path.join(logsFolder, `${namespace}_${pod}_${container}.log`);
}

/**
 * Serves what the API server asks a kubelet for when somebody runs `kubectl logs`: the whole log, its last lines
 * (`tailLines`), and what comes (`follow`). Lines have no times of the runtime's own, so that nothing can be asked by time.
 */
export async function serveNode(
    logsFolder: string,
    certificate: { cert: string; key: string },
): Promise<void> {
    const pair = { cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) };
    const server = https.createServer(pair, (request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? "", "https://node");
        const [, action, namespace = "", pod = "", container = ""] = pathname.split("/");
        if (action !== "containerLogs") {
            response.writeHead(501).end("The lab's node serves logs only.\n");
            return;
        }
        const unknown = ["sinceSeconds", "sinceTime", "timestamps", "previous"].filter((name) =>
            [null, "false"].every((value) => searchParams.get(name) !== value),
        );
        if (unknown.length > 0) {
            response.writeHead(400).end(`The lab's node cannot give logs by ${unknown.join(", ")}.\n`);
            return;
        }
        const lines = searchParams.get("tailLines");
        sendLog(response, podLogFile(logsFolder, namespace, pod, container), {
            lines: lines === null ? undefined : Number(lines),
            follow: searchParams.get("follow") === "true",
        });
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(nodeServerPort, nodeAddress, resolve);
    });
}

function sendLog(
    response: ServerResponse,
    file: string,
    { lines, follow }: { lines: number | undefined; follow: boolean },
): void {
    const log = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.write(lines === undefined ? log : lastLines(log, lines));
    if (!follow) {
        response.end();
        return;
    }
    let sent = log.length;
    const ticker = setInterval(() => {
        const size = fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
        if (size > sent) {
            const more = fs.readFileSync(file).subarray(sent);
            sent += more.length;
            response.write(more);
        }
    }, lookInterval);
    response.once("close", () => clearInterval(ticker));
}

function lastLines(log: Buffer, count: number): Buffer {
    let start = log.length;
    for (let found = 0; start > 0; start--) {
        // The line break that ends the last line starts none.
        if (log[start - 1] === 10 && start < log.length && ++found === count) {
            break;
        }
    }
    return count === 0 ? Buffer.alloc(0) : log.subarray(start);
}
