import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions, protectedBy } from "./childOptions";
import { commonLabels } from "./contract";

/** Arguments of {@link Namespaces}. */
export interface NamespacesArgs {
    scheduler: string;
    simulator: string;
    /** Whether the stack creates them, or finds them. */
    create: boolean;
    /** Value of the `app.kubernetes.io/instance` label. */
    instance: string;
    /** Whether Pulumi refuses to delete or replace them. Default: as the component's own `protect`. */
    protect?: boolean;
}

/** A Pod Security Standard level (kubernetes.io/docs/concepts/security/pod-security-standards). */
type PodSecurityLevel = "baseline" | "restricted";

/** The two namespaces. Each enforces a Pod Security Standard where the stack creates it. */
export class Namespaces extends pulumi.ComponentResource {
    /** What is in the scheduler namespace depends on these. */
    readonly scheduler: pulumi.Resource[];
    /** What is in the simulator namespace depends on these. */
    readonly simulator: pulumi.Resource[];

    constructor(name: string, args: NamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
        super("llmd:index:Namespaces", name, {}, opts);
        const create = (role: string, namespace: string, podSecurity: PodSecurityLevel) =>
            new k8s.core.v1.Namespace(
                `${name}-${role}`,
                {
                    metadata: {
                        name: namespace,
                        labels: {
                            ...commonLabels(namespace, args.instance, "namespace"),
                            "pod-security.kubernetes.io/enforce": podSecurity,
                            "pod-security.kubernetes.io/warn": "restricted",
                        },
                    },
                },
                protectedBy(args, childOptions(this, opts)),
            );
        // Istio's gateway pods set no seccomp profile, which `restricted` would refuse.
        this.scheduler = args.create ? [create("scheduler", args.scheduler, "baseline")] : [];
        this.simulator = args.create ? [create("simulator", args.simulator, "restricted")] : [];
        this.registerOutputs({});
    }
}
