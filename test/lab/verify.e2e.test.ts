import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import type { DeploymentOutput, Mode } from "../../components/deploymentOutput";
import type { ReleasedModel } from "../../commands/verify/checks/check";
import { modelsOf } from "../../commands/verify/judge";
import type { Report } from "../../commands/verify/report";
import { verifyStack } from "../../commands/verify/verifyStack";
import type { SavedObjects } from "../e2e/support/clusterEditor";
import { faultsOf } from "../faults/stacks";
import { patience } from "../support/eventually";
import { TestLab } from "./support/lab";
import { modes } from "./support/modes";
import { sharedLab } from "./support/sharedLab";

/** Every fault of the catalogue on a running stack: verify names it before whatever follows from it. */
describe("verify in the lab", function () {
    const lab = sharedLab;

    before(async function () {
        this.timeout(60 * 60_000);
        await TestLab.skipWherePipIsMissing(this);
        await lab.deploy(modes.scheduler, { refresh: true });
    });

    for (const mode of ["scheduler", "scoring-not-obeyed", "scoring"] satisfies Mode[]) {
        describe(mode, () => {
            let deployment: DeploymentOutput;
            let model: ReleasedModel;
            let saved: SavedObjects;

            /** Few requests, because most of what is found is found without. */
            const verify = (requests = 4): Promise<Report> =>
                verifyStack({
                    ...{ cluster: lab.cluster.client, deployment, models: [model.release], requests },
                    ...{
                        source: "the lab",
                        progress: () => undefined,
                        signal: AbortSignal.timeout(patience),
                    },
                });
            const ids = ({ roots, consequences, unknown, warnings }: Report) =>
                JSON.stringify({ roots, consequences, unknown, warnings }, undefined, 1);

            before(async function () {
                // What the faults deleted was created anew, and the engine only deletes objects that it knows.
                await lab.deploy(modes[mode], { refresh: true });
                const outputs = JSON.parse(
                    fs.readFileSync(path.join(lab.cluster.state, "outputs.json"), "utf8"),
                ) as { deployment: DeploymentOutput };
                deployment = outputs.deployment;
                model = modelsOf({ deployment, models: Object.keys(deployment.models) })[0]!;
                saved = await lab.cluster.save(Object.values(deployment.namespaces));
            });
            afterEach(() => saved.restore());

            it("passes, and measures", async () => {
                const report = await lab.until(
                    () => verify(40),
                    ({ outcome }) => outcome === "passed",
                    ids,
                );
                assert.deepEqual(
                    report.measures.map(({ path: of, answered, sent }) => [
                        of,
                        answered === sent && sent >= 40,
                    ]),
                    [
                        ["scheduler", true],
                        ["direct", true],
                    ],
                );
                if (mode === "scheduler") {
                    assert.deepEqual(report.scoring, []);
                    return;
                }
                const [scored] = report.scoring;
                assert.equal(
                    scored?.counted,
                    scored?.sent,
                    "the EPP counted every request, and no other was sent",
                );
                assert.ok(scored?.affinity);
                if (mode === "scoring") {
                    assert.equal(scored.affinity.returned, scored.affinity.trials);
                    assert.ok(scored.affinity.pValue < 0.01);
                }
            });

            for (const fault of faultsOf(mode).filter(({ verdict }) => !verdict.newerThanLab)) {
                const { id, message, warning } = fault.verdict;
                it(`says ${id} when ${fault.title}`, async () => {
                    await lab.until(
                        () => verify(0),
                        ({ outcome }) => outcome === "passed",
                        ids,
                    );
                    await saved.break(fault);
                    const of = (report: Report) => (warning ? report.warnings : report.roots);
                    const exitCode = warning ? 0 : 1;
                    const report = await lab.until(
                        () => verify(),
                        (last) => of(last)[0]?.id === id && last.exitCode === exitCode,
                        ids,
                    );
                    assert.match(of(report)[0]!.message, message);
                });
            }
        });
    }

    it("reaches a route that asks for a host, a header and a path, through the API server", async () => {
        await lab.deploy(
            {
                routing: { hostnames: ["*.example.com"], headers: { "x-tenant": "blue" } },
                models: { pathed: { match: { path: "/pathed" } } },
            },
            { refresh: true },
        );
        const outputs = JSON.parse(fs.readFileSync(path.join(lab.cluster.state, "outputs.json"), "utf8")) as {
            deployment: DeploymentOutput;
        };
        const { deployment } = outputs;
        const report = await lab.until(
            () =>
                verifyStack({
                    ...{
                        cluster: lab.cluster.client,
                        deployment,
                        models: ["pathed"],
                        requests: 3,
                        source: "the lab",
                    },
                    ...{ progress: () => undefined, signal: AbortSignal.timeout(patience) },
                }),
            ({ outcome }) => outcome === "passed",
        );
        assert.deepEqual(
            report.measures.map(({ answered }) => answered),
            [3, 3],
        );
    });
});
