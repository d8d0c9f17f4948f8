import type { Findings } from "../../framework/finding";
import { each, isolated } from "../../framework/finding";
import { kinds } from "../../../objects/kinds";
import type { StackIndex } from "../../../objects/stackIndex";
import type { Chains } from "../../../objects/chains";
import type { ServiceHost } from "../../../objects/hosts";

/** What may stand in a host name; what stands between such runs ends one. */
const betweenHosts = /[^a-z0-9.:-]/;
const namespaceFlag = /^(?:--namespace|-n)(?:=([a-z0-9-]+))?$/;

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

/** The Services that a text names, as `http://<name>.<namespace>.svc...:<port>` and in `kubectl ... port-forward`. */
function mentions(value: string): Mention[] {
    const found = value.split(betweenHosts).flatMap((word) => {
        const [host = "", port = ""] = word.split(":", 2);
        const [name = "", namespace, svc] = host.split(".", 3);
        return namespace && svc === "svc" && /^\d{1,5}$/.test(port)
            ? [{ name, namespace, port: Number(port), text: word }]
            : [];
    });
    return [...found, ...forwarded(value.split(/\s+/))];
}

/** `kubectl [-n <namespace>] port-forward service/<name> [<local>:]<port>`. */
function forwarded(words: readonly string[]): Mention[] {
    const at = words.indexOf("port-forward");
    const [target = "", ports = ""] = at < 0 ? [] : words.slice(at + 1, at + 3);
    const name = /^(?:service|svc)\/([a-z0-9-]+)$/.exec(target)?.[1];
    const port = /^(?:\d{0,5}:)?(\d{1,5})$/.exec(ports)?.[1];
    if (name === undefined || port === undefined) {
        return [];
    }
    const flag = words.findIndex((word) => namespaceFlag.test(word));
    const namespace = namespaceFlag.exec(words[flag] ?? "")?.[1] ?? words[flag + 1];
    return [
        {
            name,
            namespace: flag < 0 ? "default" : (namespace ?? "default"),
            port: Number(port),
            text: `port-forward ${target} ${ports}`,
        },
    ];
}
