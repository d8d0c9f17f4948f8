import type { EppRelease } from "./epp";

/** Where a routing sidecar listens, and where the model server behind it does. */
export interface SidecarPorts {
    port: number;
    serverPort: number;
}

/** The connector that the simulator plays, as vLLM has it (sim 0.5.0 to 0.10.2 read `do_remote_prefill` and `do_remote_decode`). */
const connector = "nixlv2";

/** The routing sidecar's command line, in plain HTTP on both sides. */
export function routingSidecarArguments(
    { routingSidecar: { serverPortFlag, connectorFlag } }: EppRelease,
    { port, serverPort }: SidecarPorts,
): string[] {
    return [
        `--port=${String(port)}`,
        `--${serverPortFlag}=${String(serverPort)}`,
        `--${connectorFlag}=${connector}`,
        "--secure-proxy=false",
    ];
}

/** The image of the routing sidecar that goes with an EPP; a version without a patch stands for its first one. */
export function routingSidecarImage({ routingSidecar: { image } }: EppRelease, version: string): string {
    return `ghcr.io/llm-d/${image}:v${/^\d+\.\d+$/.test(version) ? `${version}.0` : version}`;
}
