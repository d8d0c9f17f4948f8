import { strict as assert } from "assert";
import { mesh as rule } from "../../../policy/rules/mesh";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { gateway, models, route, routes, toPool } from "./fixtures";
import { destinationRule, picker, pickerPool, pickerService, simulator } from "./pickerFixtures";

type Fields = Record<string, unknown>;

const program = [
    simulator(),
    picker(),
    pickerService(),
    pickerPool(),
    destinationRule(),
    gateway(),
    route(toPool),
];

function namespace(labels: Fields = {}, name = models): Manifest {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, labels } };
}

function security(kind: string, spec: Fields, inNamespace = models): Manifest {
    return {
        apiVersion: "security.istio.io/v1",
        kind,
        metadata: { name: kind.toLowerCase(), namespace: inNamespace },
        spec,
    };
}

const injected = namespace({ "istio-injection": "enabled" });
const strict = security("PeerAuthentication", { mtls: { mode: "STRICT" } });
const check = (...added: Manifest[]) => checkStack(rule, [...program, ...added]);

/** The program with the endpoint picker's pods labelled or annotated otherwise. */
function withPicker(metadata: Fields, ...added: Manifest[]): string[] {
    const epp = picker() as Manifest & { spec: { template: { metadata: Fields } } };
    Object.assign(epp.spec.template.metadata, metadata);
    return checkStack(rule, [...program.filter((manifest) => manifest !== program[1]), epp, ...added]);
}

