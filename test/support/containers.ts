import type { ProgramRun } from "./mocks";
import { objectsOf } from "./objects";

/** What tests look at of a container, and of its pod. */
export interface FoundContainer {
    args: string[];
    env: { name: string; value?: string; valueFrom?: object }[];
    volumeMounts: { name: string; mountPath: string }[];
    pod: {
        terminationGracePeriodSeconds?: number;
        securityContext: Record<string, unknown>;
        volumes: Record<string, unknown>[];
    };
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
