import { strict as assert } from "assert";
import { extProcSinglePicker as rule } from "../../../policy/rules/extProcSinglePicker";
import { checkResource, checkStack, unknown } from "../support/resources";
import { gateway, route, toPool, toService } from "./fixtures";
import { extProc } from "./pickerFixtures";

const other = { ...toPool, name: "other" };
const rulesOf = (...backendRefs: unknown[]) =>
    checkResource(rule, route(toPool, { rules: [{ backendRefs }] }));

describe("ext-proc-single-picker", () => {
    it("passes rules with one pool or with Services", () => {
        assert.deepEqual(rulesOf(toPool), []);
        assert.deepEqual(rulesOf(toPool, toPool), []);
        assert.deepEqual(rulesOf(toService, { ...toService, name: "b" }), []);
        assert.deepEqual(
            checkResource(
                rule,
                route(toPool, { rules: [{ backendRefs: [toPool] }, { backendRefs: [other] }] }),
            ),
            [],
        );
    });

    it("reports a rule with several pools", () => {
        assert.deepEqual(rulesOf(toPool, other), [
            "HTTPRoute routes/route: HTTPRoute routes/route: the rule at spec.rules.0 has the pools InferencePool models/pool, InferencePool models/other, but Istio asks the endpoint picker of one of them for all (istio#61594).",
        ]);
    });

    it("reports a rule with a pool and a Service", () => {
        assert.deepEqual(rulesOf(toPool, toService), [
            "HTTPRoute routes/route: HTTPRoute routes/route: the rule at spec.rules.0 has InferencePool models/pool beside Service models/proxy (spec.rules.0.backendRefs.1), and the last of them decides whether Istio asks an endpoint picker at all.",
        ]);
        assert.deepEqual(rulesOf(toService, toPool, other), [
            "HTTPRoute routes/route: HTTPRoute routes/route: the rule at spec.rules.0 has the pools InferencePool models/pool, InferencePool models/other, but Istio asks the endpoint picker of one of them for all (istio#61594).",
            "HTTPRoute routes/route: HTTPRoute routes/route: the rule at spec.rules.0 has InferencePool models/pool, InferencePool models/other beside Service models/proxy (spec.rules.0.backendRefs.0), and the last of them decides whether Istio asks an endpoint picker at all.",
        ]);
    });

    it("reports an ext_proc filter on a Gateway with pools", () => {
        assert.deepEqual(checkStack(rule, [extProc(), gateway(), route(toPool)]), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc adds ext_proc to Gateway routes/gateway, where HTTPRoute routes/route routes to InferencePool models/pool (spec.rules.0), for which Istio adds it too: two filters pick an endpoint for each request.",
        ]);
        assert.deepEqual(checkStack(rule, [extProc(), gateway(), route(toService)]), []);
        assert.deepEqual(
            checkStack(rule, [extProc({}, { namespace: "elsewhere" }), gateway(), route(toPool)]),
            [],
        );
    });

    it("leaves ext_proc filters for something else alone", () => {
        assert.deepEqual(
            checkStack(rule, [
                extProc({
                    grpc_service: {
                        envoy_grpc: { cluster_name: "outbound|9000||waf.web.svc.cluster.local" },
                    },
                }),
                gateway(),
                route(toPool),
            ]),
            [],
        );
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(rulesOf(toPool, { ...toService, kind: unknown }), [
            "waits: HTTPRoute routes/route: spec.rules.0.backendRefs.1.kind of HTTPRoute routes/route is not known in preview",
        ]);
        assert.deepEqual(checkStack(rule, [extProc(), gateway(), route(toPool, { parentRefs: unknown })]), [
            "waits: HTTPRoute routes/route: spec.parentRefs of HTTPRoute routes/route is not known in preview",
        ]);
        assert.deepEqual(checkStack(rule, [extProc({ grpc_service: unknown }), gateway(), route(toPool)]), [
            "waits: EnvoyFilter routes/ext-proc: spec.configPatches.0.patch.value.typed_config.grpc_service of EnvoyFilter routes/ext-proc is not known in preview",
        ]);
    });
});
