import * as path from "path";

/** kubectl's flags for the control plane of a state folder, whose cache is mixed with no other cluster's. */
export function kubectlFlags(kubeconfig: string, stateDir: string): string[] {
    return ["--kubeconfig", kubeconfig, "--cache-dir", path.join(stateDir, "kubectl-cache")];
}
