import { strict as assert } from "assert";
import type { DeploymentOutput, Mode } from "../../components/deploymentOutput";
import type { ReportedFinding } from "../../commands/verify/judge";
import { judge } from "../../commands/verify/judge";
import { takeSnapshot } from "../../commands/verify/snapshot";
import { KindNotServedError } from "../../commands/shared/errors";
import { poll } from "../../commands/shared/poll";
import { modes } from "../support/modes";
import { faultsOf } from "../faults/stacks";
import { TestCluster } from "./support/cluster";
import type { SavedObjects } from "./support/clusterEditor";

/**
 * Every fault of the catalogue on a real API server, found by the objects alone: it accepts what breaks the stack, and
 * gives back what is judged. No Istio runs here, which verify says besides.
 */
describe("verify on a real API server", function () {
    const cluster = new TestCluster();

    before(async function () {
        this.timeout(45 * 60_000);
        const engine = await cluster.open();
        await engine.up();
    });
    after(() => cluster.stop());

    async function findings(deployment: DeploymentOutput): Promise<ReportedFinding[]> {
        const snapshot = await takeSnapshot(cluster.client, deployment);
        const models = Object.keys(deployment.models);
        return judge(snapshot, { deployment, models }).flatMap((result) => result.findings);
    }

    it("says of a kind whose CRD is missing that it is not served, and of an object that it is not there", async () => {
        await assert.rejects(
            cluster.client.get("inference.networking.x-k8s.io/v1alpha1", "InferencePool", "llm-d-sim", "x"),
            KindNotServedError,
        );
        assert.equal(await cluster.client.get("v1", "Service", "llm-d-sim", "no-such-service"), undefined);
    });

    it("tells the API server's own errors from a backend's", async () => {
        const answer = await cluster.client.request({
            namespace: "llm-d-sim",
            target: { service: "no-such-service", port: 8200 },
            path: "/v1/models",
        });
        assert.equal(answer.status, 404);
        assert.match(answer.apiServerError ?? "", /services "no-such-service" not found/);
    });

    it("does not have the API server prove that it is the host of a request that it passes on", async () => {
        const answer = await cluster.client.request(
            { namespace: "llm-d-sim", target: { service: "no-such-service", port: 80 }, path: "/" },
            { headers: { host: "llm.example.com" } },
        );
        assert.match(answer.apiServerError ?? "", /not found/);
    });

    for (const mode of ["scheduler", "scoring-not-obeyed", "scoring"] satisfies Mode[]) {
        describe(mode, () => {
            let deployment: DeploymentOutput;
            let saved: SavedObjects;

            before(async function () {
                const engine = await cluster.open(modes[mode]);
                // What the faults deleted was created anew, and the engine only deletes objects that it knows.
                await engine.up({ refresh: true });
                deployment = (await engine.outputs()).deployment?.value as DeploymentOutput;
                saved = await cluster.save(Object.values(deployment.namespaces));
            });
            afterEach(() => saved.restore());

            it("says of what was deployed only that no Istio runs", async () => {
                const found = await poll(
                    () => findings(deployment),
                    (all) => !all.some(isOurs),
                    patience,
                );
                assert.deepEqual(found.filter(isOurs), []);
                const missing = found.find(({ id }) => id === "gateway-class-missing");
                assert.match(missing?.message ?? "", /no Istio has ever run here/);
            });

            for (const fault of faultsOf(mode).filter(({ verdict }) => !verdict.byStatus)) {
                const { id, message, warning } = fault.verdict;
                it(`says ${id} when ${fault.title}`, async () => {
                    await saved.break(fault);
                    const found = await poll(
                        () => findings(deployment),
                        (all) => all.some((finding) => finding.id === id),
                        patience,
                    );
                    const finding = found.find((candidate) => candidate.id === id);
                    assert.ok(finding, `found were ${found.map((other) => other.id).join(", ")}`);
                    assert.match(finding.message, message);
                    assert.equal(finding.severity, warning ? "warning" : "broken");
                });
            }
        });
    }
});

/** What only a running Istio, or a container that runs, would change. */
function isOurs({ id }: ReportedFinding): boolean {
    return ![
        ...[
            "gateway-class-missing",
            "gateway-no-controller",
            "gateway-service-missing",
            "route-no-controller",
        ],
        ...["pool-no-controller", "epp-metrics-not-delivered"],
    ].includes(id);
}

/** How long controllers may take to follow. */
const patience = { every: 500, atMost: 180_000 };
