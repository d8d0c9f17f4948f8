/** The Prometheus operator's kinds, without its schema: the embedded control plane has none of them. */
export const monitorDefinitions = ["ServiceMonitor", "PodMonitor"].map((kind) => {
    const singular = kind.toLowerCase();
    return {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: `${singular}s.monitoring.coreos.com` },
        spec: {
            group: "monitoring.coreos.com",
            scope: "Namespaced",
            names: { kind, singular, plural: `${singular}s` },
            versions: [
                {
                    name: "v1",
                    served: true,
                    storage: true,
                    schema: {
                        openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                    },
                },
            ],
        },
    };
});
