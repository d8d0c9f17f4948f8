// What @peculiar/x509 is built on reads decorators' metadata through it, and asks to have it loaded first.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "crypto";

/** A certificate and its private key, in PEM. */
export interface KeyPair {
    cert: string;
    key: string;
}

/** What a certificate is to say, and for what it is good. */
export interface CertificateRequest<Name extends string, Authority extends string> {
    name: Name;
    /** Who signs it. */
    authority: Authority;
    commonName: string;
    /** Kubernetes takes them for the groups of the user that {@link commonName} names. */
    organizations?: readonly string[];
    dnsNames?: readonly string[];
    ipAddresses?: readonly string[];
    server?: boolean;
    client?: boolean;
}

/** P-256, which every server of a control plane takes. */
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * Issues certificates, and those of the authorities that sign them, each with a key of its own. They are valid from a
 * minute ago, for clocks that step back. No file is touched.
 *
 * @param validDays from now.
 */
export async function issueCertificates<Name extends string, Authority extends string>(
    authorities: readonly Authority[],
    requests: readonly CertificateRequest<Name, Authority>[],
    validDays: number,
): Promise<Record<Name | Authority, KeyPair>> {
    const period = {
        notBefore: new Date(Date.now() - 60_000),
        notAfter: new Date(Date.now() + validDays * 24 * 3600 * 1000),
    };
    const signers = new Map<Authority, Signer>();
    const issued = new Map<Name | Authority, KeyPair>();
    for (const name of authorities) {
        const keys = await generateKeys();
        const subject = new x509.Name([{ CN: [name] }]);
        const certificate = await x509.X509CertificateGenerator.createSelfSigned({
            ...period,
            name: subject.toString(),
            keys,
            extensions: [
                new x509.BasicConstraintsExtension(true, undefined, true),
                new x509.KeyUsagesExtension(
                    x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
                    true,
                ),
                await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
            ],
        });
        signers.set(name, { certificate, keys });
        issued.set(name, await pemOf(certificate, keys));
    }
    for (const request of requests) {
        const signer = signers.get(request.authority)!;
        const keys = await generateKeys();
        const certificate = await x509.X509CertificateGenerator.create({
            ...period,
            subject: new x509.Name([
                ...(request.organizations ?? []).map((organization) => ({ O: [organization] })),
                { CN: [request.commonName] },
            ]).toString(),
            issuer: signer.certificate.subject,
            publicKey: keys.publicKey,
            signingKey: signer.keys.privateKey,
            extensions: await extensionsOf(request, signer),
        });
        issued.set(request.name, await pemOf(certificate, keys));
    }
    return Object.fromEntries(issued) as Record<Name | Authority, KeyPair>;
}

interface Signer {
    certificate: x509.X509Certificate;
    keys: webcrypto.CryptoKeyPair;
}

async function extensionsOf(
    request: CertificateRequest<string, string>,
    signer: Signer,
): Promise<x509.Extension[]> {
    const usages = [
        ...(request.server === true ? [x509.ExtendedKeyUsage.serverAuth] : []),
        ...(request.client === true ? [x509.ExtendedKeyUsage.clientAuth] : []),
    ];
    const names: x509.JsonGeneralNames = [
        ...(request.dnsNames ?? []).map((value) => ({ type: "dns", value }) as const),
        ...(request.ipAddresses ?? []).map((value) => ({ type: "ip", value }) as const),
    ];
    return [
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension(usages),
        await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
        ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ];
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
    return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

async function pemOf(
    certificate: x509.X509Certificate,
    { privateKey }: webcrypto.CryptoKeyPair,
): Promise<KeyPair> {
    const key = await webcrypto.subtle.exportKey("pkcs8", privateKey);
    return {
        cert: `${certificate.toString("pem")}\n`,
        key: `${x509.PemConverter.encode(key, x509.PemConverter.PrivateKeyTag)}\n`,
    };
}
