import { createPrivateKey, X509Certificate } from "crypto";
import type { Problem } from "./errors";
import { isObject } from "./merge";
import type { Settings } from "./schema";

/** Settings that must be encrypted in the stack's config, as `pulumi config set --path` names them. */
export const secretSettings = ["registry.password", "gateway.tls.key"] as const;

/**
 * Secrets that stand in clear in the stack's config. They are refused and not only warned of: the file is made to be
 * committed, and a credential that was once in a repository has to be changed.
 *
 * @param config top-level settings as Pulumi hands them over, decrypted.
 * @param isEncrypted whether a top-level setting has anything encrypted in it, which is all that Pulumi tells.
 */
export function secretsInClear(
    config: Readonly<Record<string, string>>,
    isEncrypted: (setting: string) => boolean,
): Problem[] {
    return secretSettings
        .filter((setting) => {
            const [top, ...path] = setting.split(".") as [string, ...string[]];
            return config[top] !== undefined && !isEncrypted(top) && hasValue(config[top], path);
        })
        .map((setting) => ({
            setting,
            message: `${setting}: a value in clear is not allowed in the stack's config, which is committed; allowed: an encrypted one, set with \`pulumi config set --secret --path ${setting}\`.`,
        }));
}

function hasValue(json: string, path: readonly string[]): boolean {
    let value: unknown;
    try {
        value = JSON.parse(json);
    } catch {
        // The schema says what should stand there instead.
        return false;
    }
    return path.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value) !== undefined;
}

/** Credentials that are there in part, twice, or do not belong together. Nothing of them is in a message. */
export function secretConflicts({ registry, gateway }: Settings): Problem[] {
    return [...partialRegistry(registry), ...tlsConflicts(gateway)];
}

function partialRegistry(registry: Settings["registry"]): Problem[] {
    const fields = ["server", "username", "password"] as const;
    const given = fields.filter((field) => registry[field] !== undefined);
    return given.length === 0
        ? []
        : fields
              .filter((field) => !given.includes(field))
              .map((field) => ({
                  setting: `registry.${field}`,
                  message: `registry.${field}: not set is not allowed with registry.${given[0]!}; allowed: ${fields.join(", ")} together, or none of them.`,
              }));
}

function tlsConflicts({ tls, tlsSecretName }: Settings["gateway"]): Problem[] {
    if (tls === undefined) {
        return [];
    }
    const twice =
        tlsSecretName === undefined
            ? []
            : [
                  {
                      setting: "gateway.tlsSecretName",
                      message: `gateway.tlsSecretName: ${JSON.stringify(tlsSecretName)} is not allowed with gateway.tls, which makes the Secret; allowed: one of the two.`,
                  },
              ];
    return [...twice, ...unreadablePair(tls)];
}

/** A pair that Envoy could not serve with: it would go on without the listener, and say so in its log only. */
function unreadablePair({ certificate, key }: { certificate: string; key: string }): Problem[] {
    const refused = (setting: string, why: string) => [
        { setting, message: `${setting}: [secret] is not allowed, because ${why}.` },
    ];
    const read = <T>(make: () => T): T | undefined => {
        try {
            return make();
        } catch {
            // What the parser says may quote what it was given.
            return undefined;
        }
    };
    // A file with everything in it, as some servers want it: as a certificate it would be no secret.
    if (/-----BEGIN (?!CERTIFICATE-----)/.test(certificate)) {
        return refused(
            "gateway.tls.certificate",
            "it holds something else besides certificates; allowed: certificates in PEM, and the private key in gateway.tls.key",
        );
    }
    const blocks = certificate
        .split(/(?=-----BEGIN CERTIFICATE-----)/)
        .filter((block) => block.trim() !== "");
    const [leaf, ...others] = blocks.map((block) => read(() => new X509Certificate(block)));
    if (leaf === undefined || others.includes(undefined)) {
        return refused("gateway.tls.certificate", "it cannot be read; allowed: certificates in PEM");
    }
    const privateKey = read(() => createPrivateKey(key));
    if (privateKey === undefined) {
        return refused(
            "gateway.tls.key",
            "it cannot be read; allowed: a private key in PEM, without a passphrase",
        );
    }
    return leaf.checkPrivateKey(privateKey)
        ? []
        : refused("gateway.tls.key", "it is another's; allowed: the key of gateway.tls.certificate");
}
