import { spawn } from "child_process";
import * as fs from "fs";
import * as http from "http";
import { text } from "stream/consumers";

/** A program of this machine that is to run in the node's network, as somebody's on the node's own shell would. */
export interface Guest {
    command: string[];
    /** All of its environment. */
    env: Record<string, string>;
    /** Its working folder. */
    cwd: string;
}

/** Trailer that says how a guest ended. */
const exitTrailer = "guest-exit";

/**
 * Runs guests for whoever can open a Unix socket, which is the lab's own user: the lab's addresses are reached from its
 * network only. The answer is what the guest says, as it comes, with its exit code in a trailer. A guest whose asker is gone
 * is ended.
 *
 * @returns what serves until it is closed.
 */
export async function serveGuests(socket: string): Promise<http.Server> {
    fs.rmSync(socket, { force: true });
    const server = http.createServer((request, response) => {
        void text(request).then((body) => {
            const { command, env, cwd } = JSON.parse(body) as Guest;
            const [program = "", ...args] = command;
            const guest = spawn(program, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
            response.writeHead(200, { Trailer: exitTrailer });
            guest.stdout.pipe(response, { end: false });
            guest.stderr.pipe(response, { end: false });
            guest.once("error", (error) => response.end(`${error.message}\n`));
            guest.once("close", (code) => {
                response.addTrailers({ [exitTrailer]: String(code ?? 1) });
                response.end();
            });
            response.once("close", () => guest.kill("SIGKILL"));
        });
    });
    // A suite may say nothing for minutes.
    server.requestTimeout = 0;
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(socket, resolve);
    });
    return server;
}

/**
 * Runs a guest through {@link serveGuests} and waits for its end.
 *
 * @param heard takes what it says, as it comes.
 * @param signal ends it.
 * @returns its exit code.
 * @throws Error when the lab ends before it, or the signal has ended it.
 */
export function runGuest(
    socketPath: string,
    guest: Guest,
    heard: (text: string) => void,
    signal?: AbortSignal,
): Promise<number> {
    return new Promise((resolve, reject) => {
        // A connection of its own: one that is kept may be closed by the other side at any time.
        const options = { socketPath, method: "POST", signal, agent: false };
        const request = http.request(options, (response) => {
            response.setEncoding("utf8");
            response.on("data", heard);
            response.once("error", reject);
            response.once("end", () => {
                resolve(Number(response.trailers[exitTrailer] ?? 1));
            });
        });
        request.once("error", reject);
        request.end(JSON.stringify(guest));
    });
}
