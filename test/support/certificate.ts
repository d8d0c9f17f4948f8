import { generateKeyPairSync, sign } from "crypto";

/** A certificate and its private key, in PEM. */
export interface Pair {
    certificate: string;
    key: string;
}

/** Issues a certificate of its own to a host, valid from 2020 to 2049: a pair as a user would have one. */
export function selfSigned(host: string): Pair {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const algorithm = sequence(objectId("06082a8648ce3d040302")); // ecdsa-with-SHA256
    const commonName = sequence(objectId("0603550403"), element(0x0c, Buffer.from(host)));
    const subject = sequence(element(0x31, commonName));
    const validity = sequence(
        ...["200101000000Z", "491231235959Z"].map((time) => element(0x17, Buffer.from(time))),
    );
    const spki = publicKey.export({ type: "spki", format: "der" });
    const version = element(0xa0, element(0x02, Buffer.from([2]))); // 3, which has extensions
    const serial = element(0x02, Buffer.from([1]));
    const alternativeNames = sequence(element(0x82, Buffer.from(host)));
    const extensions = sequence(sequence(objectId("0603551d11"), element(0x04, alternativeNames)));
    const body = sequence(
        version,
        serial,
        algorithm,
        subject,
        validity,
        subject,
        spki,
        element(0xa3, extensions),
    );
    const signature = element(0x03, Buffer.concat([Buffer.from([0]), sign("sha256", body, privateKey)]));
    const base64 = sequence(body, algorithm, signature).toString("base64");
    const text = base64.match(/.{1,64}/g)!.join("\n");
    return {
        certificate: `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`,
        key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    };
}

/** DER: a tag, the length, and the contents (X.690). */
function element(tag: number, contents: Buffer): Buffer {
    const { length } = contents;
    const size =
        length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from([tag, ...size]), contents]);
}

function sequence(...parts: Buffer[]): Buffer {
    return element(0x30, Buffer.concat(parts));
}

function objectId(hex: string): Buffer {
    return Buffer.from(hex, "hex");
}
