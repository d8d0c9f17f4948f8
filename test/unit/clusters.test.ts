import { strict as assert } from "assert";
import type { SettingsInput } from "../../components/settings";
import { containersOf } from "../support/containers";
import { objectsOf, runSettings } from "../support/objects";

const scoring: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };

describe("what clusters differ in", () => {
    it("is Istio's revision, on the Gateway and on the namespaces that are created", async () => {
        const labelsOf = async (settings: SettingsInput) =>
            objectsOf(await runSettings(settings)).flatMap(({ inputs: { kind, metadata } }) => {
                const { labels = {} } = metadata as { labels?: Record<string, string> };
                return "istio.io/rev" in labels ? [`${kind} ${labels["istio.io/rev"]}`] : [];
            });
        assert.deepEqual((await labelsOf({ gateway: { istioRevision: "canary" } })).sort(), [
            "Gateway canary",
            "Namespace canary",
            "Namespace canary",
        ]);
        assert.deepEqual(
            await labelsOf({ gateway: { istioRevision: "canary" }, namespaces: { create: false } }),
            ["Gateway canary"],
        );
        assert.deepEqual(await labelsOf({}), []);
    });

    it("is labels of a site's own, on the Gateway and on the namespaces that are created", async () => {
        const objects = objectsOf(
            await runSettings({
                gateway: { labels: { "istio.io/rev": "canary", team: "serving" } },
                namespaces: { labels: { "cost-center": "42" } },
            }),
        );
        const labelsOf = (wanted: string) =>
            objects.flatMap(({ inputs: { kind, metadata } }) =>
                kind === wanted ? [(metadata as { labels?: Record<string, string> }).labels!] : [],
            );
        const [gateway] = labelsOf("Gateway");
        assert.deepEqual([gateway!["istio.io/rev"], gateway!.team], ["canary", "serving"]);
        assert.equal(gateway!["app.kubernetes.io/part-of"], "llm-d-inference");
        assert.deepEqual(
            labelsOf("Namespace").map((labels) => labels["cost-center"]),
            ["42", "42"],
        );
    });

    it("is whether pods name their user; they are never root", async () => {
        const users = async (settings: SettingsInput) => {
            const run = await runSettings(settings);
            return ["-epp", "-decode", "-prefill"].map((suffix) => {
                const [found] = containersOf(run, suffix);
                const { runAsNonRoot, runAsUser, runAsGroup, fsGroup } = found!.pod.securityContext;
                return [runAsNonRoot, runAsUser, runAsGroup, fsGroup];
            });
        };
        assert.deepEqual(await users({}), Array(3).fill([true, 65532, 65532, 65532]));
        assert.deepEqual(
            await users({ pods: { fixedUser: false } }),
            Array(3).fill([true, undefined, undefined, undefined]),
        );
    });

    it("is whether Istio injects proxies, which no pod wants, and no selector knows of", async () => {
        const deployments = objectsOf(await runSettings({})).filter(
            ({ inputs }) => inputs.kind === "Deployment",
        );
        assert.equal(deployments.length, 3);
        for (const { inputs } of deployments) {
            const { selector, template } = inputs.spec as {
                selector: { matchLabels: Record<string, string> };
                template: { metadata: { labels: Record<string, string> } };
            };
            assert.equal(template.metadata.labels["sidecar.istio.io/inject"], "false");
            assert.ok(!("sidecar.istio.io/inject" in selector.matchLabels));
        }
    });

    it("is how Prometheus finds monitors, how often it scrapes, and with which token", async () => {
        const monitors = async (monitoring: SettingsInput["monitoring"]) =>
            objectsOf(await runSettings({ monitoring, epp: { metricsAuth: true } })).flatMap(({ inputs }) => {
                const { kind, metadata, spec } = inputs as typeof inputs & {
                    metadata: { labels: Record<string, string> };
                    spec: { endpoints?: object[]; podMetricsEndpoints?: object[] };
                };
                const [endpoint] = spec?.endpoints ?? spec?.podMetricsEndpoints ?? [];
                return kind.endsWith("Monitor") ? [[kind, metadata.labels.release, endpoint]] : [];
            });
        const scraped = { path: "/metrics", interval: "15s" };
        assert.deepEqual(
            (
                await monitors({
                    monitors: true,
                    labels: { release: "prometheus" },
                    interval: "15s",
                    tokenSecret: { name: "scraper" },
                })
            ).sort(),
            [
                ["PodMonitor", "prometheus", { port: "http", ...scraped }],
                ["PodMonitor", "prometheus", { port: "http", ...scraped }],
                [
                    "ServiceMonitor",
                    "prometheus",
                    {
                        port: "http-metrics",
                        ...scraped,
                        authorization: { type: "Bearer", credentials: { name: "scraper", key: "token" } },
                    },
                ],
            ],
        );
        assert.deepEqual(
            (await monitors({ monitors: true })).map(([, , endpoint]) =>
                Object.keys(endpoint as object).sort(),
            ),
            [
                ["path", "port"],
                ["path", "port"],
                ["bearerTokenFile", "path", "port"],
            ],
        );
    });

    it("is the version of ReferenceGrants: one object, which Pulumi goes on knowing", async () => {
        const grantOf = async (settings: SettingsInput) =>
            objectsOf(await runSettings(settings)).find(({ inputs }) => inputs.kind === "ReferenceGrant")!;
        const [beta, stable] = [
            await grantOf({}),
            await grantOf({ routing: { referenceGrantVersion: "v1" } }),
        ];
        assert.equal(beta.inputs.apiVersion, "gateway.networking.k8s.io/v1beta1");
        assert.equal(stable.inputs.apiVersion, "gateway.networking.k8s.io/v1");
        assert.ok(stable.aliases.includes(beta.urn), stable.aliases.join("\n"));
        assert.ok(beta.aliases.includes(stable.urn), beta.aliases.join("\n"));
    });

    it("is the API group of objectives: the one that the EPP's release prefers, or the one that is set", async () => {
        const groupWith = async (settings: SettingsInput) => {
            const objects = objectsOf(
                await runSettings({ ...scoring, objectives: { batch: -1 }, ...settings }),
            );
            return objects.find(({ inputs }) => inputs.kind === "InferenceObjective")?.inputs.apiVersion;
        };
        const image = (version: string) => ({
            images: { epp: `registry.example.com/llm-d/picker:v${version}` },
        });
        const older = "inference.networking.x-k8s.io/v1alpha2";
        assert.equal(await groupWith({}), "llm-d.ai/v1alpha2");
        assert.equal(await groupWith(image("0.9.0")), "llm-d.ai/v1alpha2");
        assert.equal(await groupWith(image("0.8.0")), older);
        assert.equal(await groupWith({ epp: { objectiveGroup: "inference.networking.x-k8s.io" } }), older);
    });
});
