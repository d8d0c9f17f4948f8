import { InvalidArgumentError } from "commander";
import type { Sample } from "./send";

/** What a request must keep to count as good, in milliseconds. */
export interface Slo {
    ttft?: number;
    tpot?: number;
    e2e?: number;
}

const allowed =
    "limits by comma, each of ttft, tpot or e2e once with a duration in ms or s, e.g. ttft=200ms,tpot=20ms";

/** A flag's parser. */
export function parseSlo(value: string): Slo {
    const slo: Slo = {};
    for (const part of value.split(",")) {
        const [, name, number, unit] = /^(ttft|tpot|e2e)=(\d+(?:\.\d+)?)(ms|s)$/.exec(part.trim()) ?? [];
        const limit = Number(number) * (unit === "s" ? 1000 : 1);
        if (name === undefined || !(limit > 0) || name in slo) {
            throw new InvalidArgumentError(`allowed: ${allowed}`);
        }
        slo[name as keyof Slo] = limit;
    }
    return slo;
}

/** Whether a request kept every limit. One of a single token has no time between tokens, and keeps that. */
export function keeps(slo: Slo, { ttftMs, tpotMs, e2eMs }: Sample): boolean {
    const within = (limit: number | undefined, value = 0) => limit === undefined || value <= limit;
    return within(slo.ttft, ttftMs) && within(slo.tpot, tpotMs) && within(slo.e2e, e2eMs);
}

/** The limits as the flag has them. */
export function sloText(slo: Slo): string {
    return Object.entries(slo)
        .map(([name, limit]) => `${name}=${String(limit)}ms`)
        .join(",");
}
