import { strict as assert } from "assert";
import * as fs from "fs";
import * as http from "http";
import type { AddressInfo } from "net";
import * as os from "os";
import * as path from "path";
import { Cluster } from "../../../commands/shared/cluster";
import { ClusterError, KindNotServedError, UsageError } from "../../../commands/shared/errors";

/** An API server that answers as the real one was seen to; the real one is in `verifyObjects.e2e.test.ts`. */
describe("a cluster by its kubeconfig", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "llmd-cluster-"));
    const seen: {
        url: string;
        host: string | undefined;
        method: string;
        body: string;
        authorization?: string;
    }[] = [];
    /** Answers that are given once each, before those that are always given. */
    const inTurn = new Map<string, [number, string, string?][]>();
    let server: http.Server;
    let kubeconfig: string;

    const status = (code: number, message: string) =>
        JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", message, code });
    const proxied = "/api/v1/namespaces/ns/services/http:web:8200/proxy";
    const answers: Record<string, [number, string, string?]> = {
        "/api/v1": [
            200,
            JSON.stringify({
                resources: [
                    { name: "pods", kind: "Pod", namespaced: true },
                    { name: "pods/log", kind: "Pod", namespaced: true },
                    { name: "nodes", kind: "Node", namespaced: false },
                ],
            }),
        ],
        "/api/v1/namespaces/ns/pods/a": [200, JSON.stringify({ metadata: { name: "a" } })],
        "/api/v1/namespaces/ns/pods/secret": [403, status(403, "pods is forbidden")],
        "/api/v1/namespaces/ns/pods?labelSelector=x%3Dy&limit=500": [
            200,
            JSON.stringify({ items: [{ metadata: { name: "a" } }] }),
        ],
        "/api/v1/namespaces/ns/pods/a/log?tailLines=50&previous=false": [200, "one\ntwo\n", "text/plain"],
        [`${proxied}/v1/models`]: [200, '{"data":[]}'],
        [`${proxied}/busy`]: [503, status(503, 'no endpoints available for service "web"')],
        [`${proxied}/own`]: [503, '{"kind":"Status"}'],
        [`${proxied}/denied`]: [403, status(403, "services/proxy is forbidden")],
    };

    before(async () => {
        server = http.createServer((request, response) => {
            let body = "";
            request.on("data", (chunk: Buffer) => (body += chunk.toString()));
            request.on("end", () => {
                const { url = "", method = "" } = request;
                const { host, authorization } = request.headers;
                seen.push({ url, host, method, body, authorization });
                if (url.endsWith("/slow")) {
                    return;
                }
                const [code, text, type = "application/json"] = inTurn.get(url)?.shift() ??
                    answers[url] ?? [404, status(404, "not found")];
                response.writeHead(code, { "content-type": type, "x-inference-pod": "a" }).end(text);
            });
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        kubeconfig = path.join(folder, "kubeconfig");
        const { port } = server.address() as AddressInfo;
        // The client speaks plain HTTP only where nobody asks for more.
        const plain = { "insecure-skip-tls-verify": true };
        fs.writeFileSync(
            kubeconfig,
            JSON.stringify({
                ...{ apiVersion: "v1", kind: "Config", "current-context": "one" },
                clusters: [
                    { name: "one", cluster: { server: `http://127.0.0.1:${String(port)}`, ...plain } },
                    { name: "dead", cluster: { server: "http://127.0.0.1:1", ...plain } },
                ],
                users: [{ name: "me", user: { token: "my-token" } }],
                contexts: [
                    { name: "one", context: { cluster: "one", user: "me" } },
                    { name: "dead", context: { cluster: "dead", user: "me" } },
                ],
            }),
        );
    });
    after(() => {
        server.closeAllConnections();
        server.close();
        fs.rmSync(folder, { recursive: true, force: true });
    });

    const cluster = (options: { context?: string; signal?: AbortSignal } = {}) =>
        new Cluster({ kubeconfig, ...options });
    const target = { namespace: "ns", target: { service: "web", port: 8200 } };

    it("gives objects, nothing for those that are not there, and says which kinds are not served", async () => {
        assert.equal((await cluster().get("v1", "Pod", "ns", "a"))?.metadata.name, "a");
        assert.equal(await cluster().get("v1", "Pod", "ns", "b"), undefined);
        await assert.rejects(cluster().get("v1", "Gadget", "ns", "a"), KindNotServedError);
        await assert.rejects(cluster().list("none/v1", "Gadget"), { apiVersion: "none/v1", kind: "Gadget" });
    });

    it("lists by label, and fills in what items of a list do not say", async () => {
        const [pod] = await cluster().list("v1", "Pod", "ns", "x=y");
        assert.deepEqual([pod?.apiVersion, pod?.kind, pod?.metadata.name], ["v1", "Pod", "a"]);
    });

    const throttled: [number, string, string] = [
        429,
        "Too many requests, please try again later.\n",
        "text/plain; charset=utf-8",
    ];
    const sent = (url: string) => seen.filter((request) => request.url === url).length;

    it("asks again while the API server is busy or not well, and not for ever", async () => {
        const url = "/api/v1/namespaces/ns/pods/a";
        inTurn.set(url, [throttled, [503, status(503, "apiserver is shutting down")], [500, ""]]);
        const before = sent(url);
        assert.equal((await cluster().get("v1", "Pod", "ns", "a"))?.metadata.name, "a");
        assert.equal(sent(url) - before, 4);
        inTurn.set(
            url,
            Array.from({ length: 9 }, () => throttled),
        );
        await assert.rejects(cluster().get("v1", "Pod", "ns", "a"), /answered 429: Too many requests/);
        assert.equal(inTurn.get(url)!.length, 4);
        inTurn.set(
            url,
            Array.from({ length: 9 }, () => throttled),
        );
        const impatient = cluster({ signal: AbortSignal.timeout(300) });
        await assert.rejects(
            impatient.get("v1", "Pod", "ns", "a"),
            (error) => error instanceof ClusterError && error.problem === "out-of-time",
        );
        inTurn.clear();
    });

    it("sends a request again that the API server did not let in, and none that a backend refused", async () => {
        const post = { method: "POST", body: "{}" };
        inTurn.set(`${proxied}/v1/models`, [throttled, [429, status(429, "storage is busy")]]);
        assert.equal((await cluster().request({ ...target, path: "/v1/models" }, post)).status, 200);
        for (const [code, text] of [
            [429, "too many tokens"],
            [503, status(503, "no endpoints")],
            [500, "broken"],
        ] as const) {
            inTurn.set(`${proxied}/v1/models`, [[code, text]]);
            const before = seen.length;
            assert.equal((await cluster().request({ ...target, path: "/v1/models" }, post)).status, code);
            assert.equal(seen.length - before, 1);
        }
    });

    it("reads lists in pages, and anew where the API server has forgotten what the first were of", async () => {
        const page = (name: string, next?: string): [number, string] => [
            200,
            JSON.stringify({ metadata: { continue: next }, items: [{ metadata: { name } }] }),
        ];
        const url = "/api/v1/namespaces/ns/pods";
        inTurn.set(`${url}?limit=500`, [page("a", "x/=&")]);
        inTurn.set(`${url}?limit=500&continue=x%2F%3D%26`, [page("b", "2"), [410, status(410, "expired")]]);
        inTurn.set(`${url}?limit=500&continue=2`, [page("c")]);
        const names = async () => (await cluster().list("v1", "Pod", "ns")).map((pod) => pod.metadata.name);
        assert.deepEqual(await names(), ["a", "b", "c"]);
        inTurn.set(`${url}?limit=500`, [page("a", "x/=&")]);
        inTurn.set(url, [page("d")]);
        assert.deepEqual(await names(), ["d"]);
    });

    it("asks for nothing under a name or a path that would lead elsewhere", async () => {
        const ask = cluster();
        const escaping = ["..", ".", "", "a/../../x", "a%2f.."];
        await ask.get("v1", "Pod", "ns", "a");
        const before = seen.length;
        for (const name of escaping) {
            await assert.rejects(ask.get("v1", "Pod", "ns", name), UsageError);
            await assert.rejects(ask.list("v1", "Pod", name), UsageError);
            await assert.rejects(ask.podLog("ns", name), UsageError);
            await assert.rejects(ask.events(name, "a"), UsageError);
            const inside = { namespace: "ns", target: { pod: name, port: 1 }, path: "/" };
            await assert.rejects(ask.request(inside), UsageError);
        }
        for (const path of ["/../../secrets", "/./x", "/a/%2e%2E/b", "/a b", "/a\\..\\b"]) {
            await assert.rejects(ask.request({ ...target, path }), UsageError);
        }
        assert.equal(seen.length, before);
    });

    it("gives the end of a log, or nothing", async () => {
        assert.equal(await cluster().podLog("ns", "a"), "one\ntwo\n");
        assert.equal(await cluster().podLog("ns", "b"), undefined);
    });

    it("sends requests to Services with the host, the body and the credentials that it has", async () => {
        const answer = await cluster().request(
            { ...target, path: "/v1/models" },
            { method: "POST", headers: { host: "llm.example.com" }, body: "{}" },
        );
        assert.deepEqual(
            [answer.status, answer.body, answer.headers["x-inference-pod"]],
            [200, '{"data":[]}', "a"],
        );
        assert.equal(answer.apiServerError, undefined);
        const { host, method, body, authorization } = seen.at(-1)!;
        assert.deepEqual(
            { host, method, body, authorization },
            { host: "llm.example.com", method: "POST", body: "{}", authorization: "Bearer my-token" },
        );
    });

    it("sends requests to pods", async () => {
        await cluster().request({ namespace: "ns", target: { pod: "a", port: 9090 }, path: "/metrics" });
        assert.equal(seen.at(-1)?.url, "/api/v1/namespaces/ns/pods/http:a:9090/proxy/metrics");
        const tls = { service: "web", port: 443, scheme: "https" } as const;
        await cluster().request({ namespace: "ns", target: tls, path: "/" });
        assert.equal(seen.at(-1)?.url, "/api/v1/namespaces/ns/services/https:web:443/proxy/");
    });

    it("tells the API server's own words from a backend's", async () => {
        const busy = await cluster().request({ ...target, path: "/busy" });
        assert.equal(busy.apiServerError, 'no endpoints available for service "web"');
        assert.equal((await cluster().request({ ...target, path: "/own" })).apiServerError, undefined);
    });

    it("says what is forbidden, what takes too long, and what does not answer", async () => {
        const problem = (name: string) => (error: unknown) =>
            error instanceof ClusterError && error.problem === name;
        await assert.rejects(cluster().get("v1", "Pod", "ns", "secret"), problem("forbidden"));
        await assert.rejects(cluster().request({ ...target, path: "/denied" }), problem("forbidden"));
        await assert.rejects(
            cluster().request({ ...target, path: "/slow" }, { timeoutMs: 50 }),
            problem("timeout"),
        );
        const signal = AbortSignal.timeout(50);
        await assert.rejects(
            cluster({ signal }).request({ ...target, path: "/slow" }),
            problem("out-of-time"),
        );
        await assert.rejects(cluster({ context: "dead" }).list("v1", "Pod"), problem("unreachable"));
    });

    it("refuses a context or a kubeconfig that is not there, and names those that are", () => {
        assert.throws(
            () => cluster({ context: "two" }),
            (error: unknown) => {
                assert.ok(error instanceof UsageError);
                assert.match(error.message, /no context "two"; allowed: one, dead/);
                return true;
            },
        );
        assert.throws(
            () => new Cluster({ kubeconfig: path.join(folder, "none") }),
            /there is no file .*none/,
        );
    });

    it("refuses a broken kubeconfig with the place that is broken, and nothing of what stands there", () => {
        const file = path.join(folder, "broken");
        fs.writeFileSync(file, "users:\n  - name: me\n    user: { token: hunter2: x }\n");
        assert.throws(
            () => new Cluster({ kubeconfig: file }),
            (error: unknown) => {
                assert.ok(error instanceof UsageError);
                assert.match(error.message, /broken cannot be read as a kubeconfig: line 3, column \d+$/);
                return true;
            },
        );
    });
});