describe("mesh", () => {
    it("has nothing to say where the program has no mesh, or one that asks for nothing", () => {
        assert.deepEqual(check(), []);
        assert.deepEqual(check(injected), []);
        assert.deepEqual(
            check(injected, security("PeerAuthentication", { mtls: { mode: "PERMISSIVE" } })),
            [],
        );
    });

    describe("Pod Security and sidecars", () => {
        const said = (labels: Fields) => check(namespace(labels)).length;
        const enforce = "pod-security.kubernetes.io/enforce";

        it("advises where a namespace has sidecars and refuses what sets them up", () => {
            assert.deepEqual(check(namespace({ "istio-injection": "enabled", [enforce]: "restricted" })), [
                "advisory: Namespace models: Namespace models enforces Pod Security restricted (metadata.labels), and Istio puts sidecars (istio-injection: enabled) into pods of Deployment models/decode, Deployment models/epp: their init container istio-init needs NET_ADMIN and NET_RAW, so that no such pod is made where Istio's CNI plugin does not take its place.",
            ]);
            assert.equal(said({ "istio.io/rev": "stable", [enforce]: "baseline" }), 1);
        });

        it("passes either without the other", () => {
            assert.equal(said({ [enforce]: "restricted" }), 0);
            assert.equal(said({ "istio-injection": "enabled", [enforce]: "privileged" }), 0);
            assert.equal(
                said({ "istio-injection": "disabled", "istio.io/rev": "x", [enforce]: "restricted" }),
                0,
            );
            assert.equal(said({ "istio.io/dataplane-mode": "ambient", [enforce]: "restricted" }), 0);
            assert.equal(
                said({ "istio-injection": "enabled", "pod-security.kubernetes.io/warn": "restricted" }),
                0,
            );
        });

        it("reads what pods say for themselves", () => {
            const labels = { app: "epp", "sidecar.istio.io/inject": "true" };
            assert.match(
                withPicker({ labels }, namespace({ [enforce]: "restricted" }))[0] ?? "",
                /into pods of Deployment models\/epp:/,
            );
        });
    });

    describe("mutual TLS", () => {
        it("reports STRICT over an endpoint picker that gateways call with its own TLS, and over the metrics", () => {
            assert.deepEqual(check(injected, strict), [
                "PeerAuthentication models/peerauthentication: PeerAuthentication models/peerauthentication demands the mesh's mutual TLS (spec.mtls.mode: STRICT) at gRPC port 9002 of Deployment models/epp, but DestinationRule models/epp has gateways use mode SIMPLE (spec.trafficPolicy.tls): the sidecar refuses their calls, and no endpoint is picked.",
                "advisory: PeerAuthentication models/peerauthentication: PeerAuthentication models/peerauthentication demands the mesh's mutual TLS (spec.mtls.mode: STRICT) at port 8200 of Deployment models/decode, of which Deployment models/epp reads the metrics in plain HTTP: the sidecar refuses that, and all pods score alike.",
            ]);
        });

        it("only advises where the namespace is not in the program", () => {
            assert.ok(
                check(strict).length === 2 && check(strict).every((said) => said.startsWith("advisory")),
            );
        });

        const calls = (said: string[]) => said.filter((finding) => finding.includes("at gRPC port")).length;

        it("reads the policy that is in force at the port", () => {
            const own = (spec: Fields) =>
                security("PeerAuthentication", { selector: { matchLabels: { app: "epp" } }, ...spec });
            assert.equal(calls(check(injected, strict, own({ mtls: { mode: "PERMISSIVE" } }))), 0);
            assert.equal(calls(check(injected, strict, own({ mtls: { mode: "UNSET" } }))), 1);
            assert.equal(
                calls(check(injected, strict, own({ portLevelMtls: { 9002: { mode: "DISABLE" } } }))),
                0,
            );
            assert.equal(calls(check(injected, own({ portLevelMtls: { 9002: { mode: "STRICT" } } }))), 1);
            const meshWide = security("PeerAuthentication", { mtls: { mode: "STRICT" } }, "istio-system");
            assert.equal(calls(check(injected, meshWide)), 1);
            assert.equal(
                calls(
                    check(
                        injected,
                        meshWide,
                        security("PeerAuthentication", { mtls: { mode: "PERMISSIVE" } }),
                    ),
                ),
                0,
            );
            assert.equal(
                calls(check(injected, security("PeerAuthentication", strict.spec as Fields, routes))),
                0,
            );
        });

        it("passes an endpoint picker without a sidecar, or whose sidecar leaves the port alone", () => {
            assert.equal(calls(check(namespace(), strict)), 0);
            const labels = { app: "epp", "sidecar.istio.io/inject": "false" };
            assert.equal(calls(withPicker({ labels }, injected, strict)), 0);
            const annotations = { "traffic.sidecar.istio.io/excludeInboundPorts": "15090, 9002" };
            assert.equal(calls(withPicker({ annotations }, injected, strict)), 0);
        });

        it("passes gateways that use the mesh's TLS", () => {
            const mutual = destinationRule({ tls: { mode: "ISTIO_MUTUAL" } });
            const others = program.filter(({ kind }) => kind !== "DestinationRule");
            assert.equal(calls(checkStack(rule, [...others, mutual, injected, strict])), 0);
            assert.equal(calls(checkStack(rule, [...others, injected, strict])), 0);
        });
    });

    describe("authorization", () => {
        const policy = (spec: Fields, inNamespace = routes) =>
            security("AuthorizationPolicy", spec, inNamespace);
        const subjects = (...added: Manifest[]) =>
            check(...added).map(
                (finding) => /denies every (\w+) (?:at|to) (?:the pods of )?(\S+ \S+)/.exec(finding)?.[2],
            );

        it("reports a policy that denies every request at a Gateway", () => {
            assert.deepEqual(check(policy({})), [
                'AuthorizationPolicy routes/authorizationpolicy: AuthorizationPolicy routes/authorizationpolicy denies every request at Gateway routes/gateway (no rule of spec.rules admits any): clients get 403 "RBAC: access denied".',
            ]);
            assert.equal(check(policy({ action: "DENY", rules: [{}] })).length, 1);
            assert.equal(check(namespace(), policy({ rules: [] }, "istio-system")).length, 1);
        });

        it("passes policies that let something through, or that are for others", () => {
            const rules = [{ to: [{ operation: { paths: ["/v1/*"] } }] }];
            assert.deepEqual(check(policy({ rules })), []);
            assert.deepEqual(
                check(policy({}), { ...policy({ rules: [{}] }), metadata: { name: "b", namespace: routes } }),
                [],
            );
            assert.deepEqual(check(policy({ action: "DENY", rules })), []);
            assert.deepEqual(check(policy({ action: "AUDIT" })), []);
            assert.deepEqual(check(policy({ selector: { matchLabels: { app: "web" } } })), []);
            assert.deepEqual(check(policy({ targetRefs: [{ kind: "Gateway", name: "other" }] })), []);
        });

        it("finds the Gateway by its name or the labels of its pods", () => {
            const label = { "gateway.networking.k8s.io/gateway-name": "gateway" };
            assert.equal(check(policy({ selector: { matchLabels: label } })).length, 1);
            assert.equal(check(policy({ targetRefs: [{ kind: "Gateway", name: "gateway" }] })).length, 1);
        });

        it("reports one around the endpoint picker and the model servers, where they have sidecars", () => {
            assert.deepEqual(subjects(injected, policy({}, models)), [
                "Deployment models/epp",
                "Deployment models/decode",
            ]);
            assert.deepEqual(check(namespace(), policy({}, models)), []);
            assert.ok(check(policy({}, models)).every((finding) => finding.startsWith("advisory")));
        });

        it("knows that an endpoint picker's sidecar sees of a call the port alone", () => {
            const at = (rule: Fields) => subjects(injected, policy({ rules: [rule] }, models));
            const epp = ["Deployment models/epp"];
            assert.deepEqual(
                at({ from: [{ source: { principals: ["cluster.local/ns/routes/sa/gateway"] } }] }),
                epp,
            );
            assert.deepEqual(at({ from: [{ source: { namespaces: [routes] } }] }), epp);
            assert.deepEqual(at({ to: [{ operation: { methods: ["POST"] } }] }), epp);
            assert.deepEqual(at({ to: [{ operation: { ports: ["8200"] } }] }), epp);
            assert.deepEqual(at({ to: [{ operation: { ports: ["9002", "8200"] } }] }), []);
            assert.deepEqual(at({ from: [{ source: { ipBlocks: ["10.0.0.0/8"] } }] }), []);
        });
    });

    it("waits for what is not known", () => {
        assert.match(
            check(injected, security("PeerAuthentication", { mtls: { mode: unknown } }))[0] ?? "",
            /^waits: /,
        );
    });
});
