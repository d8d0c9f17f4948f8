import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import type { Environment, PolicyLevels } from "../../docs/environments";
import {
    configOf,
    environments,
    policyLevelsOf,
    policySettingsOf,
    withEnvironmentTables,
} from "../../docs/environments";
import { rules } from "../../policy/rules";
import type { Manifest } from "../policy/support/resources";
import { checkResource, checkStack } from "../policy/support/resources";
import { runProgram } from "../support/mocks";

/** The Kubernetes objects that the program makes of a config. */
async function manifestsOf(config: Record<string, unknown>): Promise<Manifest[]> {
    const { registrations } = await runProgram(config);
    return registrations
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inputs as Manifest);
}

/** What the rules of the pack say of objects with an environment's settings of theirs, each as `<rule>: <finding>`. */
function findings(manifests: readonly Manifest[], environment: Environment): string[] {
    return rules.flatMap((rule) => {
        const config = policySettingsOf(environment, rule.name);
        return [
            ...manifests.flatMap((manifest) => checkResource(rule, manifest, config)),
            ...checkStack(rule, manifests, { config }),
        ].map((finding) => `${rule.name}: ${finding}`);
    });
}

/** Names of the objects of a kind, sorted. */
function names(manifests: readonly Manifest[], kind: string): unknown[] {
    return manifests
        .filter((manifest) => manifest.kind === kind)
        .map(({ metadata }) => metadata!.name)
        .sort();
}

/** Advice that prod gets as it is: certificates are a site's own. */
const uncheckedCertificate = /^ext-proc-tls: advisory: .*gateways take any certificate/;

describe("the environments", () => {
    for (const environment of environments) {
        it(`${environment}: the program runs with its settings, and the pack minds no more than the EPP's certificate in prod`, async () => {
            const manifests = await manifestsOf(configOf(environment));
            assert.ok(names(manifests, "Gateway").length === 1 && manifests.length > 10);
            const [advice, ...others] = findings(manifests, environment);
            assert.deepEqual(others, []);
            if (environment === "prod") {
                assert.match(advice ?? "", uncheckedCertificate);
            } else {
                assert.equal(advice, undefined);
            }
        });
    }

    it("prod with a certificate that is checked gets no advice", async () => {
        const { epp, ...rest } = configOf("prod");
        const tls = { secretName: "epp-certificate", caSecretName: "epp-ca" };
        assert.deepEqual(findings(await manifestsOf({ ...rest, epp: { ...epp, tls } }), "prod"), []);
    });

    it("would be judged by a pack that has something to say of a wrong one", async () => {
        const manifests = await manifestsOf({ ...configOf("prod"), routing: { backend: "Service" } });
        assert.deepEqual(
            findings(manifests, "prod").map((finding) => finding.split(":")[0]),
            ["ext-proc-tls", "ext-proc-obeyed"],
        );
    });

    it("prod takes its images by digest, and would not do without", async () => {
        const { images, ...rest } = configOf("prod");
        assert.ok([images?.epp, images?.simulator].every((image) => /:v[^@]+@sha256:/.test(image ?? "")));
        const said = findings(await manifestsOf(rest), "prod").filter(
            (finding) => !uncheckedCertificate.test(finding),
        );
        assert.ok(said.length > 0 && said.every((finding) => finding.includes("has no digest")));
    });

    for (const environment of ["staging", "prod"] satisfies Environment[]) {
        it(`${environment}: a pool decides, the EPP has a second pod, and NetworkPolicies guard all three`, async () => {
            const manifests = await manifestsOf(configOf(environment));
            assert.equal(names(manifests, "InferencePool").length, 1);
            assert.deepEqual(names(manifests, "EnvoyFilter"), []);
            assert.deepEqual(names(manifests, "NetworkPolicy"), names(manifests, "Deployment"));
            const epp = manifests.find(
                ({ kind, metadata }) =>
                    kind === "Deployment" && metadata!.name === "gaie-inference-scheduling-epp",
            );
            assert.equal((epp!.spec as { replicas: number }).replicas, 2);
            // That of the EPP keeps no pod: `pulumi up` waits for what it counts.
            assert.deepEqual(names(manifests, "PodDisruptionBudget"), names(manifests, "Deployment"));
        });
    }

    it("prod alone is protected and autoscaled", () => {
        const settings = environments.map(configOf);
        assert.deepEqual(
            settings.map(({ protect }) => protect),
            [false, false, true],
        );
        assert.deepEqual(
            settings.map(({ autoscaling }) => autoscaling?.enabled),
            [false, false, true],
        );
    });

    it("are compared in docs/environments.md as their files are; docs/environments.ts makes the tables", () => {
        const text = fs.readFileSync(path.resolve(__dirname, "../../docs/environments.md"), "utf8");
        assert.equal(withEnvironmentTables(text), text);
        const stale = text.replace("| `replicas.epp` | `1` | `1` | `2` | `2` |", "");
        assert.notEqual(stale, text);
        assert.equal(withEnvironmentTables(stale), text);
    });
});

describe("the policy pack's config of each environment", () => {
    const own = Object.fromEntries(rules.map(({ name, enforcementLevel }) => [name, enforcementLevel]));
    const strength = { advisory: 0, mandatory: 1 };

    it("gives the levels of rules that there are", () => {
        for (const environment of environments) {
            for (const [rule, level] of Object.entries(policyLevelsOf(environment))) {
                assert.ok(rule in own, `${environment}.json: there is no rule ${rule}`);
                assert.ok(level in strength, `${environment}.json: ${rule} is ${level}`);
            }
        }
    });

    it("is never weaker than that of the environment before, or than the pack's own", () => {
        let before: PolicyLevels = own;
        for (const environment of environments) {
            const levels: PolicyLevels = { ...own, ...policyLevelsOf(environment) };
            for (const [rule, level] of Object.entries(levels)) {
                assert.ok(strength[level] >= strength[before[rule]!], `${environment}.json: ${rule}`);
            }
            before = levels;
        }
    });

    it("makes every rule mandatory in prod", () => {
        assert.deepEqual(
            Object.entries({ ...own, ...policyLevelsOf("prod") }).filter(
                ([, level]) => level !== "mandatory",
            ),
            [],
        );
    });
});
