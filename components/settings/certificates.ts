import { createPrivateKey, X509Certificate } from "crypto";
import type { Problem } from "./errors";

/** Certificates and keys as settings hold them. No message repeats what stands there. */

/** The certificates of a text in PEM, in their order; undefined when one of them cannot be read. */
export function certificatesIn(text: string): X509Certificate[] | undefined {
    const blocks = text.split(/(?=-----BEGIN CERTIFICATE-----)/).filter((block) => block.trim() !== "");
    return read(() => blocks.map((block) => new X509Certificate(block)));
}

/** A sentence of every settings error, about what no message may repeat. */
export function secretRefused(setting: string, why: string, allowed: string): Problem {
    return { setting, message: `${setting}: [secret] is not allowed, because ${why}; allowed: ${allowed}.` };
}

/**
 * A pair that a server could not serve with: it would go on without it, or not start, and say so in its log only.
 *
 * @param settings what `certificate` and `key` are settings of, e.g. `gateway.tls`.
 */
export function unreadablePair(
    settings: string,
    { certificate, key }: { certificate: string; key: string },
): Problem[] {
    const [certificateName, keyName] = [`${settings}.certificate`, `${settings}.key`];
    // A file with everything in it, as some servers want it: as a certificate it would be no secret.
    if (/-----BEGIN (?!CERTIFICATE-----)/.test(certificate)) {
        return [
            secretRefused(
                certificateName,
                "it holds something else besides certificates",
                `certificates in PEM, and the private key in ${keyName}`,
            ),
        ];
    }
    const [leaf] = certificatesIn(certificate) ?? [];
    if (leaf === undefined) {
        return [secretRefused(certificateName, "it cannot be read", "certificates in PEM")];
    }
    const privateKey = read(() => createPrivateKey(key));
    if (privateKey === undefined) {
        return [secretRefused(keyName, "it cannot be read", "a private key in PEM, without a passphrase")];
    }
    return leaf.checkPrivateKey(privateKey)
        ? []
        : [secretRefused(keyName, "it is another's", `the key of ${certificateName}`)];
}

function read<T>(make: () => T): T | undefined {
    try {
        return make();
    } catch {
        // What the parser says may quote what it was given.
        return undefined;
    }
}
