import type { X509Certificate } from "crypto";
import { certificateNames, eppNamespace, releaseNames } from "../contract";
import { certificatesIn, secretRefused, unreadablePair } from "./certificates";
import type { Name, Problem } from "./errors";
import { refused } from "./errors";
import type { Model, Settings } from "./schema";

type Tls = NonNullable<Model["epp"]["tls"]>;

/** What is wrong with an EPP's certificate: Envoy would refuse each connection, and with FailClose each request. */
export function eppTlsConflicts(model: Model, settings: Settings, name: Name): Problem[] {
    const { tls } = model.epp;
    if (tls === undefined) {
        return [];
    }
    const at = name("epp.tls");
    const incomplete = [...certificateChoice(tls, at), ...caChoice(tls, at)];
    if (incomplete.length > 0 || tls.certificate === undefined || tls.key === undefined) {
        return [...incomplete, ...unreadableCa(tls, at)];
    }
    const { epp } = releaseNames(model.release, model.modelRelease);
    const unreadable = [
        ...unreadablePair(at, { certificate: tls.certificate, key: tls.key }),
        ...unreadableCa(tls, at),
    ];
    return unreadable.length > 0
        ? unreadable
        : untrusted(
              certificatesIn(tls.certificate)!,
              tls.ca === undefined ? undefined : certificatesIn(tls.ca),
              certificateNames(epp, eppNamespace(settings)),
              at,
          );
}

function certificateChoice({ secretName, certificate, key }: Tls, at: string): Problem[] {
    const given = [certificate, key].filter((value) => value !== undefined).length;
    if (secretName !== undefined) {
        return given === 0
            ? []
            : [
                  refused(
                      `${at}.secretName`,
                      secretName,
                      ` with ${at}.certificate and ${at}.key, which make the Secret`,
                      "one of the two",
                  ),
              ];
    }
    return given === 2
        ? []
        : [
              refused(
                  certificate === undefined ? `${at}.certificate` : `${at}.key`,
                  undefined,
                  ` in ${at}`,
                  `${at}.certificate and ${at}.key together, or ${at}.secretName`,
              ),
          ];
}

function caChoice({ ca, caSecretName }: Tls, at: string): Problem[] {
    if (ca !== undefined && caSecretName !== undefined) {
        return [
            refused(
                `${at}.caSecretName`,
                caSecretName,
                ` with ${at}.ca, which makes the Secret`,
                "one of the two",
            ),
        ];
    }
    return ca === undefined && caSecretName === undefined
        ? [
              refused(
                  `${at}.ca`,
                  undefined,
                  ` in ${at}, because the certificate would be checked against nothing`,
                  `${at}.ca, or ${at}.caSecretName`,
              ),
          ]
        : [];
}

function unreadableCa({ ca }: Tls, at: string): Problem[] {
    return ca === undefined || certificatesIn(ca) !== undefined
        ? []
        : [secretRefused(`${at}.ca`, "it cannot be read", "certificates in PEM")];
}

/** Envoy asks for one of the names among the subject's alternative ones, and for a root that it knows. */
function untrusted(
    chain: readonly X509Certificate[],
    roots: readonly X509Certificate[] | undefined,
    names: readonly string[],
    at: string,
): Problem[] {
    const setting = `${at}.certificate`;
    const [leaf] = chain;
    const problems: Problem[] = [];
    if (names.every((host) => leaf?.checkHost(host, { subject: "never" }) === undefined)) {
        problems.push(
            secretRefused(
                setting,
                "it is for none of the names of the EPP's Service",
                `one for ${names.join(" or ")}`,
            ),
        );
    }
    const isTrusted = (certificate: X509Certificate) =>
        roots?.some(
            (root) =>
                root.fingerprint256 === certificate.fingerprint256 ||
                (certificate.checkIssued(root) && certificate.verify(root.publicKey)),
        );
    if (roots !== undefined && !chain.some(isTrusted)) {
        problems.push(
            secretRefused(
                setting,
                `no certificate of ${at}.ca has signed it, or what lies between them`,
                `one that leads to ${at}.ca`,
            ),
        );
    }
    return problems;
}
