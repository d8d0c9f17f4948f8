import { strict as assert } from "assert";
import { podSelector, ports } from "../../components/contract";
import { deepMerge } from "../../objects/merge";
import { Metrics } from "../../commands/shared/metrics";
import { TestLab } from "./support/lab";
import { modes } from "./support/modes";
import { sharedLab } from "./support/sharedLab";

/** Requests that a model server has answered, as vLLM counts them. */
const answered = "vllm:request_success_total";

/** What docs/operations.md says of prefill in other pods. */
describe("prefill in other pods, in the lab", function () {
    const lab = sharedLab;
    const namespace = "llm-d-sim";
    const preset = deepMerge(modes.scoring, {
        replicas: { decode: 2, prefill: 2 },
        epp: { plugins: "pd-disaggregated" },
    });
    let prompts = 0;

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
    });

    async function deploy(routingSidecar: boolean): Promise<void> {
        const config = deepMerge(preset, { epp: { routingSidecar } }) as Record<string, unknown>;
        await lab.deploy(config, { refresh: true, forceConflicts: true });
        await lab.askUntil("gateway", ({ status }) => status === 200);
        await lab.cluster.rolledOut();
        await lab.until(
            () => lab.cluster.endingPods(),
            (pods) => pods.length === 0,
        );
    }

    /** How many requests all pods of a role have answered. */
    async function answeredBy(role: "decode" | "prefill"): Promise<number> {
        const pods = await lab.cluster.pods(namespace, podSelector("sim", role));
        assert.equal(pods.length, 2);
        return pods
            .map(({ metadata: { name } }) => `${name}:${String(ports.inference)}`)
            .map((pod) => `/api/v1/namespaces/${namespace}/pods/${pod}/proxy/metrics`)
            .map((path) => new Metrics(lab.cluster.kubectl("get", "--raw", path)).sum(answered))
            .reduce((sum, count) => sum + count, 0);
    }

    /** Asks for prompts that nobody has seen, and are long enough to be worth a prefill pod; gives who answered. */
    async function ask(): Promise<(string | undefined)[]> {
        const pods: (string | undefined)[] = [];
        for (let request = 0; request < 6; request++) {
            prompts++;
            const words = Array.from({ length: 300 }, (_, word) => `word${String(prompts)}x${String(word)}`);
            const { status, pod, body } = await lab.ask("gateway", words.join(" "));
            assert.equal(status, 200, body);
            pods.push(pod);
        }
        return pods;
    }

    it("is done by prefill pods with the routing sidecar, while decode pods answer", async () => {
        await deploy(true);
        const before = await answeredBy("prefill");
        const pods = await ask();
        assert.deepEqual(
            pods.filter((pod) => !pod?.includes("-decode-")),
            [],
        );
        assert.ok((await answeredBy("prefill")) - before >= pods.length);
    });

    it("is proven hop by hop by verify", async () => {
        const { exitCode, stdout, stderr } = await lab.prove("verify");
        assert.equal(exitCode, 0, stdout + stderr);
    });

    it("is done by decode pods themselves without it", async () => {
        await deploy(false);
        const before = await answeredBy("prefill");
        await ask();
        assert.equal(await answeredBy("prefill"), before);
    });
});
