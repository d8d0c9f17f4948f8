import * as fs from "fs";
import * as https from "https";
import * as path from "path";
import type { ServerResponse } from "http";
import { nodeAddress } from "../addresses";
import { LogTimes } from "./logTimes";

/** Port of a kubelet's own server. */
export const nodeServerPort = 10250;

/** How often a log that is followed is looked at, in milliseconds. */
const lookInterval = 200;

/** Where the node keeps what its pods say: one file a container, through all of its restarts. */
export function podLogFile(logsFolder: string, namespace: string, pod: string, container: string): string {
    return path.join(logsFolder, `${namespace}_${pod}_${container}.log`);
}

/**
 * Serves what the API server asks a kubelet for when somebody runs `kubectl logs`: the whole log, what was said since a time
 * (`sinceTime`, `sinceSeconds`), its last lines (`tailLines`), and what comes (`follow`). Lines have no times of the
 * runtime's own, so that none can be shown.
 */
export async function serveNode(
    logsFolder: string,
    certificate: { cert: string; key: string },
): Promise<void> {
    const times = new LogTimes(logsFolder);
    times.start();
    const pair = { cert: fs.readFileSync(certificate.cert), key: fs.readFileSync(certificate.key) };
    const server = https.createServer(pair, (request, response) => {
        const { pathname, searchParams } = new URL(request.url ?? "", "https://node");
        const [, action, namespace = "", pod = "", container = ""] = pathname.split("/");
        if (action !== "containerLogs") {
            response.writeHead(501).end("The lab's node serves logs only.\n");
            return;
        }
        const unknown = ["timestamps", "previous"].filter((name) =>
            [null, "false"].every((value) => searchParams.get(name) !== value),
        );
        if (unknown.length > 0) {
            response.writeHead(400).end(`The lab's node cannot give logs by ${unknown.join(", ")}.\n`);
            return;
        }
        const file = podLogFile(logsFolder, namespace, pod, container);
        const since = sinceOf(searchParams);
        const start = since === undefined ? 0 : times.offsetSince(file, since);
        if (start === undefined) {
            response.writeHead(400).end("The lab's node does not know what was said so long ago.\n");
            return;
        }
        const lines = searchParams.get("tailLines");
        sendLog(response, file, {
            start,
            lines: lines === null ? undefined : Number(lines),
            follow: searchParams.get("follow") === "true",
        });
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(nodeServerPort, nodeAddress, resolve);
    });
}

/** The time that a log is asked for since, in milliseconds since 1970. */
function sinceOf(parameters: URLSearchParams): number | undefined {
    const time = parameters.get("sinceTime");
    const seconds = parameters.get("sinceSeconds");
    if (time !== null) {
        return Date.parse(time);
    }
    return seconds === null ? undefined : Date.now() - Number(seconds) * 1000;
}

function sendLog(
    response: ServerResponse,
    file: string,
    { start, lines, follow }: { start: number; lines: number | undefined; follow: boolean },
): void {
    const log = fs.existsSync(file) ? fs.readFileSync(file) : Buffer.alloc(0);
    const asked = log.subarray(start);
    response.writeHead(200, { "Content-Type": "text/plain" });
    response.write(lines === undefined ? asked : lastLines(asked, lines));
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
