import { strict as assert } from "assert";
import { rules } from "../../policy/rules";
import { deployment, gateway, grantToService, route, service, toService } from "./rules/fixtures";
import type { Diagnostic, PackConfig } from "./support/pack";
import { Pack, plain } from "./support/pack";
import type { Manifest } from "./support/resources";
import { unknown } from "./support/resources";

describe("the pack, over gRPC", function () {
    // Starting it compiles the pack.
    let pack: Pack;

    before(async () => {
        pack = await Pack.start();
    });
    afterEach(() => pack.configure({}));
    after(() => {
        pack.stop();
    });

    async function said(policy: string, manifests: readonly Manifest[]): Promise<Diagnostic[]> {
        return (await pack.judge(manifests.map(plain))).filter((diagnostic) => diagnostic.policy === policy);
    }

    const sound = [deployment(), service(), grantToService, route(toService), gateway()];

    it("serves every rule, with its text, level and defaults", async () => {
        const served = await pack.policies();
        assert.deepEqual(
            served.map((policy) => policy.getName()),
            rules.map(({ name }) => name),
        );
        assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
        for (const policy of served) {
            assert.ok(policy.getDescription() && policy.getRemediationSteps(), policy.getName());
        }
        const schema = served
            .find((policy) => policy.getName() === "inference-port")
            ?.getConfigschema()
            ?.getProperties()
            ?.toJavaScript() as Record<string, { default: unknown }>;
        assert.equal(schema.port?.default, 8200);
        assert.deepEqual(schema.exempt?.default, []);
    });

    it("stops what one resource breaks before it is created, and the rest afterwards", async () => {
        const broken = [deployment({ container: { args: ["--port=8000"] } }), service(), route(toService)];
        const [port] = await said("inference-port", broken);
        assert.deepEqual([port?.from, port?.level], ["resource", "mandatory"]);
        const [grant] = await said("reference-grant-presence", broken);
        assert.deepEqual([grant?.from, grant?.level], ["stack", "mandatory"]);
        assert.ok(grant?.urn.endsWith("httproute-routes-route"));
        assert.match(
            grant?.message ?? "",
            /^Each reference across .*\nHTTPRoute routes\/route refers to Service/,
        );
    });

    it("judges each analysis by its own resources", async () => {
        assert.equal((await said("reference-grant-presence", sound.slice(0, 2))).length, 0);
        assert.equal((await said("reference-grant-presence", [route(toService)])).length, 1);
        assert.equal((await said("reference-grant-presence", sound)).length, 0);
    });

    describe("in preview, with values that are not known", () => {
        const half = [
            ...sound,
            deployment({ name: "late", container: { args: [unknown] } }),
            deployment({ name: "wrong", container: { args: [unknown], ports: [{ containerPort: 8000 }] } }),
            route({ ...toService, namespace: "elsewhere" }, { name: "definite" }),
            route({ ...toService, namespace: unknown }, { name: "open" }),
        ];

        it("says as advice which check of which resource waits for up, and why", async () => {
            const ports = await said("inference-port", half);
            assert.ok(
                ports.some(
                    ({ level, message, from }) =>
                        from === "resource" &&
                        level === "advisory" &&
                        message ===
                            "The check inference-port of Deployment models/late waits for `pulumi up`: spec.template.spec.containers.0.args.0 of Deployment models/late is not known in preview.",
                ),
            );
            const grants = await said("reference-grant-presence", half);
            assert.deepEqual(
                grants.filter(({ level }) => level === "advisory").map(({ message }) => message),
                [
                    "The check reference-grant-presence of HTTPRoute routes/open waits for `pulumi up`: spec.rules.0.backendRefs.0.namespace of HTTPRoute routes/open is not known in preview.",
                ],
            );
        });

        it("keeps what is definite mandatory, in the same resource and in the others", async () => {
            const ports = await said("inference-port", half);
            assert.ok(
                ports.some(({ level, message }) => level === "mandatory" && message.includes("models/wrong")),
            );
            const grants = await said("reference-grant-presence", half);
            assert.deepEqual(
                grants.filter(({ level }) => level === "mandatory").map(({ urn }) => urn.split("::").at(-1)),
                ["httproute-routes-definite"],
            );
        });

        it("never falls back to the server's own words, which end a whole policy", async () => {
            const everything = await pack.judge(half.map(plain));
            assert.deepEqual(
                everything.filter(({ message }) => message.includes("can't run policy")),
                [],
            );
        });

        it("says of every resource whose whole spec is not known that it waits", async () => {
            const blind = sound.map((manifest) => plain({ ...manifest, spec: unknown }));
            const diagnostics = await pack.judge(blind);
            const waiting = new Set(
                diagnostics
                    .filter(({ message }) => message.includes("waits for `pulumi up`: spec of"))
                    .map(({ urn }) => urn),
            );
            assert.deepEqual(
                blind.filter(({ urn }) => !waiting.has(urn)).map(({ name }) => name),
                [],
            );
        });

        it("holds no missing grant against a route while a grant is not known", async () => {
            const open = plain({ ...grantToService, spec: unknown });
            const diagnostics = await pack.judge([open, plain(route(toService))]);
            assert.deepEqual(
                diagnostics
                    .filter(({ policy }) => policy === "reference-grant-presence")
                    .map(({ level, message }) => [level, message]),
                [
                    [
                        "advisory",
                        "The check reference-grant-presence of HTTPRoute routes/route waits for `pulumi up`: spec of ReferenceGrant models/grant is not known in preview.",
                    ],
                ],
            );
        });
    });

    describe("configured", () => {
        const wrong = [service({ port: 8000, targetPort: 8000 })];
        const levels = async (config: PackConfig) => {
            await pack.configure(config);
            return (await said("inference-port", wrong)).map(({ level }) => level);
        };

        it("takes a rule's settings and level", async () => {
            assert.deepEqual(await levels({}), ["mandatory", "mandatory"]);
            assert.deepEqual(await levels({ "inference-port": { port: 8000 } }), []);
            assert.deepEqual(await levels({ "inference-port": { enforcementLevel: "advisory" } }), [
                "advisory",
                "advisory",
            ]);
            assert.deepEqual(await levels({ "inference-port": { enforcementLevel: "disabled" } }), []);
        });

        it("turns the violations of exempt resources into advice, and of no other", async () => {
            for (const pattern of ["Service models/proxy", "Service models/*", "* models/proxy"]) {
                assert.deepEqual(await levels({ "inference-port": { exempt: [pattern] } }), [
                    "advisory",
                    "advisory",
                ]);
            }
            for (const pattern of ["Service models/pro", "Service model./proxy", "*/other"]) {
                assert.deepEqual(await levels({ "inference-port": { exempt: [pattern] } }), [
                    "mandatory",
                    "mandatory",
                ]);
            }
        });
    });
});
