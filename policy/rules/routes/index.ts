import { chainsOf } from "../../../objects/chains";
import { kinds } from "../../../objects/kinds";
import type { Findings } from "../../framework/finding";
import type { Rule } from "../../framework/rule";
import { checkMatches } from "./matches";
import { checkTimeouts } from "./timeouts";

/** Requests for a model come to its route, and have the time that they are given. */
export const routes: Rule = {
    name: "routes",
    description:
        "No two routes of a listener match the same requests, and no timeout of a route ends before one within it.",
    severity: "high",
    enforcementLevel: "mandatory",
    remediationSteps:
        "Tell the routes apart by a hostname, a path, a method or a header, such as X-Gateway-Model-Name; case does not tell headers apart, and a slash at the end no path prefixes. Make timeouts.backendRequest no longer than timeouts.request.",
    *checkResource(object): Findings {
        if (object.is(kinds.httpRoute)) {
            yield* checkTimeouts(object);
        }
    },
    *checkStack(index) {
        const chains = chainsOf(index);
        for (const kind of [kinds.httpRoute, kinds.grpcRoute]) {
            yield* checkMatches(index.ofKind(kind), new Set(chains.routes), index);
        }
    },
};
