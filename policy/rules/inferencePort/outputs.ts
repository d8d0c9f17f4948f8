import type { Findings } from "../../framework/finding";
import { each, isolated } from "../../framework/finding";
import { kinds } from "../../../objects/kinds";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Chains } from "../../../objects/chains";
import type { ServiceHost } from "../../../objects/hosts";

/** `http://<name>.<namespace>.svc...:<port>`, as it stands in a URL or a command. */
const address = /\b([a-z0-9-]+)\.([a-z0-9-]+)\.svc(?:\.[a-z0-9.-]+)?:(\d+)/g;
/** `kubectl ... port-forward service/<name> [<local>:]<port>`. */
const portForward = /\bport-forward\s+(?:service|svc)\/([a-z0-9-]+)\s+(?:\d*:)?(\d+)/;
const namespaceFlag = /(?:--namespace|-n)[= ]([a-z0-9-]+)/;

interface Mention extends ServiceHost {
    readonly port: number;
    readonly text: string;
}

/** What the stack's outputs tell people to send requests to is there. */
export function* checkOutputs(index: StackIndex, chains: Chains, port: number): Findings {
    for (const output of index.stackOutputs) {
        yield* isolated(() => checkValue(output.name, output.read(), chains, port));
    }
}

function* checkValue(path: string, value: unknown, chains: Chains, port: number): Findings {
    if (typeof value === "string") {
        yield* checkText(path, value, chains, port);
    } else if (typeof value === "object" && value !== null) {
        yield* each(Object.keys(value), (key) =>
            checkValue(`${path}.${key}`, (value as Record<string, unknown>)[key], chains, port),
        );
    }
}

function* checkText(path: string, value: string, chains: Chains, port: number): Findings {
    for (const mention of mentions(value)) {
        const service = chains.backendAt({ ...kinds.service, ...mention })?.object;
        if (service && mention.port !== port) {
            yield {
                message: `The stack's output ${path} sends to port ${String(mention.port)} of ${service.toString()} ("${mention.text}"), but the inference port is ${String(port)} (\`port\` in this rule's config).`,
            };
        }
    }
}

function mentions(value: string): Mention[] {
    const found = [...value.matchAll(address)].map(([text, name = "", namespace = "", number]) => ({
        name,
        namespace,
        port: Number(number),
        text,
    }));
    const forward = portForward.exec(value);
    if (forward) {
        found.push({
            name: forward[1] ?? "",
            namespace: namespaceFlag.exec(value)?.[1] ?? "default",
            port: Number(forward[2]),
            text: forward[0],
        });
    }
    return found;
}
