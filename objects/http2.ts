import type { ServicePort } from "./pickers";

/** Values of appProtocol by which Istio knows a port to be HTTP/2 (istio `ConvertProtocol`). */
export const http2Protocols = ["http2", "grpc", "kubernetes.io/h2c"];

/** Port names that say HTTP/2 to Istio where no appProtocol does; `grpc-web` is HTTP/1.1 to it. */
const http2Name = /^(grpc|http2)(-|$)(?!web)/;

/**
 * Whether a Service says that a port of it is HTTP/2: by appProtocol, and by its name only where there is none (istio.io
 * "Protocol Selection"). Neither knows case.
 *
 * @param protocols the values of appProtocol that do. Default: Istio's.
 */
export function speaksHttp2(
    { appProtocol, name }: ServicePort,
    protocols: readonly string[] = http2Protocols,
): boolean {
    return appProtocol === undefined
        ? http2Name.test(name.toLowerCase())
        : protocols.some((protocol) => protocol.toLowerCase() === appProtocol.toLowerCase());
}
