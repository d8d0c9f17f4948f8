import * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { api, commonLabels, labels, ports, serviceHost } from "../contract";
import { objectName } from "../identity";
import { protobufDuration } from "../settings/durations";

/** Arguments of {@link createExtProcFilter}. */
export interface ExtProcFilterArgs {
    name: string;
    /** Namespace of the Gateway, and of the EPP. */
    namespace: string;
    gatewayName: string;
    eppName: string;
    instance: string;
    /** FailClose refuses requests while the EPP does not answer; FailOpen passes them on. */
    failureMode: "FailClose" | "FailOpen";
    /** How long Envoy waits for each answer, e.g. `250ms`. */
    messageTimeout: string;
}

/**
 * The EnvoyFilter that makes the Gateway ask the EPP. Bodies and trailers go in full duplex: with the SKIP and
 * BUFFERED modes that hand-written filters often use, the EPP stays idle. Never to be used beside an InferencePool,
 * for which Istio makes the same filter by itself.
 */
export function createExtProcFilter(
    args: ExtProcFilterArgs,
    opts: pulumi.CustomResourceOptions,
): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
        objectName(args),
        {
            apiVersion: api.envoyFilter.version,
            kind: "EnvoyFilter",
            metadata: {
                name: args.name,
                namespace: args.namespace,
                labels: commonLabels(args.name, args.instance, "ext-proc"),
            },
            spec: {
                workloadSelector: { labels: { [labels.gatewayName]: args.gatewayName } },
                configPatches: [
                    {
                        applyTo: "HTTP_FILTER",
                        match: {
                            context: "GATEWAY",
                            listener: {
                                filterChain: {
                                    filter: {
                                        name: "envoy.filters.network.http_connection_manager",
                                        subFilter: { name: "envoy.filters.http.router" },
                                    },
                                },
                            },
                        },
                        patch: {
                            operation: "INSERT_BEFORE",
                            value: {
                                name: "envoy.filters.http.ext_proc",
                                typed_config: {
                                    "@type":
                                        "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor",
                                    grpc_service: {
                                        envoy_grpc: {
                                            // Istio's name for the cluster of a Service's port.
                                            cluster_name: `outbound|${String(ports.eppGrpc)}||${serviceHost(args.eppName, args.namespace)}`,
                                        },
                                    },
                                    failure_mode_allow: args.failureMode === "FailOpen",
                                    message_timeout: protobufDuration(args.messageTimeout),
                                    processing_mode: {
                                        request_header_mode: "SEND",
                                        request_body_mode: "FULL_DUPLEX_STREAMED",
                                        request_trailer_mode: "SEND",
                                        response_header_mode: "SEND",
                                        response_body_mode: "FULL_DUPLEX_STREAMED",
                                        response_trailer_mode: "SEND",
                                    },
                                },
                            },
                        },
                    },
                ],
            },
        },
        opts,
    );
}
