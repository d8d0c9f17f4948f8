import { strict as assert } from "assert";
import type { V1Service } from "@kubernetes/client-node";
import * as fs from "fs";
import type { Server } from "http";
import * as path from "path";
import { shellWord } from "../../components/shell";
import { runGuest, serveGuests } from "../../local/lab/agent/guests";
import type { Cluster } from "../../local/lab/agent/cluster";
import { LoadBalancers } from "../../local/lab/agent/loadBalancer";
import { maximumLoadBalancers } from "../../local/lab/addresses";
import { eventually } from "../support/eventually";
import { temporaryFolder } from "./temporary";

describe("programs that run in the lab's network", () => {
    const folder = temporaryFolder();
    let socket: string;
    let server: Server;

    before(async () => {
        socket = path.join(folder(), "guests");
        server = await serveGuests(socket);
    });
    after(() => {
        server.close();
    });

    const guest = (script: string, cwd = folder()) => ({
        command: ["/bin/sh", "-c", script],
        env: { PATH: process.env.PATH ?? "", WORD: "heard" },
        cwd,
    });

    it("are heard as they speak, in their folder and with their environment, to their exit code", async () => {
        const cwd = folder();
        let heard = "";
        const code = await runGuest(socket, guest("pwd; echo $WORD >&2; exit 3", cwd), (text) => {
            heard += text;
        });
        assert.deepEqual([code, heard], [3, `${cwd}\nheard\n`]);
    });

    it("that cannot be started say why", async () => {
        let heard = "";
        const missing = { command: ["/nowhere/program"], env: {}, cwd: folder() };
        assert.notEqual(await runGuest(socket, missing, (text) => (heard += text)), 0);
        assert.match(heard, /ENOENT/);
    });

    it("end with whoever asked for them", async () => {
        const file = path.join(folder(), "pid");
        const asking = new AbortController();
        const running = runGuest(
            socket,
            guest(`echo $$ > ${shellWord(file)}; exec sleep 60`),
            () => undefined,
            asking.signal,
        );
        await eventually("the guest", () => fs.existsSync(file) && fs.readFileSync(file, "utf8") !== "");
        asking.abort();
        await assert.rejects(running);
        await eventually("its end", () => !fs.existsSync(`/proc/${fs.readFileSync(file, "utf8").trim()}`));
    });
});

describe("the lab's load balancers", () => {
    function balancersWith(given: Record<string, string>) {
        const core = {
            patchNamespacedServiceStatus: ({ name, body }: { name: string; body: V1Service }) => {
                given[name] = body.status!.loadBalancer!.ingress![0]!.ip!;
                return Promise.resolve({});
            },
        };
        return new LoadBalancers({ core } as unknown as Pick<Cluster, "core">);
    }
    const service = (name: string, ip?: string): V1Service => ({
        metadata: { name, namespace: "sim", uid: name },
        spec: { type: "LoadBalancer" },
        ...(ip !== undefined && { status: { loadBalancer: { ingress: [{ ip }] } } }),
    });

    it("give each Service an address that no other has, also after a start of the node", () => {
        const first: Record<string, string> = {};
        const before = balancersWith(first);
        before.serviceChanged(service("one"), false);
        before.serviceChanged(service("two"), false);
        const second: Record<string, string> = {};
        const after = balancersWith(second);
        after.serviceChanged(service("one", first.one), false);
        after.serviceChanged(service("two", first.two), false);
        after.serviceChanged(service("three"), false);
        assert.equal(new Set([first.one, first.two, second.three]).size, 3);
    });

    it("take back the address of a Service that is gone, once all others are in use", () => {
        const given: Record<string, string> = {};
        const balancers = balancersWith(given);
        const names = Array.from({ length: maximumLoadBalancers }, (_, index) => `s${String(index)}`);
        names.forEach((name) => balancers.serviceChanged(service(name), false));
        assert.equal(new Set(Object.values(given)).size, maximumLoadBalancers);
        balancers.serviceChanged(service("one-too-many"), false);
        assert.equal(given["one-too-many"], undefined);
        balancers.serviceChanged(service("s7", given.s7), true);
        balancers.serviceChanged(service("next"), false);
        assert.equal(given.next, given.s7);
    });
});
