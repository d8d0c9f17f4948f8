import { strict as assert } from "assert";
import { assertGolden } from "../support/golden";
import type { Registration } from "../support/mocks";
import { runProgram } from "../support/mocks";
import { modes } from "../support/modes";

/** Registrations happen in no fixed order; files are compared in the order of their URNs. */
function byUrn<T extends { urn: string }>(resources: readonly T[]): T[] {
    return [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** Aliases are left out: most are the SDK's own. What they stand for is tested in `identity.test.ts`. */
function withoutAliases({ aliases: _aliases, ...registration }: Registration) {
    return registration;
}

function find(registrations: Registration[], kind: string): Registration[] {
    return registrations.filter((registration) => registration.inputs.kind === kind);
}

describe("the program", () => {
    for (const [mode, config] of Object.entries(modes)) {
        it(`registers what test/golden/${mode}.yaml says`, async () => {
            const { registrations, reads, outputs } = await runProgram(config);
            assertGolden(mode, {
                outputs,
                registrations: byUrn(registrations).map(withoutAliases),
                ...(reads.length > 0 && { reads: byUrn(reads) }),
            });
        });
    }

    it("adds the EnvoyFilter, and nothing else, when ext_proc is turned on", async () => {
        const off = await runProgram({ extProc: { enabled: false } });
        const on = await runProgram({ extProc: { enabled: true } });
        const known = new Set(off.registrations.map((registration) => JSON.stringify(registration)));
        const added = on.registrations.filter((registration) => !known.has(JSON.stringify(registration)));
        assert.deepEqual(
            added.map((registration) => registration.inputs.kind),
            ["EnvoyFilter"],
        );
        assert.equal(on.registrations.length, off.registrations.length + 1);
    });

    it("changes only the Deployment's replicas when decode is scaled", async () => {
        const before = await runProgram({ replicas: { decode: 2 } });
        const after = await runProgram({ replicas: { decode: 5 } });
        const changed = byUrn(after.registrations).filter(
            (registration, index) =>
                JSON.stringify(registration) !== JSON.stringify(byUrn(before.registrations)[index]),
        );
        assert.deepEqual(
            changed.map((registration) => registration.name),
            ["llm-d-sim/ms-sim-llm-d-modelservice-decode"],
        );
    });

    it("exports traces over OTLP, under the EPP's name, and sets nothing where tracing is off", async () => {
        const variables = async (epp: object) => {
            const { registrations } = await runProgram({ epp });
            const deployment = registrations.find(
                ({ name, inputs }) => name.endsWith("-epp") && inputs.kind === "Deployment",
            );
            const { containers } = (
                deployment?.inputs.spec as {
                    template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
                }
            ).template.spec;
            return containers[0]!.env.filter(({ name }) => name.startsWith("OTEL_"));
        };
        assert.deepEqual(await variables({}), []);
        const otlpEndpoint = "http://otel.observability:4317";
        assert.deepEqual(await variables({ tracing: true, otlpEndpoint, traceSampleRatio: 1 }), [
            { name: "OTEL_TRACES_EXPORTER", value: "otlp" },
            { name: "OTEL_SERVICE_NAME", value: "gaie-inference-scheduling-epp" },
            {
                name: "OTEL_RESOURCE_ATTRIBUTES",
                value: "k8s.namespace.name=$(NAMESPACE),k8s.pod.name=$(POD_NAME)",
            },
            { name: "OTEL_TRACES_SAMPLER", value: "parentbased_traceidratio" },
            { name: "OTEL_TRACES_SAMPLER_ARG", value: "1" },
            { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: otlpEndpoint },
        ]);
    });

    it("gives pods the serving label in both spellings, and selects them by the old one", async () => {
        const { registrations } = await runProgram();
        const decode = registrations.find(
            ({ name, inputs }) => name.endsWith("-decode") && inputs.kind === "Deployment",
        );
        const { selector, template } = decode?.inputs.spec as {
            selector: { matchLabels: Record<string, string> };
            template: { metadata: { labels: Record<string, string> } };
        };
        const spellings = ["llm-d.ai/inferenceServing", "llm-d.ai/inference-serving"];
        assert.deepEqual(
            spellings.map((key) => [template.metadata.labels[key], selector.matchLabels[key]]),
            [
                ["true", "true"],
                ["true", undefined],
            ],
        );
    });

    it("grants exactly what the route refers to", async () => {
        const { registrations } = await runProgram({ release: "blue", namespaces: { simulator: "other" } });
        const [route] = find(registrations, "HTTPRoute");
        const [grant] = find(registrations, "ReferenceGrant");
        const routeSpec = route!.inputs.spec as {
            rules: { backendRefs: Record<string, unknown>[] }[];
        };
        const { group, kind, name, namespace } = routeSpec.rules[0]!.backendRefs[0]!;
        assert.deepEqual(grant!.inputs.spec, {
            from: [
                {
                    group: "gateway.networking.k8s.io",
                    kind: "HTTPRoute",
                    namespace: "llm-d-inference-scheduler",
                },
            ],
            to: [{ group, kind, name }],
        });
        assert.equal((grant!.inputs.metadata as { namespace: string }).namespace, namespace);
    });

    // Pulumi creates in the order of dependencies, and deletes in the reverse one.
    const needs: { mode: string; kind: string; of: string[] }[] = [
        {
            mode: "scheduler",
            kind: "HTTPRoute",
            of: [
                "Gateway::llm-d-inference-scheduler/infra-inference-scheduling-inference-gateway",
                "ReferenceGrant::llm-d-sim/llm-d-inference-scheduling-to-service",
                "Service::llm-d-sim/gaie-inference-scheduling-proxy",
            ],
        },
        {
            mode: "scoring",
            kind: "HTTPRoute",
            of: [
                "Gateway::llm-d-inference-scheduler/infra-inference-scheduling-inference-gateway",
                "ReferenceGrant::llm-d-sim/llm-d-inference-scheduling-to-inferencepool",
                "InferencePool::llm-d-sim/gaie-inference-scheduling",
                "Deployment::llm-d-sim/gaie-inference-scheduling-epp",
                "Service::llm-d-sim/gaie-inference-scheduling-epp",
                "Deployment::llm-d-sim/ms-sim-llm-d-modelservice-decode",
            ],
        },
        {
            mode: "scoring-not-obeyed",
            kind: "EnvoyFilter",
            of: [
                "HTTPRoute::llm-d-inference-scheduler/llm-d-inference-scheduling",
                "Deployment::llm-d-inference-scheduler/gaie-inference-scheduling-epp",
                "Service::llm-d-inference-scheduler/gaie-inference-scheduling-epp",
            ],
        },
    ];
    for (const { mode, kind, of } of needs) {
        it(`creates the ${kind} after what it needs, and deletes it before, in the mode ${mode}`, async () => {
            const { registrations } = await runProgram(modes[mode]);
            const [dependent] = find(registrations, kind);
            const missing = of.filter(
                (needed) => !dependent!.dependencies.some((dependency) => dependency.endsWith(`:${needed}`)),
            );
            assert.deepEqual(missing, []);
        });
    }

    it("passes whole milliseconds, and no tokenizer flag, to an old simulator", async () => {
        const { registrations } = await runProgram({
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.6.1" },
        });
        const decode = find(registrations, "Deployment").find(({ name }) => name.endsWith("-decode"));
        const { template } = decode!.inputs.spec as {
            template: { spec: { containers: { args: string[] }[] } };
        };
        const { args } = template.spec.containers[0]!;
        assert.ok(args.includes("--time-to-first-token=20"), args.join(" "));
        assert.ok(!args.some((argument) => argument.startsWith("--force-dummy-tokenizer")), args.join(" "));
    });

    it("tells the provider which cluster it is, whatever the kubeconfig says", async () => {
        const { registrations } = await runProgram({ cluster: { clusterIdentifier: "prod-eu" } });
        const provider = registrations.find(({ name }) => name === "cluster");
        assert.equal(provider!.inputs.clusterIdentifier, "prod-eu");
    });

    it("does not read the kubeconfig in clear into the provider", async () => {
        const { registrations } = await runProgram({ cluster: { kubeconfig: "apiVersion: v1" } });
        const provider = registrations.find((registration) => registration.name === "cluster");
        assert.notEqual(provider!.inputs.kubeconfig, "apiVersion: v1");
    });

    for (const [variable, input] of [
        ["PULUMI_K8S_UPSERT_EXISTING_OBJECTS", "upsertExistingObjects"],
        ["PULUMI_K8S_ENABLE_PATCH_FORCE", "enablePatchForce"],
    ] as const) {
        it(`does not record ${variable}, which is for one up`, async () => {
            process.env[variable] = "true";
            try {
                const { registrations } = await runProgram({});
                const provider = registrations.find((registration) => registration.name === "cluster");
                assert.equal(provider!.inputs[input], undefined);
                assert.equal(process.env[variable], "true");
            } finally {
                delete process.env[variable];
            }
        });
    }
});
