import { strict as assert } from "assert";
import type { SettingsInput } from "../../components/settings";
import { flagName, latencyProfiles, refusedSimulatorValue, simulatorReleases } from "../../releases";
import { containersOf } from "../support/containers";
import { runSettings } from "../support/objects";

const older: SettingsInput = {
    images: {
        simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.6.1",
        epp: "registry.example.com/llm-d-inference-scheduler:v0.5.1",
    },
};

describe("a simulator's latencies", () => {
    const times =
        /^--(?:latency-calculator|time-to-first|inter-token|prefill-|kv-cache-transfer|time-factor|max-num-seqs)/;

    async function told(settings: SettingsInput): Promise<string[]> {
        const run = await runSettings(settings);
        const [decode] = containersOf(run, "-decode");
        const [prefill] = containersOf(run, "-prefill");
        assert.deepEqual(decode!.args, prefill!.args);
        return decode!.args.filter((argument) => times.test(argument));
    }

    it("depend on what is cached, unless a time to the first token is set", async () => {
        assert.deepEqual(await told({}), [
            "--latency-calculator=per-token",
            "--inter-token-latency=5ms",
            "--prefill-overhead=20ms",
            "--prefill-time-per-token=250us",
            "--max-num-seqs=5",
        ]);
        assert.deepEqual(await told({ simulator: { timeToFirstToken: "80ms" } }), [
            "--latency-calculator=constant",
            "--time-to-first-token=80ms",
            "--inter-token-latency=5ms",
            "--max-num-seqs=5",
        ]);
    });

    it("are those of a profile, of the calculator in force, but for what is set", async () => {
        const simulator = {
            interTokenLatency: "10ms",
            maxNumSeqs: 8,
            latency: { profile: "8b-h100-balanced", prefillTimePerToken: "1ms" },
        } as const;
        assert.deepEqual(await told({ simulator }), [
            "--latency-calculator=per-token",
            "--inter-token-latency=10ms",
            "--inter-token-latency-std-dev=2ms",
            "--time-factor-under-load=2",
            "--prefill-overhead=30ms",
            "--prefill-time-per-token=1ms",
            "--prefill-time-std-dev=5ms",
            "--kv-cache-transfer-time-per-token=3us",
            "--kv-cache-transfer-time-std-dev=200us",
            "--max-num-seqs=8",
        ]);
        assert.deepEqual(
            await told({ simulator: { latency: { profile: "small-l40s-edge", calculator: "fixed" } } }),
            [
                "--latency-calculator=constant",
                "--time-to-first-token=110ms",
                "--inter-token-latency=15ms",
                "--inter-token-latency-std-dev=2ms",
                "--time-factor-under-load=1.5",
                "--time-to-first-token-std-dev=15ms",
                "--kv-cache-transfer-latency=5ms",
                "--kv-cache-transfer-latency-std-dev=1ms",
                "--max-num-seqs=4",
            ],
        );
    });

    it("are what they were with simulators that have no calculators", async () => {
        assert.deepEqual(await told(older), [
            "--time-to-first-token=20",
            "--inter-token-latency=5",
            "--max-num-seqs=5",
        ]);
    });

    it("are written as every release from 0.7 on reads them", async () => {
        for (const { since, ...release } of simulatorReleases.slice(4)) {
            for (const calculator of ["per-token", "fixed"] as const) {
                for (const profile of Object.keys(latencyProfiles) as (keyof typeof latencyProfiles)[]) {
                    const written = await told({
                        images: { simulator: `ghcr.io/llm-d/llm-d-inference-sim:v${since}` },
                        simulator: { latency: { profile, calculator } },
                    });
                    for (const argument of written) {
                        const name = flagName(argument)!;
                        const value = argument.split("=")[1]!;
                        assert.ok(release.flags.includes(name), `${since}: ${name}`);
                        assert.equal(refusedSimulatorValue({ since, ...release }, name, value), undefined);
                    }
                }
            }
        }
    });
});
