import { InvalidArgumentError } from "commander";
import type { AssumedReleases } from "../../releases";
import { eppReleases, findEpp, findSimulator, simulatorReleases } from "../../releases";

/** What a release may be assumed of. Istio's is no part of it: no rule judges by it. */
const parts: Record<keyof AssumedReleases, { find: (version: string) => unknown; minors: string[] }> = {
    epp: { find: findEpp, minors: eppReleases.map(({ minor }) => minor) },
    simulator: { find: findSimulator, minors: [...new Set(simulatorReleases.map(({ minor }) => minor))] },
};

/**
 * Reads `epp=0.7.1` into what is given already.
 *
 * @throws InvalidArgumentError saying what is allowed.
 */
export function collectReleases(value: string, given: AssumedReleases): AssumedReleases {
    const [part = "", version = "", ...others] = value.split("=");
    const known = Object.hasOwn(parts, part) ? parts[part as keyof AssumedReleases] : undefined;
    if (!known?.find(version) || others.length > 0) {
        const allowed = Object.entries(parts).map(
            ([name, { minors }]) => `${name}= with a version of ${minors.join(", ")}`,
        );
        throw new InvalidArgumentError(`allowed: ${allowed.join("; ")}`);
    }
    return { ...given, [part]: version };
}
