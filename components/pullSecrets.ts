import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { childOptions } from "./childOptions";
import { commonLabels } from "./contract";
import { component, formerly, objectName } from "./identity";

/** Who may pull images from a registry. */
export interface RegistryCredentials {
    /** As images name it, e.g. `ghcr.io`. */
    server: string;
    username: string;
    /** A secret in the state and in previews, whatever it comes from. */
    password: pulumi.Input<string>;
}

/** Arguments of {@link PullSecrets}. */
export interface PullSecretsArgs {
    /** Name of the Secret, the same in each namespace. */
    secretName: string;
    /** Namespaces by role; the role names the resource. */
    namespaces: Record<string, { name: string; dependsOn: pulumi.Resource[] }>;
    /** Value of the `app.kubernetes.io/instance` label. */
    instance: string;
    credentials: RegistryCredentials;
}

/** One image pull Secret in each namespace. What it holds is a secret in the state and in previews. */
export class PullSecrets extends pulumi.ComponentResource {
    /** The Secrets by role of their namespace. */
    readonly secrets: Record<string, pulumi.Resource>;

    constructor(name: string, args: PullSecretsArgs, opts?: pulumi.ComponentResourceOptions) {
        super(...component("index:PullSecrets", name, opts));
        const { server, username, password } = args.credentials;
        const config = pulumi.secret(password).apply((text) => base64(dockerConfig(server, username, text)));
        this.secrets = Object.fromEntries(
            Object.entries(args.namespaces).map(([role, namespace]) => [
                role,
                new k8s.core.v1.Secret(
                    objectName({ namespace: namespace.name, name: args.secretName }),
                    {
                        metadata: {
                            name: args.secretName,
                            namespace: namespace.name,
                            labels: commonLabels(args.secretName, args.instance, "registry"),
                        },
                        type: "kubernetes.io/dockerconfigjson",
                        data: { ".dockerconfigjson": config },
                    },
                    formerly(`${name}-${role}`, childOptions(this, opts, namespace.dependsOn)),
                ),
            ]),
        );
        this.registerOutputs({});
    }
}

/** What the kubelet reads (kubernetes.io "Pull an Image from a Private Registry"). */
function dockerConfig(server: string, username: string, password: string): string {
    return JSON.stringify({
        auths: { [server]: { username, password, auth: base64(`${username}:${password}`) } },
    });
}

function base64(text: string): string {
    return Buffer.from(text, "utf8").toString("base64");
}
