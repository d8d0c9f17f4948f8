import { strict as assert } from "assert";
import type { Attempt } from "../../../commands/verify/senders";
import type { ModelTraffic, ScoredAttempt } from "../../../commands/verify/traffic";
import { eppHeader } from "../../../commands/verify/traffic";
import { diagnose } from "../../../commands/verify/checks/diagnosis";
import { affinityOf, obedience } from "../../../commands/verify/checks/traffic";
import { judge } from "../../../commands/verify/judge";
import type { Report } from "../../../commands/verify/report";
import { makeReport, reportText } from "../../../commands/verify/report";
import { binomialTail, chanceOfSamePod } from "../../../commands/verify/statistics";
import { Metrics } from "../../../commands/shared/metrics";
import { ClusterError } from "../../../commands/shared/errors";
import { MemoryCluster } from "./support/memoryCluster";

const pods = ["pod-a", "pod-b", "pod-c"];
const serverMetrics = {
    metrics: new Metrics("# TYPE vllm:kv_cache_usage_perc gauge\nvllm:kv_cache_usage_perc 0\n"),
};

function answer(pod: string, over: Partial<Attempt> = {}): Attempt {
    return { status: 200, headers: { [eppHeader]: "true" }, body: "{}", durationMs: 10, pod, ...over };
}

/** Prompts in turn; `pick` says who answers the given prompt in the given round. */
function scored(
    prompts: number,
    rounds: number,
    pick: (prompt: number, round: number) => string,
): ScoredAttempt[] {
    return Array.from({ length: rounds }, (_none, round) =>
        Array.from({ length: prompts }, (_other, prompt) => {
            const pod = pick(prompt, round);
            return { prompt, attempt: answer(pod), picked: [pod] };
        }),
    ).flat();
}

function healthyTraffic(over: Partial<ModelTraffic> = {}): ModelTraffic {
    const attempts = scored(5, 4, (prompt) => pods[prompt % 3]!);
    const path = { via: "test", models: answer("pod-a"), completions: [answer("pod-a")] };
    return {
        direct: path,
        gateway: path,
        scoring: { attempts, counted: attempts.length },
        servers: Object.fromEntries(pods.map((pod) => [pod, serverMetrics])),
        served: Object.fromEntries(pods.map((pod) => [pod, { models: ["random"] }])),
        ...over,
    };
}

function verify(golden: string, traffic: ModelTraffic, cluster = new MemoryCluster(golden)): Report {
    const { deployment, model } = cluster;
    const sent = new Map([[model.release, traffic]]);
    const results = judge(cluster.snapshot(), { deployment, models: [model.release] }, sent);
    return makeReport({ mode: deployment.mode, source: "test", context: "test" }, results, sent);
}

