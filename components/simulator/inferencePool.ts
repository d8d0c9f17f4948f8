import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "../childOptions";
import { api, commonLabels, objectiveApi, ports } from "../contract";
import { component, formerly, objectName } from "../identity";
import type { ObjectiveGroup } from "../../releases";
import { objectiveGroups } from "../../releases";

/** Arguments of {@link InferencePool}. */
export interface InferencePoolArgs {
    name: string;
    /** Namespace of the pool, of its pods and of its EPP: Gateway API has no field to name another one. */
    namespace: string;
    podSelector: Record<string, string>;
    eppName: string;
    /** FailOpen falls back to any selected pod while the EPP does not answer. */
    failureMode: "FailClose" | "FailOpen";
    /** InferenceObjectives by name, with their priority. */
    objectives: Record<string, number>;
    /** API group of the objectives, one that the pool's EPP reads. Default: the older one, which every EPP can read. */
    objectiveGroup?: ObjectiveGroup;
    /** Value of the `app.kubernetes.io/instance` label. */
    instance: string;
}

/** An InferencePool over model server pods, and the objectives that requests to it can name. */
export class InferencePool extends pulumi.ComponentResource {
    constructor(name: string, args: InferencePoolArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("simulator:InferencePool", name, opts));
        const labels = commonLabels(args.name, args.instance, "pool");
        const pool = new k8s.apiextensions.CustomResource(
            objectName(args),
            {
                apiVersion: api.inferencePool.version,
                kind: "InferencePool",
                metadata: { name: args.name, namespace: args.namespace, labels },
                spec: {
                    selector: { matchLabels: args.podSelector },
                    targetPorts: [{ number: ports.inference }],
                    endpointPickerRef: {
                        group: "",
                        kind: "Service",
                        name: args.eppName,
                        port: { number: ports.eppGrpc },
                        failureMode: args.failureMode,
                    },
                },
            },
            formerly(`${name}-pool`, childOptions(this, opts)),
        );
        for (const [objective, priority] of Object.entries(args.objectives)) {
            new k8s.apiextensions.CustomResource(
                objectName({ namespace: args.namespace, name: objective }),
                {
                    apiVersion: objectiveApi(args.objectiveGroup ?? objectiveGroups[0]),
                    kind: "InferenceObjective",
                    metadata: { name: objective, namespace: args.namespace, labels },
                    spec: {
                        priority,
                        poolRef: {
                            group: api.inferencePool.group,
                            kind: "InferencePool",
                            name: args.name,
                        },
                    },
                },
                formerly(`${name}-objective-${objective}`, childOptions(this, opts, [pool])),
            );
        }
        this.registerOutputs({});
    }
}
