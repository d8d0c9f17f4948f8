import { unreadablePair } from "./certificates";
import type { Problem } from "./errors";
import { settingName } from "./errors";
import { isObject } from "../../objects/json";
import { modelShape } from "./modelSchema";
import type { Settings } from "./schema";

/** Settings that must be encrypted in the stack's config, as `pulumi config set --path` names them. */
export const secretSettings = ["registry.password", "gateway.tls.key", "epp.tls.key"] as const;

/** Where secret settings stand in a config, those of each model among them. */
export function secretPaths(config: Readonly<Record<string, unknown>>): string[][] {
    const paths = secretSettings.map((setting) => setting.split("."));
    const ofModels = paths.filter(([top]) => top! in modelShape);
    const models = isObject(config.models) ? Object.keys(config.models) : [];
    return [
        ...paths,
        ...models.flatMap((model) => ofModels.map((path) => ["models", model, ...path])),
    ].filter((path) => valueAt(config, path) !== undefined);
}

function valueAt(config: unknown, path: readonly string[]): unknown {
    return path.reduce(
        (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
        config,
    );
}

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
    const values = Object.fromEntries(Object.entries(config).map(([key, json]) => [key, parsed(json)]));
    return secretPaths(values)
        .filter(([top]) => !isEncrypted(top!))
        .map(settingName)
        .map((setting) => ({
            setting,
            message: `${setting}: a value in clear is not allowed in the stack's config, which is committed; allowed: an encrypted one, set with \`pulumi config set --secret --path ${setting}\`.`,
        }));
}

function parsed(json: string): unknown {
    try {
        return JSON.parse(json) as unknown;
    } catch {
        // The schema says what should stand there instead.
        return undefined;
    }
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
    return [...twice, ...unreadablePair("gateway.tls", tls)];
}
