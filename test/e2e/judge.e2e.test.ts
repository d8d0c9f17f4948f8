import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { execa } from "execa";
import { npmRun } from "../../commands/shared/npmRun";
import { TestCluster } from "./support/cluster";

interface Finding {
    rule: string;
    level: string;
    object: string;
    file?: string;
}

describe("judge of a cluster", function () {
    const cluster = new TestCluster();

    before(async function () {
        this.timeout(60 * 60_000);
        await (
            await cluster.open({ extProc: { enabled: true }, routing: { backend: "InferencePool" } })
        ).up();
    });
    after(() => cluster.stop());

    async function judge(...args: string[]): Promise<{ exitCode: number | undefined; findings: Finding[] }> {
        const flags = ["--kubeconfig", cluster.kubeconfig, "--format", "json"];
        const { stdout, stderr, exitCode } = await execa(
            process.execPath,
            [...npmRun("commands/judge/main.ts"), ...flags, ...args],
            { reject: false, stdin: "ignore" },
        );
        assert.equal(stderr, "");
        return { exitCode, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings };
    }

    const mandatory = (findings: Finding[]) => findings.filter(({ level }) => level === "mandatory");

    it("finds nothing to stop for in what the program deployed", async () => {
        const { exitCode, findings } = await judge("--live");
        assert.deepEqual(mandatory(findings), []);
        assert.equal(exitCode, 0);
    });

    it("tells what a file brings to it, by the file, and nothing else", async () => {
        const route = {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "HTTPRoute",
            metadata: { name: "another", namespace: "llm-d-inference-scheduler" },
            spec: {
                parentRefs: [{ name: "infra-inference-scheduling-inference-gateway" }],
                hostnames: ["another.example.com"],
                rules: [
                    {
                        backendRefs: [
                            { name: "gaie-inference-scheduling-proxy", namespace: "llm-d-sim", port: 8200 },
                        ],
                    },
                ],
            },
        };
        const file = path.join(cluster.state, "route.json");
        fs.writeFileSync(file, JSON.stringify(route));
        const { exitCode, findings } = await judge("--with-live", file);
        assert.equal(exitCode, 1);
        assert.deepEqual(
            mandatory(findings).map(({ rule, object, file: where }) => [rule, object, where]),
            [["reference-grant-presence", "HTTPRoute llm-d-inference-scheduler/another", file]],
        );
    });

    it("finds the grant that somebody deleted", async () => {
        const [grant = ""] = cluster.names("referencegrant", "llm-d-sim");
        cluster.kubectl("--namespace", "llm-d-sim", "delete", "referencegrant", grant);
        const { exitCode, findings } = await judge("--live");
        assert.equal(exitCode, 1);
        assert.ok(
            mandatory(findings).some(({ rule }) => rule === "reference-grant-presence"),
            JSON.stringify(findings),
        );
        const elsewhere = await judge("--live", "--namespace", "default");
        assert.equal(elsewhere.exitCode, 0);
    });
});
