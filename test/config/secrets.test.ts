import { strict as assert } from "assert";
import * as pulumi from "@pulumi/pulumi";
import { loadSettings, parseSettings, SettingsError } from "../../components/settings";
import { secretSettings } from "../../components/settings/secrets";
import { selfSigned } from "../support/certificate";
import { project } from "../support/mocks";

/** The message of the SettingsError that is thrown. */
function refusal(action: () => unknown): string {
    try {
        action();
    } catch (error) {
        assert.ok(error instanceof SettingsError);
        return error.message;
    }
    throw new assert.AssertionError({ message: "nothing was refused" });
}

describe("secret settings", () => {
    const pair = selfSigned("gateway.example");
    const registry = { server: "ghcr.io", username: "robot", password: "hunter2" };
    const gateway = (tls: object, more: object = {}) => ({ gateway: JSON.stringify({ tls, ...more }) });

    describe("in the stack's config", () => {
        const load = (config: Record<string, unknown>, encrypted: string[]) => {
            const texts = Object.entries(config).map(([key, value]) => [
                `${project}:${key}`,
                JSON.stringify(value),
            ]);
            pulumi.runtime.setAllConfig(
                Object.fromEntries(texts) as Record<string, string>,
                encrypted.map((key) => `${project}:${key}`),
            );
            return loadSettings();
        };

        before(() =>
            pulumi.runtime.setMocks(
                { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
                project,
            ),
        );
        after(() => pulumi.runtime.setAllConfig({}));

        it("are refused in clear, in a message that tells how to encrypt them and not what they are", () => {
            assert.equal(
                refusal(() => load({ registry }, [])),
                "registry.password: a value in clear is not allowed in the stack's config, which is committed; allowed: an encrypted one, set with `pulumi config set --secret --path registry.password`.",
            );
            const message = refusal(() => load({ gateway: { tls: pair }, registry }, ["registry"]));
            assert.match(message, /^gateway\.tls\.key: a value in clear/);
            assert.ok(!message.includes("PRIVATE KEY"));
        });

        it("are taken encrypted", () => {
            const settings = load({ registry, gateway: { tls: pair } }, ["registry", "gateway"]);
            assert.deepEqual(settings.registry, registry);
            assert.deepEqual(settings.gateway.tls, pair);
        });

        it("are not missed where only other settings beside them are given", () => {
            assert.doesNotThrow(() => load({ gateway: { serviceType: "NodePort" } }, []));
        });
    });

    it("hold a registry that has all it needs", () => {
        const settings = parseSettings({ registry: JSON.stringify(registry) });
        assert.deepEqual(settings.registry, registry);
    });

    it("refuse a key that is not the certificate's, without showing either", () => {
        const other = selfSigned("other.example");
        assert.equal(
            refusal(() => parseSettings(gateway({ certificate: pair.certificate, key: other.key }))),
            "gateway.tls.key: [secret] is not allowed, because it is another's; allowed: the key of gateway.tls.certificate.",
        );
    });

    it("refuse what only looks like a certificate or a key, without showing it", () => {
        const broken = (text: string) => text.replace(/\n[^-]{10}/, "\nxxxxxxxxxx");
        assert.equal(
            refusal(() => parseSettings(gateway({ ...pair, certificate: broken(pair.certificate) }))),
            "gateway.tls.certificate: [secret] is not allowed, because it cannot be read; allowed: certificates in PEM.",
        );
        assert.equal(
            refusal(() => parseSettings(gateway({ ...pair, key: broken(pair.key) }))),
            "gateway.tls.key: [secret] is not allowed, because it cannot be read; allowed: a private key in PEM, without a passphrase.",
        );
    });

    it("refuse a TLS Secret that is made and found", () => {
        assert.equal(
            refusal(() => parseSettings(gateway(pair, { tlsSecretName: "mine" }))),
            'gateway.tlsSecretName: "mine" is not allowed with gateway.tls, which makes the Secret; allowed: one of the two.',
        );
    });

    it("refuse a certificate with the private key behind it, which would not be encrypted", () => {
        for (const certificate of [
            pair.certificate + pair.key,
            `${pair.certificate}\n-----BEGIN EC PARAMETERS-----\n`,
        ]) {
            assert.equal(
                refusal(() => parseSettings(gateway({ ...pair, certificate }))),
                "gateway.tls.certificate: [secret] is not allowed, because it holds something else besides certificates; allowed: certificates in PEM, and the private key in gateway.tls.key.",
            );
        }
    });

    it("hold a chain of certificates, each of which can be read", () => {
        const issuer = selfSigned("issuer.example").certificate;
        const chain = `${pair.certificate}# its issuer\n${issuer}`;
        assert.equal(parseSettings(gateway({ ...pair, certificate: chain })).gateway.tls!.certificate, chain);
        assert.match(
            refusal(() =>
                parseSettings(
                    gateway({
                        ...pair,
                        certificate: chain.replace(/[^-]{20}\n-----END CERTIFICATE-----\n$/, ""),
                    }),
                ),
            ),
            /^gateway\.tls\.certificate: \[secret\] is not allowed, because it cannot be read/,
        );
    });

    it("never stand in a message where one is given in place of what should hold it", () => {
        for (const top of ["registry", "gateway", "cluster"]) {
            for (const value of ["hunter2", ["hunter2"], 7_261_534]) {
                const message = refusal(() =>
                    parseSettings({ [top]: typeof value === "string" ? value : JSON.stringify(value) }),
                );
                assert.ok(!/hunter2|7261534/.test(message), message);
            }
        }
    });

    it("never stand in a message where a URL has them", () => {
        const values = {
            "registry.server": "https://robot:hunter2@ghcr.io",
            "epp.otlpEndpoint": "ftp://robot:hunter2@otel:4317",
            "images.epp": "robot:hunter2@ghcr.io/llm-d/epp:v1",
            "images.simulator": "https://robot:hunt/hunter2@ghcr.io/sim:v1",
        };
        for (const [setting, value] of Object.entries(values)) {
            const [top, inner] = setting.split(".") as [string, string];
            const message = refusal(() => parseSettings({ [top]: JSON.stringify({ [inner]: value }) }));
            assert.ok(message.startsWith(`${setting}: `) && !/hunt/.test(message), message);
        }
    });

    it("never stand in a message, whatever is wrong with them", () => {
        const values = [7_261_534, ["hunter2"], { of: "hunter2" }, true];
        for (const setting of secretSettings) {
            const [top, ...path] = setting.split(".") as [string, ...string[]];
            for (const value of values) {
                for (let depth = 1; depth <= path.length; depth += 1) {
                    const config = path
                        .slice(0, depth)
                        .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
                    const message = refusal(() => parseSettings({ [top]: JSON.stringify(config) }));
                    assert.ok(!/hunter2|7261534/.test(message), message);
                }
            }
        }
    });
});
