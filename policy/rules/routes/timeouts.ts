import { list, record, text } from "../../../objects/json";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";

/** A duration of the Gateway API (GEP-2257). */
const duration = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;
const parts = /([0-9]{1,5})(ms|h|m|s)/g;
const milliseconds: ReadonlyMap<string, number> = new Map([
    ["h", 3_600_000],
    ["m", 60_000],
    ["s", 1000],
    ["ms", 1],
]);

/** The API server refuses a route with timeouts that are none, or that contradict each other; this says so before. */
export function* checkTimeouts(route: KubernetesObject): Findings {
    yield* each(list(route.spec.rules), function* (rule, position) {
        const { request, backendRequest } = record(record(rule).timeouts);
        const path = `spec.rules.${String(position)}.timeouts`;
        const lengths = Object.entries({ request, backendRequest }).map(([field, value]) => {
            const length = lengthOf(value);
            return { field, value, length };
        });
        for (const { field, value, length } of lengths) {
            if (value !== undefined && length === undefined) {
                yield {
                    message: `${route.toString()}: ${field} is ${JSON.stringify(value)} (${path}.${field}), which is no duration of the Gateway API, such as 1m30s or 500ms.`,
                };
            }
        }
        const [whole, attempt] = lengths.map(({ length }) => length);
        // 0s stands for none.
        if (whole !== undefined && attempt !== undefined && whole > 0 && attempt > whole) {
            yield {
                message: `${route.toString()}: backendRequest is ${String(backendRequest)} (${path}.backendRequest), longer than request, ${String(request)}, which it is a part of; the API server refuses it.`,
            };
        }
    });
}

function lengthOf(value: unknown): number | undefined {
    const written = text(value) ?? "";
    return duration.test(written)
        ? [...written.matchAll(parts)].reduce(
              (sum, [, number, unit = ""]) => sum + Number(number) * (milliseconds.get(unit) ?? 0),
              0,
          )
        : undefined;
}
