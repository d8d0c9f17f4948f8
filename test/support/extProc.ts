/** What an EnvoyFilter of {@link extProcFilterSpec} says. */
export interface ExtProcFilterOptions {
    /** Envoy's name for the cluster that is asked. */
    cluster: string;
    /** Name of the Gateway whose pods ask; default: those of every workload in the namespace. */
    gateway?: string;
    /** How headers, bodies and trailers are sent; default: all of them, bodies in full duplex, as endpoint pickers want. */
    processingMode?: Record<string, string>;
    /** More fields of the filter's configuration. */
    config?: Record<string, unknown>;
}

/** Everything, as endpoint pickers want it. */
const fullDuplex = Object.fromEntries(
    ["request", "response"].flatMap((direction) => [
        [`${direction}_header_mode`, "SEND"],
        [`${direction}_body_mode`, "FULL_DUPLEX_STREAMED"],
        [`${direction}_trailer_mode`, "SEND"],
    ]),
) as Record<string, string>;

/** The `spec` of an EnvoyFilter that has Envoy call something over ext_proc, as people write it by hand. */
export function extProcFilterSpec({
    cluster,
    gateway,
    processingMode = fullDuplex,
    config,
}: ExtProcFilterOptions) {
    return {
        ...(gateway !== undefined && {
            workloadSelector: { labels: { "gateway.networking.k8s.io/gateway-name": gateway } },
        }),
        configPatches: [
            {
                applyTo: "HTTP_FILTER",
                patch: {
                    operation: "INSERT_BEFORE",
                    value: {
                        name: "envoy.filters.http.ext_proc",
                        typed_config: {
                            "@type":
                                "type.googleapis.com/envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor",
                            grpc_service: { envoy_grpc: { cluster_name: cluster } },
                            processing_mode: processingMode,
                            ...config,
                        },
                    },
                },
            },
        ],
    };
}
