import type { V1Container, V1PodSpec } from "@kubernetes/client-node";
import type { ProgramRun } from "./mocks";
import { objectsOf } from "./objects";

/** What tests look at of a container, and of its pod. */
export interface FoundContainer extends Required<Pick<V1Container, "args" | "env" | "volumeMounts">> {
    pod: Required<Pick<V1PodSpec, "securityContext" | "volumes">> & V1PodSpec;
}

/** The one container of each Deployment whose name ends so. */
export function containersOf(run: ProgramRun, suffix: string): FoundContainer[] {
    return objectsOf(run)
        .filter(({ inputs: { kind, metadata } }) => kind === "Deployment" && metadata.name.endsWith(suffix))
        .map(({ inputs }) => {
            const { template } = inputs.spec as {
                template: { spec: FoundContainer["pod"] & { containers: FoundContainer[] } };
            };
            return { ...template.spec.containers[0]!, pod: template.spec };
        });
}
