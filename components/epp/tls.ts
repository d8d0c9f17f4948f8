import type * as pulumi from "@pulumi/pulumi";
import { certificateNames, commonLabels, eppTlsNames, serviceHost } from "../contract";
import type { TlsPair } from "../tlsSecret";
import { createCaSecret, createTlsSecret } from "../tlsSecret";

/** A certificate of the user's own for an EPP, and whom Envoys trust for it. */
export interface EppTls {
    /** A Secret with `tls.crt` and `tls.key`, of which one is made, or the name of one in the EPP's namespace. */
    certificate: TlsPair | { secretName: string };
    /** Certificates in PEM, of which a Secret is made, or the name of one with `ca.crt` in the Gateway's namespace. */
    ca: { certificates: string } | { secretName: string };
}

/** What an EPP's TLS is made of. */
export interface EppTlsObjects {
    /** The Secret that the EPP's pods mount. */
    certificateSecret: string;
    /** The Secret that Envoys read, in their own namespace. */
    caSecret: string;
    /** What is made of both. */
    resources: pulumi.Resource[];
}

/** Makes the Secrets that are not there already. */
export function createEppTls(
    args: { eppName: string; namespace: string; gatewayNamespace: string; tls: EppTls },
    opts: pulumi.CustomResourceOptions,
): EppTlsObjects {
    const names = eppTlsNames(args.eppName);
    const metadata = (name: string, namespace: string) => ({
        name,
        namespace,
        labels: commonLabels(name, args.eppName, "endpoint-picker"),
    });
    const { certificate, ca } = args.tls;
    const resources: pulumi.Resource[] = [];
    if (!("secretName" in certificate)) {
        resources.push(createTlsSecret(metadata(names.certificate, args.namespace), certificate, opts));
    }
    if (!("secretName" in ca)) {
        resources.push(createCaSecret(metadata(names.ca, args.gatewayNamespace), ca.certificates, opts));
    }
    return {
        certificateSecret: "secretName" in certificate ? certificate.secretName : names.certificate,
        caSecret: "secretName" in ca ? ca.secretName : names.ca,
        resources,
    };
}

/**
 * What a DestinationRule says of an EPP's TLS. Without a certificate of the user's own the EPP signs one itself at each
 * start, which nobody can check. A Gateway reads `credentialName` in its own namespace.
 */
export function clientTls(
    { name, namespace }: { name: string; namespace: string },
    caSecret: string | undefined,
): object {
    return caSecret === undefined
        ? { mode: "SIMPLE", insecureSkipVerify: true }
        : {
              mode: "SIMPLE",
              credentialName: caSecret,
              sni: serviceHost(name, namespace),
              subjectAltNames: certificateNames(name, namespace),
          };
}
