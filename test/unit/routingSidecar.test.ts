import { strict as assert } from "assert";
import type { SettingsInput } from "../../components/settings";
import { eppReleases, routingSidecarArguments, separatesRoles } from "../../releases";
import { objectsOf, runSettings } from "../support/objects";

const scoring: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };

/** A configuration of a user's own with a profile for each role. */
const bothRoles = {
    apiVersion: "llm-d.ai/v1alpha1",
    kind: "EndpointPickerConfig",
    plugins: [
        { type: "decode-filter" },
        { type: "prefill-filter" },
        { type: "always-disagg-pd-decider" },
        { type: "disagg-profile-handler", parameters: { deciders: { prefill: "always-disagg-pd-decider" } } },
    ],
    schedulingProfiles: [
        { name: "prefill", plugins: [{ pluginRef: "prefill-filter" }] },
        { name: "decode", plugins: [{ pluginRef: "decode-filter" }] },
    ],
};

describe("the routing sidecar of decode pods", () => {
    async function podsOf(settings: SettingsInput) {
        const objects = objectsOf(await runSettings({ ...scoring, ...settings })).map(({ inputs }) => inputs);
        const specOf = (kind: string, end: string) =>
            objects.find((object) => object.kind === kind && object.metadata.name.endsWith(end))
                ?.spec as Record<string, unknown>;
        const podOf = (role: string) =>
            (
                specOf("Deployment", `-${role}`) as {
                    template: {
                        spec: {
                            containers: { args: string[]; ports: { containerPort: number }[] }[];
                            initContainers?: { image: string; args: string[]; restartPolicy: string }[];
                        };
                    };
                }
            ).template.spec;
        return { specOf, decode: podOf("decode"), prefill: podOf("prefill") };
    }

    it("has the inference port, with the simulator behind it, and prefill pods have none", async () => {
        const { decode, prefill, specOf } = await podsOf({
            epp: { plugins: "pd-disaggregated", routingSidecar: true },
            networkPolicies: { enabled: true },
        });
        const [sidecar, ...others] = decode.initContainers ?? [];
        assert.deepEqual(others, []);
        assert.equal(sidecar?.restartPolicy, "Always");
        assert.equal(sidecar.image, "ghcr.io/llm-d/llm-d-router-disagg-sidecar:v0.10.0");
        assert.deepEqual(sidecar.args.slice(0, 2), ["--port=8200", "--model-server-port=8201"]);
        assert.ok(decode.containers[0]!.args.includes("--port=8201"));
        assert.equal(decode.containers[0]!.ports[0]!.containerPort, 8201);
        assert.equal(prefill.initContainers, undefined);
        assert.ok(prefill.containers[0]!.args.includes("--port=8200"));
        // It calls prefill pods itself.
        const { ingress } = specOf("NetworkPolicy", "-prefill") as { ingress: object[] };
        assert.match(JSON.stringify(ingress), /"llm-d.ai\/role":"decode"/);
    });

    it("is there only where it is asked for", async () => {
        const { decode } = await podsOf({ epp: { plugins: "pd-disaggregated" } });
        assert.equal(decode.initContainers, undefined);
        assert.ok(decode.containers[0]!.args.includes("--port=8200"));
    });

    it("is there with a configuration of the user's own as well, whose pool holds prefill pods then", async () => {
        assert.ok(separatesRoles(bothRoles));
        const { decode, specOf } = await podsOf({
            epp: { plugins: "custom", customConfig: bothRoles, routingSidecar: true },
            images: { sidecar: "mirror.example.com/sidecar:v0.10.0" },
        });
        assert.equal(decode.initContainers?.[0]?.image, "mirror.example.com/sidecar:v0.10.0");
        const { selector } = specOf("InferencePool", "") as { selector: { matchLabels: object } };
        assert.deepEqual(Object.keys(selector.matchLabels).sort(), [
            "llm-d.ai/inferenceServing",
            "llm-d.ai/model-release",
        ]);
    });

    it("is told its ports and its connector in the words of its release", () => {
        const told = Object.fromEntries(
            eppReleases.map((release) => [
                release.minor,
                routingSidecarArguments(release, { port: 1, serverPort: 2 }).slice(1, 3),
            ]),
        );
        const oldest = ["--vllm-port=2", "--connector=nixlv2"];
        const renamed = ["--vllm-port=2", "--kv-connector=nixlv2"];
        assert.deepEqual(told, {
            "0.4": oldest,
            "0.5": oldest,
            "0.6": oldest,
            "0.7": renamed,
            "0.8": renamed,
            "0.9": renamed,
            "0.10": ["--model-server-port=2", "--kv-connector=nixlv2"],
        });
    });
});