describe("verify's requests", () => {
    it("pass on a healthy stack, in every mode", () => {
        for (const golden of ["scheduler", "scoring-not-obeyed", "scoring"]) {
            const report = verify(golden, healthyTraffic());
            assert.deepEqual(
                report.checks.filter(({ status }) => status !== "passed"),
                [],
                golden,
            );
            assert.equal(report.exitCode, 0);
        }
    });

    it("say which answer is whose, and what to do about it", () => {
        const cases: [Partial<Attempt>, boolean, string][] = [
            [{ status: 503, body: "no healthy upstream" }, false, "request-no-healthy-upstream"],
            [
                {
                    status: 503,
                    body: "upstream connect error or disconnect/reset before headers. reset reason: overflow",
                },
                false,
                "request-overflow",
            ],
            [
                {
                    status: 503,
                    body: "upstream connect error or disconnect/reset before headers. reset reason: connection failure",
                },
                false,
                "request-connect-failure",
            ],
            [{ status: 500, body: "" }, false, "request-error-500"],
            [{ status: 500, body: "" }, true, "request-error-500"],
            [{ status: 503, body: "" }, false, "request-no-cluster"],
            [{ status: 404, body: "" }, false, "request-no-route"],
            [
                { status: 404, body: '{"error":{"message":"The model `x` does not exist."}}' },
                false,
                "request-model-unknown",
            ],
            [
                { status: 503, body: "inference error: ServiceUnavailable - failed to find candidate pods" },
                true,
                "request-refused-by-epp",
            ],
            [{ status: 504, body: "" }, true, "request-timeout"],
            [{ status: 429, body: "" }, true, "request-rejected"],
            [{ status: 403, body: "RBAC: access denied" }, false, "request-denied"],
            [{ status: 403, body: "forbidden" }, false, "request-failed"],
            [{ status: 418, body: "" }, false, "request-failed"],
            [{ status: 503, error: 'no endpoints available for service "x"' }, false, "request-no-endpoints"],
            [{ error: "connect ECONNREFUSED" }, false, "request-unreachable"],
        ];
        for (const [over, asked, id] of cases) {
            assert.equal(diagnose(answer("pod-a", over), asked).id, id, JSON.stringify(over));
        }
        assert.match(diagnose(answer("x", { status: 500, body: "" }), true).cause, /gRPC status 14/);
        assert.doesNotMatch(diagnose(answer("x", { status: 500, body: "" }), false).cause, /ext_proc/);
    });

    it("that fail are a consequence of the hop that explains them, which comes first", () => {
        const cluster = new MemoryCluster("scheduler");
        cluster.remove("grant", cluster.model.backend.namespace, cluster.model.grant);
        const failed = answer("", { status: 500, body: "", pod: undefined });
        const report = verify(
            "scheduler",
            healthyTraffic({ gateway: { via: "test", models: failed, completions: [failed] } }),
            cluster,
        );
        assert.deepEqual(
            report.roots.map(({ id }) => id),
            ["grant-missing"],
        );
        assert.deepEqual(
            report.consequences.map(({ id, causes }) => [id, causes]),
            [["request-error-500", ["grant-missing"]]],
        );
        const text = reportText(report);
        assert.ok(text.indexOf("[grant-missing]") < text.indexOf("[request-error-500]"));
        assert.match(text, /because of: grant-missing/);
        // eslint-disable-next-line no-control-regex
        assert.doesNotMatch(text, /\u001b/);
    });

    it("that the API server could not deliver say nothing of the path: exit code 3", () => {
        const lost = answer("", {
            status: 503,
            error: "error trying to reach service: dial tcp 10.0.0.1:8200: i/o timeout",
            pod: undefined,
        });
        const report = verify(
            "scheduler",
            healthyTraffic({ direct: { via: "test", models: lost, completions: [lost] } }),
        );
        assert.deepEqual(
            [report.exitCode, report.unknown.map(({ id }) => id)],
            [3, ["request-not-delivered"]],
        );
    });

    for (const error of [
        "error trying to reach service: dial tcp 10.0.0.1:8200: i/o timeout",
        'the API server at https://10.0.0.1 (context "prod") gave no answer within 15000 ms',
    ]) {
        it(`that NetworkPolicies keep the API server from delivering name those, and a way: ${error}`, () => {
            const cluster = new MemoryCluster("scoring-everything");
            const lost = { models: answer("", { error }), completions: [answer("", { error })] };
            const { release } = cluster.model;
            const served = Object.fromEntries(pods.map((pod) => [pod, { error }]));
            const servers = Object.fromEntries(pods.map((pod) => [pod, { error }]));
            const traffic = healthyTraffic({ direct: { via: "test", ...lost }, servers, served });
            const report = verify("scoring-everything", traffic, cluster);
            const found = report.unknown.filter(({ model }) => model === release);
            assert.deepEqual(
                found.map(({ id, check }) => [id, check]),
                [
                    ["api-server-not-admitted", "server-metrics"],
                    ["api-server-not-admitted", "requests-direct"],
                ],
            );
            const policy = "llm-d-sim/ms-sim-llm-d-modelservice-decode";
            assert.ok(found[1]!.message.includes(`NetworkPolicies ${policy}`), found[1]!.message);
            assert.match(found[1]!.fix, /--port-forward.*directClientLabels/);
            assert.deepEqual(
                report.roots.filter(({ check }) => check === "requests-direct"),
                [],
            );
        });
    }

    it("find pods that serve another model than the route's requests ask for", () => {
        const served = Object.fromEntries(pods.map((pod) => [pod, { models: ["llama"] }]));
        const report = verify("scoring", healthyTraffic({ served }));
        assert.deepEqual(
            report.roots.map(({ id }) => id),
            ["pods-serve-another-model"],
        );
        assert.match(report.roots[0]!.message, /ask for the model random, .*pod-a serves llama/);
    });

    it("find a pool over pods of two models, which explains that requests fail", () => {
        const served = {
            "pod-a": { models: ["random"] },
            "pod-b": { models: ["llama", "llama-lora"] },
            "pod-c": { error: "it answered 500" },
        };
        const failed = answer("", { status: 404, body: "The model `random` does not exist." });
        const gateway = { via: "test", models: answer("pod-a"), completions: [failed] };
        const report = verify("scoring", healthyTraffic({ served, gateway }));
        assert.deepEqual(
            report.roots.map(({ id }) => id),
            ["backend-over-several-models"],
        );
        assert.match(
            report.roots[0]!.message,
            /InferencePool llm-d-sim\/gaie-inference-scheduling is over pods of several models: 1 of 2 do not serve random.*pod-b serves llama, llama-lora/,
        );
        assert.deepEqual(
            report.consequences.map(({ id, causes }) => [id, causes]),
            [["request-model-unknown", ["backend-over-several-models"]]],
        );
    });

    it("that were not permitted are unknown, and what was not sent is not passed", () => {
        const stopped = new ClusterError("forbidden", "services/proxy is forbidden");
        const report = verify("scoring", { servers: {}, served: {}, stopped });
        assert.equal(report.exitCode, 3);
        assert.deepEqual([...new Set(report.unknown.map(({ id }) => id))], ["requests-not-permitted"]);
        const hops = report.checks.filter(
            ({ check }) => check.startsWith("requests-") || check.startsWith("scoring-"),
        );
        assert.ok(hops.length >= 4 && hops.every(({ status }) => status === "unknown"));
    });

    it("find an EPP that counts fewer requests than were answered", () => {
        const attempts = scored(5, 4, (prompt) => pods[prompt % 3]!);
        const report = verify("scoring", healthyTraffic({ scoring: { attempts, counted: 12 } }));
        assert.deepEqual(
            report.roots.map(({ id }) => id),
            ["epp-not-asked"],
        );
        assert.match(report.roots[0]!.message, /20 requests were answered, and the EPP counted 12/);
    });

    it("find an EPP that has seen no answers where its metrics cannot be read", () => {
        const attempts = scored(5, 4, (prompt) => pods[prompt % 3]!).map((entry) => ({
            ...entry,
            attempt: { ...entry.attempt, headers: {} },
        }));
        const report = verify(
            "scoring",
            healthyTraffic({ scoring: { attempts, metricsError: "no EPP is ready" } }),
        );
        assert.deepEqual(
            report.roots.map(({ id }) => id),
            ["epp-not-asked"],
        );
    });

    it("find answers of other pods than the EPP picked, but not where scores are not obeyed by design", () => {
        const attempts = scored(5, 4, (prompt) => pods[prompt % 3]!).map((entry) => ({
            ...entry,
            picked: ["pod-z"],
        }));
        const scoring = { attempts, counted: attempts.length };
        assert.deepEqual(
            verify("scoring", healthyTraffic({ scoring })).roots.map(({ id }) => id),
            ["scoring-not-obeyed"],
        );
        const report = verify("scoring-not-obeyed", healthyTraffic({ scoring }));
        assert.equal(report.exitCode, 0);
        assert.match(reportText(report), /scores are computed and not obeyed/);
        assert.deepEqual(obedience(scoring), { known: 20, obeyed: 0 });
    });

    it("find prompts that do not go back to their pod", () => {
        const attempts = scored(5, 4, (prompt, round) => pods[(prompt + round) % 3]!);
        const report = verify("scoring", healthyTraffic({ scoring: { attempts, counted: 20 } }));
        assert.deepEqual(
            report.roots.map(({ id }) => id),
            ["prefix-not-followed"],
        );
    });

    it("do not take one pod that answers everything for prompts that find their way", () => {
        const affinity = affinityOf({ attempts: scored(5, 4, () => "pod-a"), counted: 20 });
        assert.deepEqual(affinity, { returned: 15, trials: 15, chance: 1, pValue: 1, pods: 1 });
    });

    it("do not call a path broken, or sound, by prompts that are too few or all at one pod", () => {
        const few = scored(2, 2, (prompt) => pods[prompt]!);
        const report = verify("scoring", healthyTraffic({ scoring: { attempts: few, counted: 4 } }));
        const hop = report.checks.find(({ check }) => check === "prefix-affinity");
        assert.deepEqual([report.exitCode, hop?.status], [0, "skipped"]);
        assert.match(hop?.because ?? "", /2 of 2 .* so few could not tell it from chance/);
        const one = scored(5, 4, () => "pod-a");
        const all = verify("scoring", healthyTraffic({ scoring: { attempts: one, counted: 20 } }));
        assert.deepEqual(
            all.warnings.map(({ id }) => id),
            ["prefix-one-pod"],
        );
    });

    it("count returns against the chance that pods' shares give", () => {
        const affinity = affinityOf({ attempts: scored(6, 3, (prompt) => pods[prompt % 3]!), counted: 18 })!;
        assert.deepEqual([affinity.returned, affinity.trials, affinity.pods], [12, 12, 3]);
        assert.ok(Math.abs(affinity.chance - 1 / 3) < 1e-12);
        assert.ok(Math.abs(affinity.pValue - (1 / 3) ** 12) < 1e-12);
    });
});

describe("verify's statistics", () => {
    it("add up the upper tail of a binomial distribution", () => {
        assert.ok(Math.abs(binomialTail(10, 8, 0.5) - 56 / 1024) < 1e-12);
        assert.equal(binomialTail(10, 0, 0.5), 1);
        assert.equal(binomialTail(10, 3, 1), 1);
        assert.equal(binomialTail(10, 3, 0), 0);
        // Coefficients of this size have no exact number.
        assert.ok(Math.abs(binomialTail(2000, 1001, 0.5) - 0.4911) < 1e-3);
    });

    it("weigh pods by how often they answered", () => {
        assert.equal(chanceOfSamePod(["a", "b", "a", "b"]), 0.5);
        assert.equal(chanceOfSamePod(["a", "a"]), 1);
    });
});
