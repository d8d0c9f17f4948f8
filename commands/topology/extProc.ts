import { integer, list, record, text } from "../../objects/json";
import type { TopologyObject } from "./objects";

/** The gRPC service that an ext_proc filter asks. */
export interface ExtProcTarget {
    namespace: string;
    name: string;
    port: number;
}

/** What an EnvoyFilter's ext_proc filters ask. Clusters that are no Kubernetes Service's are left out. */
export function extProcOf(filter: TopologyObject): ExtProcTarget[] {
    return list(filter.spec.configPatches)
        .map((patch) => record(record(record(patch).patch).value))
        .filter(({ name }) => name === "envoy.filters.http.ext_proc")
        .flatMap(({ typed_config: config }) => {
            const grpc = record(record(record(config).grpc_service).envoy_grpc);
            // Istio names the cluster of a Service's port `outbound|<port>|<subset>|<host>`.
            const [direction, portText, , host = ""] = (text(grpc.cluster_name) ?? "").split("|");
            const port = integer(Number(portText));
            const [name = "", namespace = ""] = host.split(".");
            return direction === "outbound" && port !== undefined && name !== "" && namespace !== ""
                ? [{ name, namespace, port }]
                : [];
        });
}
