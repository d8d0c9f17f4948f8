import { strict as assert } from "assert";
import { setTimeout as sleep } from "timers/promises";
import type { DeploymentOutput, ModelDeploymentOutput } from "../../../components/deploymentOutput";
import { PodCounters } from "../../../commands/compare/counters";
import type { Cluster } from "../../../commands/shared/cluster";

const deployment = { namespaces: { simulator: "sim" } } as DeploymentOutput;
const model = {
    pods: { decode: { selector: { role: "decode" } } },
    proxy: { port: 8200 },
} as unknown as ModelDeploymentOutput;

/** Two pods that serve, one that does not, and their metrics, which a test moves on. */
function fakeCluster(metrics: Record<string, string>) {
    const pod = (name: string, ready: string) => ({
        metadata: { name },
        status: { conditions: [{ type: "Ready", status: ready }] },
    });
    return {
        list: (_version: string, kind: string, namespace: string, selector: string) => {
            assert.deepEqual([kind, namespace, selector], ["Pod", "sim", "role=decode"]);
            return Promise.resolve([pod("one", "True"), pod("two", "True"), pod("three", "False")]);
        },
        request: ({ target }: { target: { pod: string; port: number } }) => {
            assert.equal(target.port, 8200);
            const body = metrics[target.pod];
            return Promise.resolve(body === undefined ? { status: 503, body: "" } : { status: 200, body });
        },
        close: () => undefined,
    } as unknown as Cluster;
}

const counted = (queries: number, hits: number, waiting: number, total = "") =>
    `# TYPE vllm:prefix_cache_queries${total} counter
vllm:prefix_cache_queries${total}{model_name="random"} ${String(queries)}
# TYPE vllm:prefix_cache_hits${total} counter
vllm:prefix_cache_hits${total}{model_name="random"} ${String(hits)}
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{model_name="random"} ${String(waiting)}
`;

describe("compare: the pods' counters", () => {
    it("counts over all pods what comes during a round, under the names of vLLM and of the simulator", async () => {
        const metrics: Record<string, string> = {
            one: counted(100, 50, 0),
            two: counted(10, 0, 0, "_total"),
        };
        const counters = await PodCounters.open(() => fakeCluster(metrics), deployment, model);
        assert.deepEqual(counters.pods, ["one", "two"]);
        const [result, round] = await counters.during(async () => {
            metrics.one = counted(300, 150, 3);
            metrics.two = counted(110, 20, 4, "_total");
            await sleep(700);
            return "done";
        });
        assert.equal(result, "done");
        assert.deepEqual([round!.queried, round!.hit], [300, 120]);
        assert.ok(round!.queue.length > 0);
        assert.ok(round!.queue.every(({ waiting, at }) => waiting === 7 && at > 0));
    });

    it("takes a pod that has counted nothing yet for one that has counted nothing", async () => {
        const metrics: Record<string, string> = { one: "", two: "" };
        const counters = await PodCounters.open(() => fakeCluster(metrics), deployment, model);
        const [, round] = await counters.during(() => {
            metrics.one = counted(16, 8, 0);
            return Promise.resolve();
        });
        assert.deepEqual([round!.queried, round!.hit], [16, 8]);
    });

    it("runs the round all the same where pods cannot be read, and says why", async () => {
        for (const open of [
            () => fakeCluster({ one: "" }),
            () => {
                throw new Error("no kubeconfig");
            },
        ]) {
            const counters = await PodCounters.open(open, deployment, model);
            assert.match(counters.problem!, /the metrics of pod two: status 503|no kubeconfig/);
            assert.deepEqual(await counters.during(() => Promise.resolve("done")), ["done", undefined]);
        }
    });
});
