import { strict as assert } from "assert";
import { TestCluster } from "./support/cluster";
import { runCampaign } from "../config/fuzz/campaign";
import { ApiServer } from "../config/fuzz/judge";

/** `npm run settings:fuzz` goes on for as long as it is asked to. */
describe("what settings accept, the API server accepts", function () {
    const cluster = new TestCluster();
    let server: ApiServer;

    before(async function () {
        this.timeout(45 * 60_000);
        await cluster.open();
        server = await ApiServer.open(cluster.kubeconfig);
    });
    after(async () => {
        server.close();
        await cluster.stop();
    });

    it("everything that 40 accepted ones of random settings make", async () => {
        const findings = await runCampaign(server, 40, 7);
        assert.deepEqual(findings.refusals, []);
        assert.deepEqual(findings.crashes, []);
        // Bent at one place, settings are refused as often as not.
        assert.ok(findings.made > findings.accepted, `${String(findings.made)} made`);
    });

    it("and it refuses what settings would not accept", async () => {
        const route = {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "HTTPRoute",
            metadata: { name: "route", namespace: "one" },
            spec: { hostnames: ["a..b"] },
        };
        assert.match((await server.refusal(route)) ?? "", /spec\.hostnames/);
        const misspelt = {
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "pods", namespace: "one" },
            spec: { template: { spec: { affinity: { nodeAffinty: {} } } } },
        };
        assert.match((await server.refusal(misspelt)) ?? "", /nodeAffinty/);
        assert.equal(await server.refusal({ ...route, spec: { hostnames: ["a.b"] } } as never), undefined);
    });
});
