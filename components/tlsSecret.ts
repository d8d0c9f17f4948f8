import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { objectName } from "./identity";

/** A certificate with what lies between it and its root, and its private key, in PEM. */
export interface TlsPair {
    certificate: pulumi.Input<string>;
    /** A secret in the state and in previews, whatever it comes from. */
    key: pulumi.Input<string>;
}

/** What every Secret of this module is called. */
interface Metadata {
    name: string;
    namespace: string;
    labels: Record<string, string>;
}

/** A Secret of a pair, as Gateways and servers read it. */
export function createTlsSecret(
    metadata: Metadata,
    { certificate, key }: TlsPair,
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
        objectName(metadata),
        {
            metadata,
            type: "kubernetes.io/tls",
            data: {
                "tls.crt": pulumi.output(certificate).apply(base64),
                "tls.key": pulumi.secret(key).apply(base64),
            },
        },
        opts,
    );
}

/** A Secret of the certificates to trust, in PEM, as Istio reads it for a DestinationRule (`ExtractRoot`). */
export function createCaSecret(
    metadata: Metadata,
    certificates: string,
    opts: pulumi.CustomResourceOptions,
): k8s.core.v1.Secret {
    return new k8s.core.v1.Secret(
        objectName(metadata),
        { metadata, type: "Opaque", data: { "ca.crt": base64(certificates) } },
        opts,
    );
}

function base64(text: string): string {
    return Buffer.from(text, "utf8").toString("base64");
}
