import { spawn } from "child_process";
import * as fs from "fs";
import * as http from "http";
import * as https from "https";
import { type AddressInfo, connect } from "net";
import type { Duplex } from "stream";
import { selfSigned } from "../../support/certificate";

/** A host of git repositories, on HTTPS, which programs that use its proxy find under a name of its own. */
export class GitHost {
    private constructor(
        private readonly servers: readonly http.Server[],
        /** Of programs that are to find it and to trust it. */
        readonly env: Record<string, string>,
    ) {}

    /** @param folder what the host serves: git repositories. Its certificate is kept beside it. */
    static async start(name: string, folder: string): Promise<GitHost> {
        const { certificate, key } = selfSigned(name);
        const certificateFile = `${folder}.pem`;
        fs.writeFileSync(certificateFile, certificate);
        const host = https.createServer({ cert: certificate, key }, (request, response) =>
            answer(folder, request, response),
        );
        const port = await listen(host);
        const proxy = http.createServer();
        proxy.on("connect", (request: http.IncomingMessage, client: Duplex, head: Buffer) => {
            const [wanted, wantedPort] = request.url!.split(":") as [string, string];
            const upstream =
                wanted === name ? connect(port, "127.0.0.1") : connect(Number(wantedPort), wanted);
            upstream.on("connect", () => {
                client.write("HTTP/1.1 200 OK\r\n\r\n");
                upstream.write(head);
                client.pipe(upstream).pipe(client);
            });
            upstream.on("error", () => client.destroy());
            client.on("error", () => upstream.destroy());
        });
        const env = {
            HTTPS_PROXY: `http://127.0.0.1:${String(await listen(proxy))}`,
            SSL_CERT_FILE: certificateFile,
        };
        return new GitHost([host, proxy], env);
    }

    stop(): void {
        for (const server of this.servers) {
            server.close();
            server.closeAllConnections();
        }
    }
}

async function listen(server: http.Server): Promise<number> {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
}

/** Answers with what git's own server, a CGI program, says. */
function answer(folder: string, request: http.IncomingMessage, response: http.ServerResponse): void {
    const { pathname, search } = new URL(request.url!, "https://host");
    const header = (name: string) => String(request.headers[name] ?? "");
    const git = spawn("git", ["http-backend"], {
        env: {
            PATH: process.env.PATH,
            GIT_PROJECT_ROOT: folder,
            GIT_HTTP_EXPORT_ALL: "1",
            GIT_PROTOCOL: header("git-protocol"),
            REQUEST_METHOD: request.method,
            PATH_INFO: pathname,
            QUERY_STRING: search.slice(1),
            CONTENT_TYPE: header("content-type"),
            HTTP_CONTENT_ENCODING: header("content-encoding"),
        },
        stdio: ["pipe", "pipe", "inherit"],
    });
    request.pipe(git.stdin);
    const chunks: Buffer[] = [];
    git.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    git.on("close", () => {
        const output = Buffer.concat(chunks);
        const end = output.indexOf("\r\n\r\n");
        const lines = output.subarray(0, end).toString().split("\r\n");
        const { Status = "200", ...headers } = Object.fromEntries(
            lines.map((line) => line.split(/: (.*)/s) as [string, string]),
        );
        response.writeHead(parseInt(Status), headers);
        response.end(output.subarray(end + 4));
    });
}
