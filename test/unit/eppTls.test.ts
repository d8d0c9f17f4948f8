import { strict as assert } from "assert";
import { isRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import type { SettingsInput } from "../../components/settings";
import { loadSettings, SettingsError, settingsFrom } from "../../components/settings";
import * as pulumi from "@pulumi/pulumi";
import { takeSecrets } from "../../local/secrets";
import { selfSigned } from "../support/certificate";
import { containersOf } from "../support/containers";
import { project } from "../support/mocks";
import type { RegisteredObject } from "../support/objects";
import { objectsOf, runSettings } from "../support/objects";

const name = "gaie-inference-scheduling-epp";
const pair = selfSigned(`${name}.llm-d-inference-scheduler.svc`);
const poolPair = selfSigned(`${name}.llm-d-sim.svc.cluster.local`);
const trusted = { ...pair, ca: pair.certificate };
const scoring: SettingsInput = { extProc: { enabled: true }, routing: { backend: "InferencePool" } };

function refusals(settings: SettingsInput): string[] {
    try {
        settingsFrom(settings);
    } catch (error) {
        assert.ok(error instanceof SettingsError);
        return error.problems.map(({ message }) => message);
    }
    return [];
}

function ofKind(objects: RegisteredObject[], kind: string): RegisteredObject[] {
    return objects.filter(({ inputs }) => inputs.kind === kind);
}

/** What the DestinationRule of the EPP says of TLS, and what it depends on. */
function ruleOf(objects: RegisteredObject[]) {
    const rule = ofKind(objects, "DestinationRule").find(({ inputs }) => inputs.metadata.name === name)!;
    const { trafficPolicy } = rule.inputs.spec as {
        trafficPolicy: { portLevelSettings: { tls: object }[] };
    };
    return { tls: trafficPolicy.portLevelSettings[0]!.tls, dependencies: rule.dependencies };
}

describe("an EPP's certificate", () => {
    it("is its own, and nobody checks it, unless one is set", async () => {
        const run = await runSettings({});
        assert.deepEqual(ruleOf(objectsOf(run)).tls, { mode: "SIMPLE", insecureSkipVerify: true });
        const [epp] = containersOf(run, "-epp");
        assert.ok(!epp!.args.some((argument) => argument.startsWith("--cert-path")));
    });

    it("is served from a Secret, and checked against another in the Gateway's namespace", async () => {
        const run = await runSettings({
            ...scoring,
            epp: { tls: { ...poolPair, ca: poolPair.certificate } },
        });
        const objects = objectsOf(run);
        const secrets = ofKind(objects, "Secret").map(({ inputs }) => [
            inputs.metadata.namespace,
            inputs.metadata.name,
            inputs.type,
        ]);
        assert.deepEqual(secrets.sort(), [
            ["llm-d-inference-scheduler", `${name}-ca`, "Opaque"],
            ["llm-d-sim", `${name}-tls`, "kubernetes.io/tls"],
        ]);
        const { tls } = ruleOf(objects);
        assert.deepEqual(tls, {
            mode: "SIMPLE",
            credentialName: `${name}-ca`,
            sni: `${name}.llm-d-sim.svc.cluster.local`,
            subjectAltNames: [`${name}.llm-d-sim.svc.cluster.local`, `${name}.llm-d-sim.svc`],
        });
        const [epp] = containersOf(run, "-epp");
        assert.ok(epp!.args.includes("--cert-path=/certificate"));
        assert.ok(epp!.args.includes("--enable-cert-reload=true"));
        const mount = epp!.volumeMounts.find(({ mountPath }) => mountPath === "/certificate");
        const volume = epp!.pod.volumes.find((candidate) => candidate.name === mount?.name);
        assert.deepEqual(volume, { name: "certificate", secret: { secretName: `${name}-tls` } });
    });

    it("is checked only once the pods that serve with it are there, and there before them", async () => {
        const objects = objectsOf(await runSettings({ epp: { tls: trusted } }));
        const { dependencies } = ruleOf(objects);
        const ends = (urns: string[], end: string) => urns.some((urn) => urn.endsWith(end));
        assert.ok(ends(dependencies, `Deployment::llm-d-inference-scheduler/${name}`));
        assert.ok(ends(dependencies, `Secret::llm-d-inference-scheduler/${name}-ca`));
        const deployment = ofKind(objects, "Deployment").find(({ inputs }) => inputs.metadata.name === name);
        assert.ok(ends(deployment!.dependencies, `Secret::llm-d-inference-scheduler/${name}-tls`));
    });

    it("has a key that is secret to the engine", async () => {
        const secrets = ofKind(objectsOf(await runSettings({ epp: { tls: trusted } })), "Secret");
        const tls = secrets.find(({ inputs }) => inputs.metadata.name === `${name}-tls`);
        const data = tls!.inputs.data as Record<string, unknown>;
        assert.ok(isRpcSecret(data) || isRpcSecret(data["tls.key"]));
    });

    it("is somebody else's Secret where one is named, and an EPP that cannot reload is not told to", async () => {
        const run = await runSettings({
            ...scoring,
            epp: { tls: { secretName: "cert-manager-epp", caSecretName: "epp-ca" } },
            images: {
                epp: "registry.example.com/llm-d-inference-scheduler:v0.4.0",
                simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.7.1",
            },
        });
        assert.deepEqual(ofKind(objectsOf(run), "Secret"), []);
        assert.equal((ruleOf(objectsOf(run)).tls as { credentialName: string }).credentialName, "epp-ca");
        const [epp] = containersOf(run, "-epp");
        assert.ok(epp!.args.includes("--cert-path=/certificate"));
        assert.ok(!epp!.args.some((argument) => argument.startsWith("--enable-cert-reload")));
    });

    it("is refused for another name, or from another issuer, than the Gateway asks for", () => {
        const other = selfSigned("epp.example.com");
        assert.deepEqual(refusals({ epp: { tls: { ...other, ca: other.certificate } } }), [
            `epp.tls.certificate: [secret] is not allowed, because it is for none of the names of the EPP's Service; allowed: one for ${name}.llm-d-inference-scheduler.svc.cluster.local or ${name}.llm-d-inference-scheduler.svc.`,
        ]);
        assert.deepEqual(refusals({ epp: { tls: { ...pair, ca: other.certificate } } }), [
            "epp.tls.certificate: [secret] is not allowed, because no certificate of epp.tls.ca has signed it, or what lies between them; allowed: one that leads to epp.tls.ca.",
        ]);
        // In the pool's namespace its Service has another name.
        assert.match(refusals({ ...scoring, epp: { tls: trusted } })[0] ?? "", /llm-d-sim\.svc/);
        assert.deepEqual(refusals({ epp: { tls: trusted } }), []);
    });

    it("is refused with another's key, or in part, or twice, without a word of it", () => {
        const other = selfSigned("other.example");
        assert.deepEqual(refusals({ epp: { tls: { ...trusted, key: other.key } } }), [
            "epp.tls.key: [secret] is not allowed, because it is another's; allowed: the key of epp.tls.certificate.",
        ]);
        assert.deepEqual(
            refusals({ epp: { tls: { certificate: pair.certificate, ca: pair.certificate } } }),
            [
                "epp.tls.key: not set is not allowed in epp.tls; allowed: epp.tls.certificate and epp.tls.key together, or epp.tls.secretName.",
            ],
        );
        assert.deepEqual(refusals({ epp: { tls: { ...trusted, secretName: "epp" } } }), [
            'epp.tls.secretName: "epp" is not allowed with epp.tls.certificate and epp.tls.key, which make the Secret; allowed: one of the two.',
        ]);
        assert.deepEqual(refusals({ epp: { tls: { ...trusted, caSecretName: "ca" } } }), [
            'epp.tls.caSecretName: "ca" is not allowed with epp.tls.ca, which makes the Secret; allowed: one of the two.',
        ]);
        const broken = pair.certificate.replace(/\n[^-]{10}/, "\nxxxxxxxxxx");
        assert.deepEqual(refusals({ epp: { tls: { secretName: "epp", ca: broken } } }), [
            "epp.tls.ca: [secret] is not allowed, because it cannot be read; allowed: certificates in PEM.",
        ]);
    });

    it("has a key that is refused in clear, of a model as well, and taken out of what `make` writes", () => {
        const models = { blue: { epp: { tls: trusted } } };
        void pulumi.runtime.setMocks(
            { newResource: ({ name: id }) => ({ id, state: {} }), call: () => ({}) },
            project,
        );
        pulumi.runtime.setAllConfig({ [`${project}:models`]: JSON.stringify(models) }, []);
        try {
            assert.throws(loadSettings, /^Error: models\.blue\.epp\.tls\.key: a value in clear/);
        } finally {
            pulumi.runtime.setAllConfig({});
        }
        const { config, secrets } = takeSecrets({ models });
        assert.deepEqual([...secrets], [["models.blue.epp.tls.key", pair.key]]);
        assert.ok(!JSON.stringify(config).includes("PRIVATE KEY"));
    });
});
