import { strict as assert } from "assert";
import { extProcMode as rule } from "../../../policy/rules/extProcMode";
import type { Manifest } from "../support/resources";
import { checkResource, checkStack, unknown } from "../support/resources";
import { gateway } from "./fixtures";
import { extProc, picker, pickerService, simulator } from "./pickerFixtures";

const check = (...manifests: Manifest[]) => checkStack(rule, manifests);
const all = [picker(), pickerService(), gateway()];
const mode = (processing_mode: unknown) => checkResource(rule, extProc({ processing_mode }));
const calls = (cluster_name: string) => extProc({ grpc_service: { envoy_grpc: { cluster_name } } });

const external = "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor";
const wrapped = extProc(
    {},
    {
        configPatches: [
            {
                patch: {
                    value: {
                        name: "mine",
                        typedConfig: {
                            "@type": "type.googleapis.com/udpa.type.v1.TypedStruct",
                            type_url: external,
                            value: { processing_mode: { request_body_mode: "NONE" } },
                        },
                    },
                },
            },
            { patch: { operation: "REMOVE", value: { name: "envoy.filters.http.ext_proc" } } },
        ],
    },
);

describe("ext-proc-mode", () => {
    it("passes a filter that sends everything to an endpoint picker", () => {
        assert.deepEqual(checkResource(rule, extProc()), []);
        assert.deepEqual(check(extProc(), ...all), []);
    });

    it("reports modes that hide something from the endpoint picker", () => {
        assert.deepEqual(mode({}), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: request_body_mode is NONE by default (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs FULL_DUPLEX_STREAMED.",
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: request_trailer_mode is SKIP by default (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs SEND.",
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: response_body_mode is NONE by default (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs FULL_DUPLEX_STREAMED.",
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: response_trailer_mode is SKIP by default (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs SEND.",
        ]);
        assert.deepEqual(
            mode({
                requestBodyMode: "BUFFERED",
                responseBodyMode: "FULL_DUPLEX_STREAMED",
                requestHeaderMode: "SKIP",
                requestTrailerMode: "SEND",
                response_trailer_mode: "DEFAULT",
            }),
            [
                'EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: request_header_mode is "SKIP" (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs SEND.',
                'EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: request_body_mode is "BUFFERED" (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs FULL_DUPLEX_STREAMED.',
                'EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: response_trailer_mode is "DEFAULT" (spec.configPatches.0.patch.value.typed_config.processing_mode), but an endpoint picker needs SEND.',
            ],
        );
    });

    it("leaves filters for something else alone", () => {
        assert.deepEqual(
            checkResource(
                rule,
                extProc({
                    processing_mode: {},
                    grpc_service: {
                        envoy_grpc: { cluster_name: "outbound|9000||waf.web.svc.cluster.local" },
                    },
                }),
            ),
            [],
        );
        assert.deepEqual(
            checkResource(
                rule,
                extProc({ processing_mode: {}, grpc_service: { google_grpc: { target_uri: "waf:9000" } } }),
            ),
            [],
        );
        assert.deepEqual(check(calls("outbound|9000||waf.web.svc.cluster.local"), ...all), []);
    });

    it("knows the filter by its type, also wrapped", () => {
        assert.deepEqual(checkResource(rule, wrapped), [
            'EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: request_body_mode is "NONE" (spec.configPatches.0.patch.value.typedConfig.value.processing_mode), but an endpoint picker needs FULL_DUPLEX_STREAMED.',
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: request_trailer_mode is SKIP by default (spec.configPatches.0.patch.value.typedConfig.value.processing_mode), but an endpoint picker needs SEND.",
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: response_body_mode is NONE by default (spec.configPatches.0.patch.value.typedConfig.value.processing_mode), but an endpoint picker needs FULL_DUPLEX_STREAMED.",
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc: response_trailer_mode is SKIP by default (spec.configPatches.0.patch.value.typedConfig.value.processing_mode), but an endpoint picker needs SEND.",
        ]);
    });

    it("reports a filter that reaches no Gateway", () => {
        assert.deepEqual(check(extProc({}, { namespace: "elsewhere" }), ...all), [
            "EnvoyFilter elsewhere/ext-proc: EnvoyFilter elsewhere/ext-proc applies to no Gateway of the program: spec.workloadSelector is {gateway.networking.k8s.io/gateway-name: gateway} in namespace elsewhere, and there are Gateway routes/gateway.",
        ]);
        assert.deepEqual(
            check(
                extProc(
                    {},
                    { workloadSelector: undefined, targetRefs: [{ kind: "Gateway", name: "other" }] },
                ),
                ...all,
            ),
            [
                "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc applies to no Gateway of the program: spec.targetRefs in namespace routes, and there are Gateway routes/gateway.",
            ],
        );
        assert.deepEqual(check(extProc({}, { workloadSelector: { labels: { app: "x" } } }), ...all), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc applies to no Gateway of the program: spec.workloadSelector is {app: x} in namespace routes, and there are Gateway routes/gateway.",
        ]);
    });

    it("knows the ways to reach one", () => {
        assert.deepEqual(
            check(
                extProc(
                    {},
                    { workloadSelector: undefined, targetRefs: [{ kind: "Gateway", name: "gateway" }] },
                ),
                ...all,
            ),
            [],
        );
        assert.deepEqual(check(extProc({}, { workloadSelector: undefined }), ...all), []);
        assert.deepEqual(
            check(
                extProc(
                    {},
                    {
                        namespace: "istio-system",
                        workloadSelector: undefined,
                        targetRefs: [{ kind: "GatewayClass", name: "istio" }],
                    },
                ),
                ...all,
            ),
            [],
        );
        assert.deepEqual(check(extProc({}, { namespace: "elsewhere" }), picker(), pickerService()), []);
        assert.deepEqual(
            checkStack(rule, [extProc({}, { namespace: "elsewhere" }), ...all], {
                config: { gatewaysElsewhere: true },
            }),
            [],
        );
    });

    it("reports a cluster that is no endpoint picker's", () => {
        assert.deepEqual(check(extProc({ grpc_service: undefined }), ...all), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc names no cluster to call (spec.configPatches.0.patch.value.typed_config.grpc_service).",
        ]);
        assert.deepEqual(check(calls("outbound|9002||epp"), ...all), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc calls outbound|9002||epp (spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name), which is no cluster of a Service: those are called outbound|PORT||NAME.NAMESPACE.svc.DOMAIN.",
        ]);
        assert.deepEqual(check(calls("outbound|9002||none.models.svc.cluster.local"), ...all), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc calls outbound|9002||none.models.svc.cluster.local (spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name), but the program has no Service models/none.",
        ]);
        assert.deepEqual(check(calls("outbound|9002||epp.elsewhere.svc.cluster.local"), ...all), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc calls outbound|9002||epp.elsewhere.svc.cluster.local (spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name), but the program has no Service elsewhere/epp; it has Service models/epp.",
        ]);
        assert.deepEqual(
            check(
                extProc(),
                gateway(),
                simulator(),
                pickerService({ selector: { "llm-d.ai/role": "decode" } }),
            ),
            [
                "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc calls outbound|9002||epp.models.svc.cluster.local (spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name), but Service models/epp selects no endpoint picker (spec.selector), but Deployment models/decode.",
            ],
        );
        assert.deepEqual(check(extProc(), gateway(), pickerService({ selector: {} })), [
            "EnvoyFilter routes/ext-proc: EnvoyFilter routes/ext-proc calls outbound|9002||epp.models.svc.cluster.local (spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name), but Service models/epp selects no endpoint picker (spec.selector).",
        ]);
    });

    it("waits for what is not known in preview", () => {
        assert.deepEqual(checkResource(rule, extProc({ processing_mode: unknown })), [
            "waits: EnvoyFilter routes/ext-proc: spec.configPatches.0.patch.value.typed_config.processing_mode of EnvoyFilter routes/ext-proc is not known in preview",
        ]);
        assert.deepEqual(check(calls(unknown), ...all), [
            "waits: EnvoyFilter routes/ext-proc: spec.configPatches.0.patch.value.typed_config.grpc_service.envoy_grpc.cluster_name of EnvoyFilter routes/ext-proc is not known in preview",
        ]);
        assert.deepEqual(check(extProc({}, { workloadSelector: unknown }), ...all), [
            "waits: EnvoyFilter routes/ext-proc: spec.workloadSelector of EnvoyFilter routes/ext-proc is not known in preview",
        ]);
    });
});
