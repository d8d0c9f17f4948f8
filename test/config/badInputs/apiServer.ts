import type { BadInput } from "./badInput";
import {
    dnsLabel,
    labelKey,
    labelValue,
    annotationKey,
    headerName,
    headerValue,
    hostname,
    hostnames,
    matchPath,
    bad,
    badName,
    together,
    pairs,
} from "./badInput";

/** What the API server would refuse. */
export const apiServer: BadInput[] = [
    // Labels, annotations and places of pods, as the API server would refuse them.
    badName("placement.decode.nodeSelector", "gpu pool", labelKey),
    badName("placement.epp.nodeSelector", "Example.com/pool", labelKey),
    badName("placement.epp.nodeSelector", `${"a".repeat(254)}/pool`, labelKey),
    badName("placement.prefill.nodeSelector", "a/b/c", labelKey),
    badName("networkPolicies.directClientLabels", `x${"y".repeat(63)}`, labelKey),
    bad("placement.decode.nodeSelector", { pool: "big gpu" }, labelValue, "pool"),
    bad("placement.decode.nodeSelector", { pool: 7 }, labelValue, "pool"),
    bad("networkPolicies.directClientLabels", { client: "-yes" }, labelValue, "client"),
    bad("networkPolicies.directClientLabels", {}, "an object of label values by label key, at least one"),
    badName("gateway.serviceAnnotations", "example.com/", annotationKey),
    badName("gateway.serviceAnnotations", "Example.com/lb", annotationKey),
    bad(
        "gateway.serviceAnnotations",
        Object.fromEntries([..."abcdefghi"].map((key) => [key, "x"])),
        "an object of text by annotation key, at most 8",
    ),
    bad("gateway.serviceAnnotations", { lb: "x".repeat(4097) }, "text of at most 4096 characters", "lb"),
    ...pairs(
        [{ key: "gpu", operator: "Exists", value: "yes" }, "a toleration of operator Exists without a value"],
        [{ effect: "NoExecute" }, "a toleration with a key, or with operator Exists for every taint"],
        [{ key: "gpu", tolerationSeconds: 5 }, "a toleration with tolerationSeconds and effect NoExecute"],
    ).map(([toleration, allowed]) =>
        together(
            { placement: { decode: { tolerations: [toleration] } } },
            `placement.decode.tolerations.0: ${JSON.stringify(toleration)} is not allowed; allowed: ${allowed}.`,
        ),
    ),
    together(
        { placement: { epp: { tolerations: [{ key: "a b", operator: "Exists" }] } } },
        `placement.epp.tolerations.0.key: "a b" is not allowed; allowed: ${labelKey}.`,
    ),
    together(
        { placement: { epp: { affinity: { podAntiAfinity: {} } } } },
        "placement.epp.affinity.podAntiAfinity: unknown setting; did you mean placement.epp.affinity.podAntiAffinity? Allowed here: nodeAffinity, podAffinity, podAntiAffinity.",
    ),
    ...pairs(
        [
            { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "" }] } },
            `podAffinity.requiredDuringSchedulingIgnoredDuringExecution.0.topologyKey: "" is not allowed; allowed: ${labelKey}.`,
        ],
        [
            {
                nodeAffinity: {
                    preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: {} }],
                },
            },
            "nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution.0.weight: 0 is not allowed; allowed: a whole number from 1 to 100.",
        ],
        [
            { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
            "nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: [] is not allowed; allowed: a list of at least one term.",
        ],
        [
            {
                podAntiAffinity: {
                    requiredDuringSchedulingIgnoredDuringExecution: [
                        { topologyKey: "zone", matchLabelKeys: ["pod-template-hash"] },
                    ],
                },
            },
            'podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.0: {"topologyKey":"zone","matchLabelKeys":["pod-template-hash"]} is not allowed; allowed: matchLabelKeys and mismatchLabelKeys beside a labelSelector, and no key of matchLabelKeys in the others.',
        ],
    ).map(([affinity, message]) =>
        together({ placement: { decode: { affinity } } }, `placement.decode.affinity.${message}`),
    ),
    // What the CRDs of Gateway API limit.
    bad("routing.hostnames", ["a..b"], hostname, 0),
    bad("routing.hostnames", ["-a.b"], hostname, 0),
    bad("routing.hostnames", ["192.0.2.7"], hostname, 0),
    bad("routing.hostnames", [..."abcdefghijklmnopq"], hostnames),
    badName("routing.headers", "x tenant", headerName),
    badName("routing.headers", "x".repeat(257), headerName),
    bad("routing.headers", { "x-tenant": " blue" }, headerValue, "x-tenant"),
    bad("models.llama.match.path", "/a/../b", matchPath),
    bad("models.llama.match.path", "/.", matchPath),
    bad("models.llama.match.path", "/a//b", matchPath),
    bad("models.llama.match.path", "", matchPath),
    bad("models.llama.match.path", `/${"a".repeat(1024)}`, matchPath),
    together(
        { routing: { requestTimeout: "1m", backendRequestTimeout: "61s" } },
        'routing.backendRequestTimeout: "61s" is not allowed; allowed: at most routing.requestTimeout, which is "1m".',
    ),
    together(
        {
            routing: { headers: Object.fromEntries([..."abcdefghijklmnop"].map((name) => [name, "x"])) },
            models: { llama: { match: { modelName: true } } },
        },
        'routing.headers: ["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p"] is not allowed, because with models.llama.match the route matches 17 headers; allowed: at most 16 in all.',
    ),
    together(
        {
            routing: { headers: { "X-Tenant": "blue" } },
            models: { llama: { match: { header: { name: "x-tenant", value: "red" } } } },
        },
        'models.llama.match.header: {"x-tenant":"red"} is not allowed, because routing.headers asks for X-Tenant "blue"; allowed: another header, or the same value.',
    ),
    together(
        { routing: { headers: { "x-a": "1", "X-A": "2" } } },
        'routing.headers: {"X-A":"2"} is not allowed, because routing.headers asks for x-a "1"; allowed: another header, or the same value.',
    ),
    // Several models whose requests only look different.
    together(
        {
            models: {
                one: { match: { header: { name: "X-Team", value: "a" } } },
                two: { match: { header: { name: "x-team", value: "a" } } },
            },
        },
        'models.two.match: {"modelName":false,"header":{"name":"x-team","value":"a"}} is not allowed; allowed: another match than that of models.one.',
    ),
    together(
        { models: { one: { match: { path: "/m" } }, two: { match: { path: "/m/" } } } },
        'models.two.match: {"modelName":false,"path":"/m/"} is not allowed; allowed: another match than that of models.one.',
    ),
    together(
        {
            models: {
                one: { match: { modelName: true }, simulator: { model: "m" } },
                two: { match: { header: { name: "x-gateway-model-name", value: "m" } } },
            },
        },
        'models.two.match: {"modelName":false,"header":{"name":"x-gateway-model-name","value":"m"}} is not allowed; allowed: another match than that of models.one.',
    ),
    // Lists that Kubernetes keeps by name, and names that objects of JavaScript have by themselves.
    bad("images.pullSecrets", ["a", "b", "a"], "a list of Secret names, each once"),
    together(
        {
            registry: { server: "ghcr.io", username: "robot", password: "hunter2" },
            images: { pullSecrets: ["infra-inference-scheduling-registry"] },
        },
        'images.pullSecrets: ["infra-inference-scheduling-registry"] is not allowed with registry.server, which makes infra-inference-scheduling-registry; allowed: the names of other Secrets.',
    ),
    ...["models", "objectives", "routing.headers", "placement.decode.nodeSelector"].map((setting) => ({
        ...bad(setting, JSON.parse('{"__proto__": {}}'), ""),
        messages: [`${setting}: the name "__proto__" is not allowed; allowed: another name.`],
    })),
    badName("objectives", "Interactive_Chat", dnsLabel),
    badName("models", "llama.8b", dnsLabel),
];
