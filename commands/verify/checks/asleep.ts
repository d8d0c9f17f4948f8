import type { ModelContext } from "./check";
import { ref } from "./check";

/**
 * Why there is nothing to see of a model's pods, where an autoscaler has taken all of them away as it may: nothing is
 * broken then, and requests would wait longer than anybody here does.
 *
 * @throws UnreadableError when Deployments could not be read.
 */
export function asleep({ snapshot, deployment, model }: ModelContext): { skipped: string } | undefined {
    const namespace = deployment.namespaces.simulator;
    const { deployment: owner } = model.pods.decode;
    const found = snapshot.find("deployment", namespace, owner);
    return model.scalesToZero && found?.spec?.replicas === 0
        ? {
              skipped: `${ref("Deployment", namespace, owner)} has no pods for want of requests (autoscaling.minReplicas 0): the EPP holds the next one through the Gateway until a pod is ready, and nothing holds those on the direct path; send one, and run this again`,
          }
        : undefined;
}
