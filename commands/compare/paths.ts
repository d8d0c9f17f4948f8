import type { DeploymentOutput, Mode, ModelDeploymentOutput } from "../../components/deploymentOutput";

/** The two paths that are held against each other. */
export type PathName = "direct" | "gateway";

/** Both, in the order in which they are reported. */
export const pathNames: readonly PathName[] = ["direct", "gateway"];

/** Where one path's requests go. */
export interface PathTarget {
    /** What the path is called, which the stack's mode decides. */
    label: string;
    /** URL of the completions endpoint. */
    url: string;
    /** Headers that its requests must carry. */
    headers: Record<string, string>;
}

const gatewayLabels: Record<Mode, string> = {
    scheduler: "scheduler path",
    "scoring-not-obeyed": "scheduler path (scored, not obeyed)",
    scoring: "scoring path",
};

/**
 * The requests of both paths to a model. Only those through the Gateway need what the route matches.
 *
 * @param bases base URL of each path: scheme, host and port.
 */
export function targetsOf(
    deployment: DeploymentOutput,
    { match }: ModelDeploymentOutput,
    bases: Record<PathName, string>,
): Record<PathName, PathTarget> {
    const json = { "Content-Type": "application/json" };
    const [hostname] = match.hostnames;
    return {
        direct: { label: "direct path", url: endpoint(bases.direct, ""), headers: json },
        gateway: {
            label: gatewayLabels[deployment.mode],
            url: endpoint(bases.gateway, match.path ?? ""),
            headers: {
                ...json,
                ...match.headers,
                // A wildcard stands for one or more labels (Gateway API).
                ...(hostname !== undefined && { Host: hostname.replace(/^\*/, "compare") }),
            },
        },
    };
}

function endpoint(base: string, prefix: string): string {
    return `${base.replace(/\/+$/, "")}${prefix.replace(/\/+$/, "")}/v1/completions`;
}
