import { strict as assert } from "assert";
import type { SettingsInput } from "../../components/settings";
import { eppFlagOwners, eppVariableOwners } from "../../components/epp/arguments";
import { simulatorFlagOwners, simulatorVariableOwners } from "../../components/simulator/arguments";
import { eppReleases, flagName, simulatorReleases } from "../../releases";
import { containersOf } from "../support/containers";
import { modes } from "../support/modes";
import { runSettings } from "../support/objects";
import { selfSigned } from "../support/certificate";

const pair = selfSigned("*.llm-d-sim.svc");
const scoring: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };

/** Settings with every flag and variable that the program can write. */
const everything: SettingsInput[] = [
    // That of a site of its own has arguments and variables of the user's.
    ...Object.entries(modes).flatMap(([mode, config]) => (mode === "scoring-own-site" ? [] : [config])),
    {
        ...scoring,
        replicas: { epp: 2 },
        epp: {
            allowExperimentalPlugins: true,
            drainTimeout: "45s",
            emitEndpointScores: true,
            tracing: true,
            otlpEndpoint: "http://otel:4317",
            tls: { ...pair, ca: pair.certificate },
        },
        simulator: {
            servedModelNames: ["a", "b"],
            loraModules: ["c"],
            startupDelay: "10s",
            failureInjection: { rate: 5, types: ["rate_limit"] },
        },
    },
];

describe("arguments and variables", () => {
    const programs = {
        "-epp": { flags: eppFlagOwners, variables: eppVariableOwners, releases: eppReleases },
        "-decode": {
            flags: simulatorFlagOwners(simulatorReleases.at(-1)!, true),
            variables: simulatorVariableOwners,
            releases: simulatorReleases,
        },
    };
    for (const [suffix, { flags, variables, releases }] of Object.entries(programs)) {
        it(`of ${suffix} that the program writes have an owner, and no other has one that no release knows`, async () => {
            const written = { flags: new Set<string>(), variables: new Set<string>() };
            for (const settings of everything) {
                for (const { args, env } of containersOf(await runSettings(settings), suffix)) {
                    args.flatMap((argument) =>
                        argument.startsWith("--") ? [flagName(argument)!] : [],
                    ).forEach((flag) => written.flags.add(flag));
                    env.forEach(({ name }) => written.variables.add(name));
                }
            }
            assert.deepEqual(
                [...written.flags].filter((flag) => !flags.has(flag)),
                [],
            );
            assert.deepEqual([...written.variables].sort(), [...variables.keys()].sort());
            const known = new Set(releases.flatMap((release) => release.flags));
            assert.deepEqual(
                [...flags.keys()].filter((flag) => !known.has(flag)),
                [],
            );
        });
    }

    it("of the user's own come last, in their order, and variables beside the program's", async () => {
        const run = await runSettings({
            epp: {
                extraArgs: ["--enable-pprof=true", "--refresh-metrics-interval=100ms"],
                env: { GOGC: "200", TOKEN: { secretName: "tokens", key: "epp" } },
            },
            simulator: { extraArgs: ["--log-http=true"], env: { PYTHONHASHSEED: "7" } },
        });
        const [epp] = containersOf(run, "-epp");
        assert.deepEqual(epp!.args.slice(-2), ["--enable-pprof=true", "--refresh-metrics-interval=100ms"]);
        assert.deepEqual(epp!.env.slice(-2), [
            { name: "GOGC", value: "200" },
            { name: "TOKEN", valueFrom: { secretKeyRef: { name: "tokens", key: "epp" } } },
        ]);
        for (const suffix of ["-decode", "-prefill"]) {
            const [server] = containersOf(run, suffix);
            assert.equal(server!.args.at(-1), "--log-http=true");
            assert.deepEqual(server!.env.at(-1), { name: "PYTHONHASHSEED", value: "7" });
        }
    });

    it("of a simulator say its names, its failures and its delay as it reads them", async () => {
        const [decode] = containersOf(await runSettings(everything.at(-1)!), "-decode");
        const from = (flag: string, count: number) =>
            decode!.args.slice(decode!.args.indexOf(flag), decode!.args.indexOf(flag) + count);
        assert.deepEqual(from("--served-model-name", 3), ["--served-model-name", "a", "b"]);
        assert.deepEqual(from("--lora-modules", 2), ["--lora-modules", '{"name":"c"}']);
        assert.deepEqual(from("--failure-types", 2), ["--failure-types", "rate_limit"]);
        assert.ok(decode!.args.includes("--failure-injection-rate=5"));
        assert.ok(decode!.args.includes("--startup-duration=10s"));
    });

    it("of an EPP say how long it drains, and the kubelet waits for that", async () => {
        const graceOf = async (drainTimeout?: string) => {
            const run = await runSettings({ epp: { drainTimeout } });
            const [epp] = containersOf(run, "-epp");
            return [
                epp!.pod.terminationGracePeriodSeconds,
                epp!.args.filter((flag) => flag.startsWith("--drain")),
            ];
        };
        assert.deepEqual(await graceOf(), [130, []]);
        assert.deepEqual(await graceOf("45s"), [130, ["--drain-timeout=45s"]]);
        assert.deepEqual(await graceOf("5m"), [315, ["--drain-timeout=5m"]]);
    });

    it("make requests name what is served", async () => {
        const { outputs } = await runSettings({
            simulator: { model: "m", servedModelNames: ["llama", "llama-3"] },
        });
        const { deployment, directPath } = outputs as unknown as {
            deployment: { models: Record<string, { model: string }> };
            directPath: { curl: string };
        };
        assert.equal(deployment.models["inference-scheduling"]!.model, "llama");
        assert.match(directPath.curl, /"model":"llama"/);
    });
});
