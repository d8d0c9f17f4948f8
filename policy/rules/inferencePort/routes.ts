import type { Findings } from "../../framework/finding";
import type { Chains } from "../../../objects/chains";
import { isPool, isService } from "../../../objects/chains";
import type { Reference } from "../../../objects/references";
import { targetOf } from "../../../objects/references";
import type { Claim } from "./claim";
import { disagreement } from "./claim";
import { portsOf, serviceClaim } from "./services";

/** The port that a route sends to is one that the Service has, and the inference port. */
export function* checkReferencePort(reference: Reference, chains: Chains, port: number): Findings {
    const claim: Claim = {
        object: reference.from,
        what: `the port of the reference to ${targetOf(reference)}`,
        path: `${reference.path}.port`,
        port: reference.port,
    };
    if (isPool(reference)) {
        // Gateway API ignores it for a pool, whose targetPorts decide; it misleads readers only.
        if (claim.port !== undefined && claim.port !== port) {
            yield { ...disagreement(claim, port), level: "advisory" };
        }
        return;
    }
    const service = isService(reference) ? chains.backendAt(reference)?.object : undefined;
    const offered = service ? portsOf(service).map(({ number }) => number) : [];
    if (claim.port !== port || (service && !offered.includes(claim.port))) {
        const other = service && serviceClaim(service, port);
        yield disagreement(claim, port, other, () => other?.port === port && !offered.includes(claim.port));
    }
}
