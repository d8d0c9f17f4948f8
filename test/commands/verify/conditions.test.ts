import { strict as assert } from "assert";
import { judge } from "../../../commands/verify/judge";
import type { Report } from "../../../commands/verify/report";
import { makeReport } from "../../../commands/verify/report";
import { Metrics } from "../../../commands/shared/metrics";
import { MemoryCluster } from "./support/memoryCluster";

function verify(cluster: MemoryCluster): Report {
    const { deployment } = cluster;
    const results = judge(cluster.snapshot(), { deployment, models: Object.keys(deployment.models) });
    return makeReport({ mode: deployment.mode, source: "test", context: "test" }, results, new Map());
}

function rootIds(report: Report): string[] {
    return report.roots.map(({ id }) => id);
}

/** What controllers say, which no kubectl command can break. */
describe("verify on what controllers say", () => {
    const condition = (type: string, status: string, reason: string) => ({
        type,
        status,
        reason,
        message: "why",
    });

    it("names the reason of a Gateway that is not Programmed, and what to do", () => {
        const cluster = new MemoryCluster("scheduler");
        const { namespaces, gateway } = cluster.deployment;
        cluster.edit("gateway", namespaces.scheduler, gateway.name, (found) => {
            found.status = {
                conditions: [
                    condition("Accepted", "True", "Accepted"),
                    condition("Programmed", "False", "AddressNotUsable"),
                ],
            };
        });
        const [root] = verify(cluster).roots;
        assert.equal(root?.id, "gateway-not-programmed");
        assert.match(root.message, /Programmed=False, AddressNotUsable: why/);
        assert.match(root.fix, /gateway\.serviceType/);
    });

    it("skips what wants pods where an autoscaler may have taken all of them away, and says what to do", () => {
        const asleep = (may: boolean) => {
            const cluster = new MemoryCluster("scoring");
            const { deployment, model } = cluster;
            cluster.edit(
                "deployment",
                deployment.namespaces.simulator,
                model.pods.decode.deployment,
                (found) => {
                    found.spec!.replicas = 0;
                },
            );
            if (may) {
                deployment.models[model.release]!.scalesToZero = true;
            }
            return { report: verify(cluster), cluster };
        };
        const { report, cluster } = asleep(true);
        assert.deepEqual([rootIds(report), report.exitCode], [[], 0]);
        const results = judge(cluster.snapshot(), {
            deployment: cluster.deployment,
            models: [cluster.model.release],
        });
        const skipped = results.filter(({ status }) => status === "skipped");
        assert.deepEqual(
            skipped.map(({ check }) => check),
            ["pods", "endpoints", "pool-pods"],
        );
        for (const { because } of skipped) {
            assert.match(because!, /no pods for want of requests .* holds the next one .* send one/);
        }
        assert.deepEqual(rootIds(asleep(false).report), ["decode-scaled-to-zero"]);
    });

    it("tells of objectives of a group that the EPP does not read, and of none that it does", () => {
        const cluster = new MemoryCluster("scoring-everything");
        const { namespaces } = cluster.deployment;
        const objective = (name: string, pool: string) => ({
            metadata: { name, namespace: namespaces.simulator },
            spec: { poolRef: { name: pool } },
        });
        cluster.create("objective", objective("old", cluster.model.pool!));
        cluster.create("objective", objective("others", "another-pool"));
        const ignored = () =>
            judge(cluster.snapshot(), {
                deployment: cluster.deployment,
                models: Object.keys(cluster.deployment.models),
            })
                .flatMap(({ findings }) => findings)
                .map(({ id, message, fix }) => [id, message.split(",")[0], fix]);
        assert.deepEqual(ignored(), [
            [
                "epp-objective-ignored",
                "InferenceObjective llm-d-sim/old is of inference.networking.x-k8s.io",
                "set epp.objectiveGroup to llm-d.ai, or leave it unset",
            ],
        ]);
        // Without the newer definition the EPP reads the older group.
        cluster.objects.delete("llmdObjective");
        cluster.readings.llmdObjective = { notServed: true };
        assert.deepEqual(ignored(), []);
    });

    it("knows whose certificates an EPP's may be checked against, and that one it signs itself may not", () => {
        const cluster = new MemoryCluster("scoring-own-site");
        const { name, namespace, grpcPort } = cluster.model.epp;
        const found = () => rootIds(verify(cluster));
        assert.deepEqual(found(), []);
        const { simulator } = cluster.deployment.namespaces;
        cluster.edit("deployment", simulator, name, ({ spec }) => {
            const [container] = spec!.template.spec!.containers;
            container!.args = container!.args!.filter((argument) => !argument.startsWith("--cert-path"));
        });
        assert.deepEqual(found(), ["epp-tls-mismatch"]);
        const other = new MemoryCluster("scoring-own-site");
        other.edit("destinationRule", namespace, name, (object) => {
            const { spec } = object as unknown as {
                spec: {
                    trafficPolicy: {
                        portLevelSettings: { port: { number: number }; tls: { credentialName?: string } }[];
                    };
                };
            };
            const settings = spec.trafficPolicy.portLevelSettings;
            delete settings.find(({ port }) => port.number === grpcPort)!.tls.credentialName;
        });
        const [root] = verify(other).roots;
        assert.match(root?.message ?? "", /says not whose certificates to trust/);
    });

    it("says that no controller has set a status where none has, once the class is there", () => {
        const cluster = new MemoryCluster("scoring");
        const { namespaces, gateway } = cluster.deployment;
        const { model } = cluster;
        cluster.edit("gateway", namespaces.scheduler, gateway.name, (found) => delete found.status);
        cluster.edit("route", namespaces.scheduler, model.route, (found) => delete found.status);
        cluster.edit("pool", namespaces.simulator, model.pool!, (found) => delete found.status);
        const report = verify(cluster);
        assert.deepEqual(rootIds(report), ["gateway-no-controller"]);
        assert.match(report.roots[0]!.message, /is Istio running/);
        assert.deepEqual(report.consequences.map(({ id }) => id).sort(), [
            "pool-no-controller",
            "route-no-controller",
        ]);
    });

    for (const [reason, fix] of [
        ["RefNotPermitted", /a ReferenceGrant in llm-d-sim must allow Service/],
        ["BackendNotFound", /must exist with port 8200/],
        ["InvalidKind", /ENABLE_GATEWAY_API_INFERENCE_EXTENSION/],
    ] as const) {
        it(`says what to do about a route with ${reason}`, () => {
            const cluster = new MemoryCluster("scheduler");
            const { namespaces, gateway } = cluster.deployment;
            cluster.edit("route", namespaces.scheduler, cluster.model.route, (found) => {
                found.status = {
                    parents: [
                        {
                            parentRef: { name: gateway.name },
                            conditions: [
                                condition("Accepted", "True", "Accepted"),
                                condition("ResolvedRefs", "False", reason),
                            ],
                        },
                    ],
                };
            });
            const [root] = verify(cluster).roots;
            assert.equal(root?.id, "route-refs-unresolved");
            assert.match(root.message, new RegExp(reason));
            assert.match(root.fix, fix);
        });
    }

    it("knows a status that is about an older route", () => {
        const cluster = new MemoryCluster("scheduler");
        const { namespaces } = cluster.deployment;
        cluster.edit("route", namespaces.scheduler, cluster.model.route, (found) => {
            found.metadata.generation = 3;
            found.status!.parents![0]!.conditions![1] = {
                ...condition("ResolvedRefs", "True", "x"),
                observedGeneration: 2,
            };
        });
        assert.deepEqual(rootIds(verify(cluster)), ["route-status-stale"]);
    });

    it("says why pods are not ready: waiting reasons, schedulers, and the line of the log that tells", () => {
        const cluster = new MemoryCluster("scheduler");
        const { simulator } = cluster.deployment.namespaces;
        const { deployment, selector } = cluster.model.pods.decode;
        cluster.edit("deployment", simulator, deployment, ({ spec }) => {
            // The deployment's own pods give way to those that the test makes.
            spec!.template.metadata!.labels = { ...selector };
            spec!.replicas = 2;
        });
        cluster.readings.pod = {
            objects: [
                {
                    ...{
                        apiVersion: "v1",
                        kind: "Pod",
                        metadata: { name: "decode-0", namespace: simulator, labels: selector },
                    },
                    status: {
                        phase: "Running",
                        containerStatuses: [
                            {
                                ...{ name: "vllm-sim", image: "", imageID: "", ready: false },
                                restartCount: 4,
                                state: { waiting: { reason: "CrashLoopBackOff" } },
                                lastState: { terminated: { exitCode: 2 } },
                            },
                        ],
                    },
                },
                {
                    ...{
                        apiVersion: "v1",
                        kind: "Pod",
                        metadata: { name: "decode-1", namespace: simulator, labels: selector },
                    },
                    status: {
                        phase: "Pending",
                        conditions: [
                            { type: "PodScheduled", status: "False", message: "0/2 nodes are available" },
                        ],
                    },
                },
            ],
        };
        cluster.logs["decode-0"] = "starting\nError: unknown flag: --blok-size\nUsage: ...\n";
        const found = verify(cluster).roots.find(({ id }) => id === "decode-pods-not-ready");
        assert.match(found?.message ?? "", /0 of 2 decode pods are ready/);
        assert.match(
            found?.message ?? "",
            /CrashLoopBackOff, 4 restarts, exit code 2; its log says: Error: unknown flag/,
        );
        assert.match(found?.message ?? "", /not scheduled \(0\/2 nodes are available\)/);
    });

    it("finds an EPP that sees no pods, and one whose metrics cannot be read", () => {
        const cluster = new MemoryCluster("scoring");
        const pod = `${cluster.model.epp.name}-0`;
        cluster.eppMetrics[pod] = {
            metrics: new Metrics("# TYPE inference_pool_ready_pods gauge\ninference_pool_ready_pods 0\n"),
        };
        const [blind] = verify(cluster).roots;
        assert.equal(blind?.id, "epp-sees-no-pods");
        assert.match(blind.message, /sees 0 ready pods .*, and 3 that it may pick are ready/);
        cluster.eppMetrics[pod] = { error: "connection refused" };
        const unread = verify(cluster);
        assert.deepEqual(
            [unread.exitCode, unread.unknown.map(({ id }) => id)],
            [3, ["epp-metrics-unreadable"]],
        );
    });

    it("names the CRD that is missing, and not the objects that cannot be there", () => {
        const cluster = new MemoryCluster("scoring");
        cluster.readings.pool = { notServed: true };
        const report = verify(cluster);
        assert.deepEqual(rootIds(report), ["kind-not-served"]);
        assert.match(report.roots[0]!.message, /no InferencePool of inference\.networking\.k8s\.io\/v1/);
        assert.ok(report.consequences.some(({ id }) => id === "pool-missing"));
    });

    it("passes nothing that it was not allowed to read", () => {
        const cluster = new MemoryCluster("scheduler");
        cluster.readings.grant = { unreadable: "referencegrants is forbidden" };
        const report = verify(cluster);
        assert.equal(report.exitCode, 3);
        const hop = report.checks.find(({ check }) => check === "grant");
        assert.deepEqual([hop?.status, /forbidden/.test(hop?.because ?? "")], ["unknown", true]);
    });

    it("warns of what cannot be told where no request passes, such as an EPP that has just started", () => {
        const cluster = new MemoryCluster("scheduler");
        cluster.eppMetrics[`${cluster.model.epp.name}-0`] = { metrics: new Metrics("") };
        const report = verify(cluster);
        assert.deepEqual([report.exitCode, report.unknown], [0, []]);
        const found = report.warnings.find(({ id }) => id === "epp-sync-unknown");
        assert.match(found?.message ?? "", /no request passes here in this mode/);
    });

    it("warns of what no request passes in this mode, and does not call it broken", () => {
        const cluster = new MemoryCluster("scheduler");
        cluster.remove("destinationRule", cluster.model.epp.namespace, cluster.model.epp.name);
        const report = verify(cluster);
        assert.equal(report.exitCode, 0);
        const [found] = report.warnings;
        assert.equal(found?.id, "epp-tls-rule-missing");
        assert.match(found.message, /no request passes here in this mode/);
    });

    it("finds istiod without the switch for pools", () => {
        const cluster = new MemoryCluster("scoring");
        cluster.create("deployment", {
            metadata: { name: "istiod", namespace: "istio-system" },
            spec: { selector: {}, template: { spec: { containers: [{ name: "discovery", env: [] }] } } },
        });
        assert.deepEqual(rootIds(verify(cluster)), ["istio-pools-off"]);
    });

    it("knows a leader by its Lease", () => {
        const cluster = new MemoryCluster("scoring-not-obeyed-replicated");
        cluster.objects.set("lease", []);
        assert.deepEqual(rootIds(verify(cluster)), ["epp-no-leader"]);
    });

    it("keeps one model's faults from another's", () => {
        const cluster = new MemoryCluster("several-models");
        const { simulator } = cluster.deployment.namespaces;
        const [first, second] = Object.entries(cluster.deployment.models);
        cluster.remove("grant", simulator, first![1].grant);
        cluster.remove("pool", simulator, second![1].pool!);
        const report = verify(cluster);
        assert.deepEqual(
            report.roots.map(({ id, model }) => [id, model]),
            [
                ["grant-missing", first![0]],
                ["pool-missing", second![0]],
            ],
        );
    });

    it("does not take another model's rights for this one's", () => {
        const cluster = new MemoryCluster("several-models");
        const { simulator } = cluster.deployment.namespaces;
        const { release, epp } = cluster.model;
        cluster.remove("roleBinding", simulator, `${epp.name}-pool-reader`);
        assert.deepEqual(
            verify(cluster).roots.map(({ id, model }) => [id, model]),
            [["epp-binding-missing", release]],
        );
    });
});
