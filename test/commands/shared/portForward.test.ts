import { strict as assert } from "assert";
import * as fs from "fs";
import * as http from "http";
import type { AddressInfo } from "net";
import * as path from "path";
import { ClusterError } from "../../../commands/shared/errors";
import { PortForwards } from "../../../commands/shared/portForward";
import { eventually } from "../../support/eventually";
import { processesWith } from "../../support/processes";
import { temporaryFolder, withEnvironment, writeScript } from "../../local/temporary";

/** With a kubectl that says which port is open, as the real one does, and stays until it is ended. */
describe("port-forwards", () => {
    const folder = temporaryFolder();
    let server: http.Server;
    let port: number;
    before(async () => {
        server = http.createServer((request, response) => {
            response.setHeader("x-inference-pod", "a").end(`${request.method ?? ""} ${request.url ?? ""}`);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        ({ port } = server.address() as AddressInfo);
    });
    after(() => {
        server.closeAllConnections();
        server.close();
    });

    const calls = () => fs.readFileSync(path.join(folder(), "calls"), "utf8").trim().split("\n");
    const withKubectl = <T>(lines: string[], work: () => Promise<T>) => {
        const bin = path.join(folder(), "bin");
        writeScript(path.join(bin, "kubectl"), [`echo "$@" >> '${path.join(folder(), "calls")}'`, ...lines]);
        return withEnvironment({ PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` }, work);
    };

    it("lead to Services and pods, one each for all requests, and end when they are closed", () => {
        const mark = path.join(folder(), "stays");
        const says = `echo 'Forwarding from 127.0.0.1:${String(port)} -> 8200'`;
        return withKubectl([says, `exec sleep 600 # ${mark}`], async () => {
            const forwards = new PortForwards({
                ...{ kubeconfig: "/kube config", context: "prod" },
                signal: new AbortController().signal,
            });
            const web = { namespace: "ns", target: { service: "web", port: 80 } };
            const pod = { namespace: "ns", target: { pod: "a", port: 8200 } };
            const answers = [
                await forwards.request({ ...web, path: "/v1/models" }),
                await forwards.request({ ...web, path: "/x" }, { method: "POST", body: "{}" }),
                await forwards.request({ ...pod, path: "/metrics" }),
            ];
            assert.deepEqual(
                answers.map(({ status, body }) => [status, body]),
                [
                    [200, "GET /v1/models"],
                    [200, "POST /x"],
                    [200, "GET /metrics"],
                ],
            );
            const flags = "--kubeconfig /kube config --context prod --namespace ns port-forward";
            assert.deepEqual(calls(), [
                `${flags} --address 127.0.0.1 service/web :80`,
                `${flags} --address 127.0.0.1 pod/a :8200`,
            ]);
            await forwards.close();
            await eventually("the end of kubectl", () => processesWith(mark).length === 0);
        });
    });

    it("that do not come up say why", () =>
        withKubectl(["echo 'error: unable to forward port: not permitted' >&2; exit 1"], async () => {
            const forwards = new PortForwards({ signal: new AbortController().signal });
            const target = { namespace: "ns", target: { pod: "a", port: 1 }, path: "/" };
            await assert.rejects(forwards.request(target), (error) => {
                assert.ok(error instanceof ClusterError);
                assert.match(error.message, /port-forward to Pod ns\/a: error: unable to forward port/);
                return true;
            });
            await forwards.close();
        }));
});
