import * as https from "https";
import type { KeyPair } from "./issueCertificates";

/** An answer whose status the caller judges. */
export interface Answer {
    status: number;
    body: string;
}

/** A body and its media type. */
export interface Content {
    type: string;
    body: string;
}

/** How long an answer may take, in milliseconds: a busy machine has minutes of work for a server that just started. */
const patience = 60_000;

/** Talks to one of the control plane's servers on the loopback interface, over verified TLS. */
export class LoopbackClient {
    private readonly agent: https.Agent;

    /**
     * @param authority certificate (PEM) of whom the server must be signed by.
     * @param client what to prove oneself with; default: stay anonymous.
     */
    constructor(
        private readonly port: number,
        authority: string,
        client?: KeyPair,
    ) {
        this.agent = new https.Agent({ keepAlive: true, ca: authority, ...client });
    }

    /**
     * @param limit how long the answer may take, in milliseconds. Default: a minute.
     * @throws Error when there is no connection, no trust, or no answer in time.
     */
    async request(method: string, path: string, content?: Content, limit = patience): Promise<Answer> {
        return new Promise((resolve, reject) => {
            const request = https.request(
                {
                    host: "127.0.0.1",
                    port: this.port,
                    method,
                    path,
                    agent: this.agent,
                    headers: content === undefined ? {} : { "content-type": content.type },
                    signal: AbortSignal.timeout(limit),
                },
                (response) => {
                    const chunks: Buffer[] = [];
                    response.on("data", (chunk: Buffer) => chunks.push(chunk));
                    response.on("error", reject);
                    response.on("end", () => {
                        resolve({
                            status: response.statusCode ?? 0,
                            body: Buffer.concat(chunks).toString("utf8"),
                        });
                    });
                },
            );
            request.on("error", (error) => {
                const late = error.name === "AbortError";
                const happened = `no answer to ${method} ${path} on port ${this.port} within ${limit / 1000} s`;
                reject(late ? new Error(happened, { cause: error }) : error);
            });
            request.end(content?.body);
        });
    }

    /** Whether a GET of `path` is answered with 200. */
    async isOk(path: string, limit: number): Promise<boolean> {
        try {
            return (await this.request("GET", path, undefined, limit)).status === 200;
        } catch {
            return false;
        }
    }

    /** Closes idle connections. */
    close(): void {
        this.agent.destroy();
    }
}

/** @throws Error with the server's own words unless the status is one of those expected. */
export function expectStatus(answer: Answer, expected: number[], doing: string): void {
    if (!expected.includes(answer.status)) {
        throw new Error(`${doing}: the server answered ${answer.status}: ${answer.body.slice(0, 1000)}`);
    }
}
