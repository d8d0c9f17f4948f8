import { strict as assert } from "assert";
import { extProcObeyed as rule } from "../../../policy/rules/extProcObeyed";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { deployment, gateway, route, service, toPool, toService } from "./fixtures";
import { extProc } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, [gateway(), ...manifests]);
const web: Manifest = {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "routes" },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
};

describe("ext-proc-obeyed", () => {
    it("says nothing of pools, nor without ext_proc", () => {
        assert.deepEqual(check(extProc(), route(toPool)), []);
        assert.deepEqual(check(deployment(), service(), route(toService)), []);
    });

    it("advises where a route goes to a Service past the endpoint picker", () => {
        assert.deepEqual(check(extProc(), deployment(), service(), route(toService)), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc has Gateway routes/gateway ask an endpoint picker, but HTTPRoute routes/route routes to Service models/proxy (spec.rules.0), which ignores its choice: scores are computed and not obeyed.",
        ]);
        assert.deepEqual(check(extProc(), route(toService)), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc has Gateway routes/gateway ask an endpoint picker, but HTTPRoute routes/route routes to Service models/proxy (spec.rules.0), which ignores its choice: scores are computed and not obeyed.",
        ]);
    });

    it("leaves Services alone that serve no models", () => {
        assert.deepEqual(check(extProc(), web, deployment(), route({ name: "web", port: 80 })), []);
    });

    it("leaves other Gateways and other filters alone", () => {
        assert.deepEqual(check(extProc({}, { namespace: "elsewhere" }), route(toService)), []);
        assert.deepEqual(
            check(
                extProc({
                    grpc_service: {
                        envoy_grpc: { cluster_name: "outbound|9000||waf.web.svc.cluster.local" },
                    },
                }),
                route(toService),
            ),
            [],
        );
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(check(extProc(), route({ ...toService, name: unknown })), [
            "waits: HTTPRoute routes/route: spec.rules.0.backendRefs.0.name of HTTPRoute routes/route is not known in preview",
        ]);
        assert.deepEqual(check(extProc({}, { configPatches: unknown }), route(toService)), [
            "waits: EnvoyFilter routes/ext-proc: spec.configPatches of EnvoyFilter routes/ext-proc is not known in preview",
        ]);
    });
});
