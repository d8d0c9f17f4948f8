import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { deepMerge } from "../../objects/merge";
import { selfSigned } from "../support/certificate";
import { TestLab } from "./support/lab";
import { modes } from "./support/modes";
import { sharedLab } from "./support/sharedLab";

/** Envoy as the EPP's client, with a certificate of the user's own. */
describe("the EPP's certificate, in the lab", function () {
    const lab = sharedLab;
    const served = selfSigned("gaie-inference-scheduling-epp.llm-d-sim.svc");
    const others = selfSigned("gaie-inference-scheduling-epp.llm-d-sim.svc");
    const trust = "epp-trust";
    const withTls = deepMerge(modes.scoring, { epp: { tls: { ...served, caSecretName: trust } } });

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        await lab.deploy(modes.scoring, { refresh: true });
        await lab.askUntil("gateway", ({ status }) => status === 200);
    });

    /** Whom the Gateway is to believe: a Secret of somebody else's, which may be wrong. */
    function believe(certificate: string): void {
        const secret = {
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: trust, namespace: "llm-d-inference-scheduler" },
            stringData: { "ca.crt": certificate },
        };
        const file = path.join(lab.cluster.state, "epp-trust.json");
        fs.writeFileSync(file, JSON.stringify(secret));
        lab.cluster.kubectl("apply", "--filename", file);
    }

    it("is refused where somebody else has signed it, and believed once the right one is named", async () => {
        believe(others.certificate);
        await lab.deploy(withTls as Record<string, unknown>);
        const { status, pod } = await lab.askUntil("gateway", (answer) => answer.status >= 500);
        assert.deepEqual([status, pod], [500, undefined], "no EPP is asked, and no pod without one");
        assert.equal((await lab.ask("direct")).status, 200);
        believe(served.certificate);
        const answer = await lab.askUntil("gateway", (last) => last.status === 200);
        assert.match(answer.pod ?? "", /-decode-/);
    });
});
