import { BinaryReader, BinaryWriter } from "google-protobuf";

/** The fields of a protobuf message by number; a field that is repeated has several values. */
export type Fields = ReadonlyMap<number, (number | Uint8Array)[]>;

/** Wire types (protobuf encoding reference). */
const [varint, lengthDelimited] = [0, 2];

/** Encodes a message. A nested message is a field of bytes. */
export function encode(write: (writer: BinaryWriter) => void): Buffer {
    const writer = new BinaryWriter();
    write(writer);
    return Buffer.from(writer.getResultBuffer());
}

/** Decodes a message; fields that are neither numbers, booleans, strings, bytes nor messages are left out. */
export function decode(bytes: Uint8Array): Fields {
    const reader = new BinaryReader(bytes);
    const fields = new Map<number, (number | Uint8Array)[]>();
    while (reader.nextField() && !reader.isEndGroup()) {
        const number = reader.getFieldNumber();
        const wireType = Number(reader.getWireType());
        if (wireType !== varint && wireType !== lengthDelimited) {
            reader.skipField();
            continue;
        }
        const value = wireType === varint ? reader.readUint64() : reader.readBytes();
        fields.set(number, [...(fields.get(number) ?? []), value]);
    }
    return fields;
}

/** The first value of a field of type bool, enum or number; 0 when it is not set. */
export function numberOf(fields: Fields, number: number): number {
    const value = fields.get(number)?.[0];
    return typeof value === "number" ? value : 0;
}

/** The values of a field of type bytes, string or message. */
export function bytesOf(fields: Fields, number: number): Uint8Array[] {
    return (fields.get(number) ?? []).filter((value) => typeof value !== "number");
}

/** The first value of a field of type string; empty when it is not set. */
export function textOf(fields: Fields, number: number): string {
    return Buffer.from(bytesOf(fields, number)[0] ?? []).toString("utf8");
}

/** The messages at the end of a path of field numbers. */
export function messagesAt(fields: Fields, ...path: number[]): Fields[] {
    return path.reduce(
        (found, number) => found.flatMap((message) => bytesOf(message, number).map(decode)),
        [fields],
    );
}
