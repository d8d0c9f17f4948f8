import { strict as assert } from "assert";
import { deepMerge } from "../../objects/merge";
import { versions } from "../../local/toolchain/versions";
import { TestLab } from "./support/lab";
import { modes } from "./support/modes";
import { sharedLab } from "./support/sharedLab";
import type { TrafficResult } from "./support/traffic";
import { Traffic } from "./support/traffic";

/** What docs/rollouts.md promises, with requests through the Gateway for as long as each change takes. */
describe("changes under load, in the lab", function () {
    const lab = sharedLab;
    /** The same programs under another name: to everything but the lab, another image. */
    const otherImages = {
        simulator: { images: { simulator: `quay.io/llm-d/llm-d-inference-sim:${versions.simulator}` } },
        epp: (release: string) => ({ images: { epp: `quay.io/llm-d/llm-d-inference-scheduler:${release}` } }),
    };
    const oldestEpp = {
        images: { epp: `localhost/llm-d-inference-scheduler:${versions.llmdOldestScheduler}` },
    };
    const failOpen = { extProc: { failureMode: "FailOpen" } };
    const twoPickers = { replicas: { epp: 2 } };
    const otherConfig = { epp: { plugins: "load-aware" } };

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        // Whoever scaled the pods with kubectl is their number's field manager until another number is forced on it.
        const another = deepMerge(modes.scheduler, { replicas: { decode: 4 } }) as Record<string, unknown>;
        await lab.deploy(another, { refresh: true, forceConflicts: true });
        await lab.askUntil("gateway", ({ status }) => status === 200);
    });

    /** Deploys while requests come, until the pods that the change ends have ended. */
    async function change(mode: keyof typeof modes, ...over: object[]): Promise<TrafficResult> {
        const config = over.reduce<object>((merged, more) => deepMerge(merged, more) as object, modes[mode]);
        const traffic = new Traffic(lab.urls.gateway);
        try {
            await lab.deploy(config as Record<string, unknown>);
            await lab.until(
                () => lab.cluster.endingPods(),
                (pods) => pods.length === 0,
            );
            return await traffic.finish();
        } finally {
            // Also where the deployment fails, so that nothing is sent on.
            await traffic.stop();
        }
    }

    function lostNothing({ failed }: TrafficResult): void {
        assert.deepEqual(failed, []);
    }

    describe("a switch of the mode loses no request:", () => {
        const path = [
            "scheduler",
            "scoring-not-obeyed",
            "scoring",
            "scheduler",
            "scoring",
            "scoring-not-obeyed",
            "scheduler",
        ] as const;
        for (const [index, to] of path.slice(1).entries()) {
            it(`from ${path[index]!} to ${to}`, async () => {
                lostNothing(await change(to));
            });
        }
    });

    for (const mode of ["scheduler", "scoring"] as const) {
        describe(`in the mode ${mode} no request is lost when`, () => {
            before(() => lab.deploy(modes[mode]));

            it("decode pods are added", async () => {
                lostNothing(await change(mode, { replicas: { decode: 5 } }));
            });

            it("decode pods are taken away", async () => {
                lostNothing(await change(mode, { replicas: { decode: 2 } }));
            });

            it("the simulator's image changes", async () => {
                lostNothing(await change(mode, otherImages.simulator));
            });
        });
    }

    for (const [mode, release] of [
        ["scoring-not-obeyed", versions.llmdOldestScheduler],
        ["scoring", versions.llmdScheduler],
    ] as const) {
        describe(`in the mode ${mode}, with one EPP that fails closed, no request is lost when`, () => {
            before(() => lab.deploy(modes[mode]));

            it("the EPP's configuration changes", async () => {
                lostNothing(await change(mode, otherConfig));
            });

            it("the EPP's image changes", async () => {
                lostNothing(await change(mode, otherImages.epp(release)));
            });
        });
    }

    describe("with a pool, no request is lost when the EPP's release changes:", () => {
        before(() => lab.deploy(deepMerge(modes.scoring, oldestEpp) as Record<string, unknown>));

        it("an upgrade from the oldest that the lab has to the newest", async () => {
            lostNothing(await change("scoring"));
        });

        it("and back", async () => {
            lostNothing(await change("scoring", oldestEpp));
        });
    });

    describe("another release takes a part of the requests, and none is lost", () => {
        /** The deployed model under its names, and the next release beside it. */
        const beside = (weight: number) => ({
            models: {
                "inference-scheduling": { modelRelease: "sim" },
                next: {
                    replicas: { decode: 1, prefill: 0 },
                    rollout: { of: "inference-scheduling", weight },
                },
            },
        });
        const ofNext = ({ byPod }: TrafficResult) =>
            [...byPod].reduce((sum, [pod, answers]) => sum + (pod.startsWith("ms-next-") ? answers : 0), 0);

        before(() => lab.deploy(modes.scoring));

        it("when it comes, and takes none", async () => {
            const { byPod, failed } = await change("scoring", beside(0));
            assert.deepEqual(failed, []);
            assert.deepEqual(
                [...byPod.keys()].filter((pod) => pod.startsWith("ms-next-")),
                [],
            );
        });

        it("when it takes a quarter of them", async () => {
            lostNothing(await change("scoring", beside(25)));
            const traffic = new Traffic(lab.urls.gateway);
            const result = await traffic.finish();
            lostNothing(result);
            // Of 50 answers 12 are expected: so few, or so many, come once in a hundred thousand times.
            const part = ofNext(result) / result.answered;
            assert.ok(part > 0.02 && part < 0.6, `${String(part)} of the answers`);
        });

        it("and verify proves each release by itself", async () => {
            const { exitCode, stdout, stderr } = await lab.prove("verify");
            assert.equal(exitCode, 0, stdout + stderr);
        });

        it("when it takes all of them", async () => {
            lostNothing(await change("scoring", beside(100)));
            const traffic = new Traffic(lab.urls.gateway);
            const result = await traffic.finish();
            lostNothing(result);
            assert.equal(ofNext(result), result.answered);
        });

        it("when it goes", async () => {
            lostNothing(await change("scoring"));
        });
    });

    describe("with several EPPs, of which one leads", () => {
        function lostWhileNobodyLed({ failed }: TrafficResult): void {
            assert.ok(failed.length > 0, "docs/rollouts.md says that this cannot be had, and it was");
            assert.deepEqual(
                failed.filter(({ answer }) => answer !== "500: "),
                [],
            );
        }

        before(() => lab.deploy(modes.scoring));

        it("that fail closed, requests fail while the first leader is chosen", async () => {
            lostWhileNobodyLed(await change("scoring", twoPickers));
        });

        it("that fail closed, requests fail while the next leader is chosen", async () => {
            lostWhileNobodyLed(await change("scoring", twoPickers, otherConfig));
        });

        it("that fail open, no request is lost when the configuration changes", async () => {
            await change("scoring", twoPickers, failOpen);
            lostNothing(await change("scoring", twoPickers, failOpen, otherConfig));
        });

        it("no request is lost on the way back to one", async () => {
            lostNothing(await change("scoring"));
        });
    });
});
