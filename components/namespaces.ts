import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions, protectedBy } from "./childOptions";
import { commonLabels, podSecurityLabels, revisionLabels } from "./contract";
import { formerly, formerType } from "./identity";

/** Arguments of {@link Namespaces}. */
export interface NamespacesArgs {
    scheduler: string;
    simulator: string;
    /** Whether the stack owns them, or finds them. */
    create: boolean;
    /** Value of the `app.kubernetes.io/instance` label. */
    instance: string;
    /** Labels of theirs beside the stack's own, where the stack owns them. Default: none. */
    labels?: Record<string, string>;
    /** The revision of Istio that they belong to, where the stack owns them. Default: the default one. */
    istioRevision?: string;
    /** Whether Pulumi refuses to delete or replace them. Default: as the component's own `protect`. */
    protect?: boolean;
}

/** A Pod Security Standard level (kubernetes.io/docs/concepts/security/pod-security-standards). */
type PodSecurityLevel = "baseline" | "restricted";

/**
 * The two namespaces. Each enforces a Pod Security Standard where the stack owns it. One that it finds is read under
 * the URN that it would have otherwise, which is Pulumi's way to let go of a resource: giving a namespace up leaves it,
 * and what is in it, on the cluster. A namespace that is not there is an error, in previews as well.
 */
export class Namespaces extends pulumi.ComponentResource {
    /** What is in the scheduler namespace depends on these. */
    readonly scheduler: pulumi.Resource[];
    /** What is in the simulator namespace depends on these. */
    readonly simulator: pulumi.Resource[];

    constructor(name: string, args: NamespacesArgs, opts?: pulumi.ComponentResourceOptions) {
        // Its former type, of all components alone: reads have no aliases, so that with another one an `up` that upgrades
        // and gives a namespace up would delete it.
        super(formerType("index:Namespaces"), name, {}, opts);
        // Several stacks of one program may find the same namespace, so that its name alone is not enough.
        const resourceName = (namespace: string) => `${name}/${namespace}`;
        const find = (namespace: string) =>
            k8s.core.v1.Namespace.get(resourceName(namespace), namespace, childOptions(this, opts));
        const create = (role: string, namespace: string, podSecurity: PodSecurityLevel) =>
            new k8s.core.v1.Namespace(
                resourceName(namespace),
                {
                    metadata: {
                        name: namespace,
                        labels: {
                            ...args.labels,
                            ...commonLabels(namespace, args.instance, "namespace"),
                            ...revisionLabels(args.istioRevision),
                            [podSecurityLabels.enforce]: podSecurity,
                            [podSecurityLabels.warn]: "restricted",
                        },
                    },
                },
                formerly(`${name}-${role}`, protectedBy(args, childOptions(this, opts))),
            );
        // Istio's gateway pods set no seccomp profile, which `restricted` would refuse.
        this.scheduler = [
            args.create ? create("scheduler", args.scheduler, "baseline") : find(args.scheduler),
        ];
        this.simulator = [
            args.create ? create("simulator", args.simulator, "restricted") : find(args.simulator),
        ];
        this.registerOutputs({});
    }
}
