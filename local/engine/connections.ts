import type { ClientOptions } from "@grpc/grpc-js";
import * as settings from "@pulumi/pulumi/runtime/settings";

/**
 * Gives each connection of Pulumi's SDK to an engine a state of its own. By default grpc-js shares it between all that
 * this process ever opened to an address (`grpc.use_local_subchannel_pool`). The engine of every operation listens on a
 * port that the system chooses; where that was another engine's some time before, the SDK is refused because of what
 * happened to the former connection: "14 UNAVAILABLE: No connection established. Last error: null".
 */
export function separateConnections(): void {
    // Made at run time only: the SDK leaves it out of its declarations.
    const { grpcClientOptions } = settings as unknown as { grpcClientOptions: ClientOptions };
    grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
}
