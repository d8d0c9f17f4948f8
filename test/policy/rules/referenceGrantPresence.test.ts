import { strict as assert } from "assert";
import { referenceGrantPresence as rule } from "../../../policy/rules/referenceGrantPresence";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { gateway, grant, grantToService, models, route, routes, toPool, toService } from "./fixtures";

const group = "gateway.networking.k8s.io";

/** The first line of each finding; what follows says what to add. */
function check(...manifests: Manifest[]): string[] {
    return checkStack(rule, manifests).map((finding) => finding.split("\n")[0] ?? "");
}

const refused = `HTTPRoute routes/route: HTTPRoute routes/route refers to Service models/proxy (spec.rules.0.backendRefs.0), but no ReferenceGrant in namespace models allows it.`;

describe("reference-grant-presence", () => {
    it("passes where the grant is for exactly that", () => {
        assert.deepEqual(check(route(toService), grantToService), []);
        assert.deepEqual(
            check(
                route(toPool),
                grant({ group: "inference.networking.k8s.io", kind: "InferencePool", name: "pool" }),
            ),
            [],
        );
    });

    it("passes where the grant names no object", () => {
        assert.deepEqual(check(route(toService), grant({ group: "", kind: "Service" })), []);
    });

    it("needs no grant within the route's namespace, written or not", () => {
        assert.deepEqual(check(route({ name: "proxy" }), route({ name: "proxy", namespace: routes })), []);
    });

    it("asks for a grant for mirrors and for certificates", () => {
        const mirror = (name: string) => [
            { type: "RequestMirror", requestMirror: { backendRef: { ...toService, name } } },
        ];
        const rules = [
            {
                filters: mirror("a"),
                backendRefs: [{ name: "local", filters: mirror("b") }, { name: "local" }],
            },
        ];
        const tls = { certificateRefs: [{ name: "cert", namespace: "certs" }] };
        assert.deepEqual(check(route({}, { rules }), gateway({ tls })), [
            "HTTPRoute routes/route: HTTPRoute routes/route refers to Service models/a (spec.rules.0.filters.0.requestMirror.backendRef), but no ReferenceGrant in namespace models allows it.",
            "HTTPRoute routes/route: HTTPRoute routes/route refers to Service models/b (spec.rules.0.backendRefs.0.filters.0.requestMirror.backendRef), but no ReferenceGrant in namespace models allows it.",
            "Gateway routes/gateway: Gateway routes/gateway refers to Secret certs/cert (spec.listeners.0.tls.certificateRefs.0), but no ReferenceGrant in namespace certs allows it.",
        ]);
    });

    it("asks for a grant of every kind of route", () => {
        const grpc = { ...route(toService), kind: "GRPCRoute" };
        assert.equal(check(grpc, grantToService).length, 1);
        assert.deepEqual(
            check(grpc, grant({ group: "", kind: "Service", name: "proxy" }, { kind: "GRPCRoute" })),
            [],
        );
    });

    it("shows why a grant does not fit, and the one to add", () => {
        const nearly = grant({ group: "", kind: "Service", name: "other" });
        assert.deepEqual(
            checkStack(rule, [route(toService), nearly])[0]
                ?.split("\n")
                .slice(1),
            [
                'ReferenceGrant models/grant has no `to` with group "", kind Service, name proxy.',
                "Add:",
                "  apiVersion: gateway.networking.k8s.io/v1beta1",
                "  kind: ReferenceGrant",
                "  metadata: {name: route, namespace: models}",
                "  spec:",
                `    from: [{group: ${group}, kind: HTTPRoute, namespace: ${routes}}]`,
                `    to: [{group: "", kind: Service, name: proxy}]`,
            ],
        );
    });

    it("waits for a reference, and for a grant, that is not known", () => {
        assert.deepEqual(
            check(route({ ...toService, namespace: unknown }), route(toService, { name: "other" })),
            [
                "waits: HTTPRoute routes/route: spec.rules.0.backendRefs.0.namespace of HTTPRoute routes/route is not known in preview",
                refused.replaceAll("routes/route", "routes/other"),
            ],
        );
        assert.deepEqual(check(route(toService), grant({ group: "", kind: "Service", name: unknown })), [
            "waits: HTTPRoute routes/route: spec.to.0.name of ReferenceGrant models/grant is not known in preview",
        ]);
        const [placed] = check(route(toService), {
            ...grantToService,
            metadata: { name: "g", namespace: unknown },
        });
        assert.match(placed ?? "", /^waits: HTTPRoute routes\/route: metadata\.namespace of ReferenceGrant/);
    });

    it("does not wait for a grant in another namespace", () => {
        const elsewhere = { ...grantToService, metadata: { name: "g", namespace: "x" }, spec: unknown };
        assert.deepEqual(check(route(toService), elsewhere), [refused]);
    });

    it("survives malformed resources", () => {
        const broken = { ...route({}), spec: { rules: [null, { backendRefs: "none" }, 5] } };
        assert.deepEqual(check(broken, { ...grantToService, spec: null }), []);
    });

    it("names the target's namespace for everything that is in one", () => {
        assert.ok(check(route(toPool))[0]?.includes(`InferencePool ${models}/pool`));
    });
});
