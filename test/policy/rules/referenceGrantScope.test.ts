import { strict as assert } from "assert";
import { referenceGrantScope as rule } from "../../../policy/rules/referenceGrantScope";
import { checkStack, unknown } from "../support/resources";
import { grant, grantToService, models, route, routes, toService } from "./fixtures";

const to = { group: "", kind: "Service", name: "proxy" };

describe("reference-grant-scope", () => {
    it("passes where a grant is used in full", () => {
        assert.deepEqual(checkStack(rule, [route(toService), grantToService]), []);
    });

    it("is only advice", () => {
        assert.equal(rule.enforcementLevel, "advisory");
    });

    it("reports a grant to every object of a kind", () => {
        assert.deepEqual(checkStack(rule, [route(toService), grant({ group: "", kind: "Service" })]), [
            `ReferenceGrant models/grant: spec.to.0 (Service in group "") names no object, so it admits references to every Service in namespace ${models}.`,
        ]);
    });

    it("reports kinds that refer to nothing, or that nothing refers to", () => {
        const foreign = grant(
            { group: "apps", kind: "Deployment", name: "x" },
            { kind: "Ingress", namespace: "x" },
        );
        assert.deepEqual(checkStack(rule, [foreign]), [
            'ReferenceGrant models/grant: spec.from.0 (Ingress in group "gateway.networking.k8s.io" of namespace x) is of a kind that refers to nothing through a ReferenceGrant.',
            'ReferenceGrant models/grant: spec.to.0 (Deployment x in group "apps") is of a kind that nothing refers to through a ReferenceGrant.',
        ]);
    });

    it("reports what nothing uses", () => {
        assert.deepEqual(checkStack(rule, [route({ name: "local" }), grantToService]), [
            `ReferenceGrant models/grant: spec.from.0 (HTTPRoute in group "gateway.networking.k8s.io" of namespace ${routes}) is unused: nothing there refers to what this grant admits.`,
            'ReferenceGrant models/grant: spec.to.0 (Service proxy in group "") is unused: nothing that this grant admits refers to it.',
        ]);
    });

    it("leaves alone what is for routes that the program knows nothing of", () => {
        assert.deepEqual(checkStack(rule, [grant(to, { namespace: "other-team" })]), []);
    });

    it("knows a namespace that the program makes, even without routes", () => {
        const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "empty" } };
        const [finding] = checkStack(rule, [namespace, grant(to, { namespace: "empty" })]);
        assert.match(finding ?? "", /spec\.from\.0 .* is unused/);
    });

    it("does not call unused what a route that is not known yet may use", () => {
        const findings = checkStack(rule, [route({ ...toService, name: unknown }), grantToService]);
        assert.ok(findings.length > 0);
        assert.ok(findings.every((finding) => finding.startsWith("waits: ReferenceGrant models/grant")));
    });
});
