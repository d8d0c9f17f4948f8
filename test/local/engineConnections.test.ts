import { strict as assert } from "assert";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import { SupportsFeatureRequest, SupportsFeatureResponse } from "@pulumi/pulumi/proto/resource_pb";
import { getMonitor, resetOptions } from "@pulumi/pulumi/runtime/settings";
import { separateConnections } from "../../local/engine/connections";

const bind = (server: Server, port: number): Promise<number> =>
    new Promise((resolve, reject) => {
        server.bindAsync(`127.0.0.1:${String(port)}`, ServerCredentials.createInsecure(), (error, bound) =>
            error === null ? resolve(bound) : reject(error),
        );
    });

const ofOperation = (monitor: string): void => resetOptions("", "", 1, "", monitor, false, "");

/** Asks an engine as the program of an operation of its own does. */
const ask = (port: number): Promise<boolean> => {
    ofOperation(`127.0.0.1:${String(port)}`);
    return new Promise((resolve, reject) => {
        getMonitor()?.supportsFeature(new SupportsFeatureRequest(), (error, response) =>
            error === null ? resolve(response.getHassupport()) : reject(error),
        );
    });
};

describe("connections to engines", () => {
    before(separateConnections);
    after(() => ofOperation(""));

    it("are not refused where another engine of this process had been on the same port", async () => {
        const former = new Server();
        const port = await bind(former, 0);
        former.forceShutdown();
        await assert.rejects(ask(port), /UNAVAILABLE/);

        const engine = new Server();
        engine.addService(ResourceMonitorService, {
            supportsFeature: (
                _call: unknown,
                done: (error: null, response: SupportsFeatureResponse) => void,
            ) => done(null, new SupportsFeatureResponse().setHassupport(true)),
        });
        await bind(engine, port);
        try {
            assert.equal(await ask(port), true);
        } finally {
            engine.forceShutdown();
        }
    });
});
