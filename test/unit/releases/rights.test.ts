import { strict as assert } from "assert";
import { eppReleases, eppRules } from "../../../releases";
import { epp } from "./known";

describe("the table of releases", () => {
    describe("RBAC", () => {
        const read = ["get", "list", "watch"];
        const pods = { apiGroups: [""], resources: ["pods"], verbs: read };
        const pools = {
            apiGroups: ["inference.networking.k8s.io"],
            resources: ["inferencepools"],
            verbs: read,
        };

        it("reads pods alone where no pool is", () => {
            for (const release of eppReleases) {
                assert.deepEqual(eppRules(release, { pool: false, leaderElection: false }), [pods]);
            }
        });

        it("reads what the release reads beside its pool", () => {
            const objectives = (version: string) =>
                eppRules(epp(version), { pool: true, leaderElection: false });
            assert.deepEqual(objectives("0.4"), [
                pods,
                pools,
                {
                    apiGroups: ["inference.networking.x-k8s.io"],
                    resources: ["inferenceobjectives"],
                    verbs: read,
                },
            ]);
            assert.deepEqual(objectives("0.9"), [
                pods,
                pools,
                {
                    apiGroups: ["inference.networking.x-k8s.io", "llm-d.ai"],
                    resources: ["inferenceobjectives", "inferencemodelrewrites"],
                    verbs: read,
                },
            ]);
        });

        it("writes a lease and events where a leader is elected", () => {
            assert.deepEqual(eppRules(epp("0.8"), { pool: false, leaderElection: true }).slice(1), [
                {
                    apiGroups: ["coordination.k8s.io"],
                    resources: ["leases"],
                    verbs: [...read, "create", "update", "patch", "delete"],
                },
                { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
            ]);
        });
    });
});
