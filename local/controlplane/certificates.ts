import { createPrivateKey, generateKeyPairSync, randomUUID, X509Certificate } from "crypto";
import * as fs from "fs";
import * as path from "path";
import type { CertificateRequest, KeyPair } from "./issueCertificates";

const authorities = ["cluster-ca", "etcd-ca"] as const;

type Authority = (typeof authorities)[number];

const loopback = { dnsNames: ["localhost"], ipAddresses: ["127.0.0.1"] };

/** Two authorities, because whoever etcd trusts can read and write everything, past the API server's RBAC. */
const leaves = [
    { name: "etcd", authority: "etcd-ca", commonName: "etcd", ...loopback, server: true, client: true },
    { name: "etcd-client", authority: "etcd-ca", commonName: "kube-apiserver", client: true },
    {
        name: "server",
        authority: "cluster-ca",
        commonName: "kube-apiserver",
        dnsNames: [
            ...loopback.dnsNames,
            "kubernetes",
            "kubernetes.default",
            "kubernetes.default.svc",
            "kubernetes.default.svc.cluster.local",
        ],
        // The second is the first address of the Services' range, which the API server gives to itself.
        ipAddresses: [...loopback.ipAddresses, "10.96.0.1"],
        server: true,
    },
    {
        name: "admin",
        authority: "cluster-ca",
        commonName: "llm-d-local-admin",
        organizations: ["system:masters"],
        client: true,
    },
    {
        name: "kube-controller-manager",
        authority: "cluster-ca",
        commonName: "system:kube-controller-manager",
        client: true,
    },
    { name: "kube-scheduler", authority: "cluster-ca", commonName: "system:kube-scheduler", client: true },
    // No built-in role fits what kwok does: it writes the status of every node and pod, and deletes pods.
    {
        name: "kwok",
        authority: "cluster-ca",
        commonName: "kwok",
        organizations: ["system:masters"],
        client: true,
    },
] as const satisfies readonly CertificateRequest<string, Authority>[];

/** Names of the certificates that {@link ensureCertificates} keeps. */
export type CertificateName = Authority | (typeof leaves)[number]["name"];

const names: CertificateName[] = [...authorities, ...leaves.map((leaf) => leaf.name)];

/** How long certificates are valid, in days: longer than anyone keeps a throw-away cluster. */
const validDays = 3650;

/** Certificates that end within this time (milliseconds) are issued anew. */
const renewBefore = 30 * 24 * 3600 * 1000;

/** What the certificates were asked to be, and the file that keeps it beside them. */
const request = JSON.stringify({ validDays, authorities, certificates: leaves });
const requestFile = "request.json";
const serviceAccountKeyFile = "service-account.key";

/** What a control plane proves itself and its users with. */
export interface Certificates {
    pairs: Record<CertificateName, KeyPair>;
    /** Paths of the PEM files of a pair. */
    files(name: CertificateName): { cert: string; key: string };
    /** Path of the private key that service account tokens are signed with (PEM, P-256). */
    serviceAccountKey: string;
}

/**
 * Reads the certificates in `folder`, or issues all of them anew where one is missing, damaged, signed by another
 * authority, about to end, or not what this version asks for. They appear together or not at all.
 *
 * @throws Error when they cannot be written.
 */
export async function ensureCertificates(folder: string): Promise<Certificates> {
    const found = findCertificates(folder);
    if (found !== undefined) {
        return found;
    }
    // Loaded when it is needed, which is seldom: it takes a tenth of a second.
    const { issueCertificates } = await import("./issueCertificates");
    const issued = await issueCertificates(authorities, leaves, validDays);

    const unfinished = `${folder}.${randomUUID()}`;
    fs.mkdirSync(unfinished, { recursive: true, mode: 0o700 });
    const write = (name: string, contents: string) =>
        fs.writeFileSync(path.join(unfinished, name), contents, { mode: 0o600 });
    for (const name of names) {
        write(`${name}.crt`, issued[name].cert);
        write(`${name}.key`, issued[name].key);
    }
    const serviceAccounts = generateKeyPairSync("ec", { namedCurve: "P-256" });
    write(serviceAccountKeyFile, String(serviceAccounts.privateKey.export({ type: "sec1", format: "pem" })));
    write(requestFile, request);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(unfinished, folder);

    const made = findCertificates(folder);
    if (made === undefined) {
        throw new Error(`The certificates just issued into ${folder} cannot be read back.`);
    }
    return made;
}

/** @returns undefined when they are not there, or not there whole. */
export function findCertificates(folder: string): Certificates | undefined {
    const files = (name: CertificateName) => ({
        cert: path.join(folder, `${name}.crt`),
        key: path.join(folder, `${name}.key`),
    });
    const serviceAccountKey = path.join(folder, serviceAccountKeyFile);
    try {
        if (fs.readFileSync(path.join(folder, requestFile), "utf8") !== request) {
            return undefined;
        }
        createPrivateKey(fs.readFileSync(serviceAccountKey));
        const pairs = Object.fromEntries(
            names.map((name) => {
                const { cert, key } = files(name);
                return [name, { cert: fs.readFileSync(cert, "utf8"), key: fs.readFileSync(key, "utf8") }];
            }),
        ) as Record<CertificateName, KeyPair>;
        const authorityOf = new Map<CertificateName, Authority>(
            leaves.map((leaf) => [leaf.name, leaf.authority]),
        );
        const whole = names.every((name) => {
            const authority = new X509Certificate(pairs[authorityOf.get(name) ?? name].cert);
            return isUsable(pairs[name], authority);
        });
        return whole ? { pairs, files, serviceAccountKey } : undefined;
    } catch {
        return undefined;
    }
}

function isUsable({ cert, key }: KeyPair, authority: X509Certificate): boolean {
    const certificate = new X509Certificate(cert);
    return (
        certificate.checkPrivateKey(createPrivateKey(key)) &&
        certificate.verify(authority.publicKey) &&
        Date.parse(certificate.validFrom) <= Date.now() &&
        Date.parse(certificate.validTo) > Date.now() + renewBefore
    );
}
