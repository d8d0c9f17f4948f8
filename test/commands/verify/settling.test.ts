import { strict as assert } from "assert";
import { Metrics } from "../../../commands/shared/metrics";
import { settledSnapshot } from "../../../commands/verify/settling";
import type { Scrape, Snapshot } from "../../../commands/verify/snapshot";
import { MemoryCluster } from "./support/memoryCluster";

describe("verify after the start of an EPP", () => {
    const silent: Scrape = { metrics: new Metrics("# TYPE other gauge\nother 1\n") };

    /** Snapshots in turn, of which the first few are of an EPP that became Ready a while (milliseconds) ago. */
    async function settle(
        golden: string,
        { age, silentFor }: { age: number; silentFor: number },
    ): Promise<{ looks: number; lines: string[] }> {
        const lines: string[] = [];
        let looks = 0;
        const cluster = new MemoryCluster(golden);
        const { deployment, model } = cluster;
        const since = new Date(Date.now() - age).toISOString();
        const take = (): Promise<Snapshot> => {
            looks++;
            const pods = cluster.snapshot().all("pod");
            const picker = pods.find(({ metadata }) => metadata.name.startsWith(`${model.epp.name}-`))!;
            const ready = picker.status!.conditions!.find(({ type }) => type === "Ready")!;
            ready.lastTransitionTime = since;
            cluster.readings.pod = { objects: pods };
            if (looks <= silentFor) {
                cluster.eppMetrics[picker.metadata.name] = silent;
            } else {
                delete cluster.eppMetrics[picker.metadata.name];
            }
            return Promise.resolve(cluster.snapshot());
        };
        await settledSnapshot(
            take,
            { deployment, models: [model.release] },
            { progress: (line) => lines.push(line), signal: new AbortController().signal },
        );
        return { looks, lines };
    }

    it("looks again until it sees the pods, and says once that it waits", async () => {
        const { looks, lines } = await settle("scoring", { age: 2_000, silentFor: 2 });
        assert.equal(looks, 3);
        assert.equal(lines.length, 1);
        assert.match(lines[0]!, /^Waiting up to 30 s for gaie-inference-scheduling-epp-.* has just started/);
    });

    it("waits for none that has been there for long, or that nobody asks", async () => {
        assert.deepEqual(await settle("scoring", { age: 60_000, silentFor: 9 }), { looks: 1, lines: [] });
        assert.deepEqual(await settle("scheduler", { age: 0, silentFor: 9 }), { looks: 1, lines: [] });
        assert.deepEqual(await settle("scoring", { age: 0, silentFor: 0 }), { looks: 1, lines: [] });
    });

    it("waits no longer than the EPP may take", async () => {
        const { looks } = await settle("scoring", { age: 28_500, silentFor: 99 });
        assert.ok(looks <= 3, String(looks));
    });
});
