import fc from "fast-check";
import {
    deployment,
    grantToService,
    gateway,
    pool,
    route,
    service,
    toPool,
    toService,
} from "../rules/fixtures";
import {
    account,
    binding,
    configMap,
    destinationRule,
    extProc,
    picker,
    pickerConfig,
    pickerPool,
    pickerService,
    poolArguments,
    role,
    simulator,
} from "../rules/pickerFixtures";
import type { ResourceLike } from "../../../objects/kubernetesObject";
import type { Manifest } from "../support/resources";
import { changed, unknown } from "../support/resources";

/** Programs of every kind of object that rules read, with values in them that nobody would write, or only to do harm. */

const metadata = (name: string) => ({ name, namespace: "models" });

/** A sound program, and beside it the kinds that only some programs have. */
const sound: readonly Manifest[] = [
    picker(),
    picker({ args: ["--endpoint-selector=llm-d.ai/role=decode", "--endpoint-target-ports=8200,8201"] }),
    picker({ replicas: 2, args: [...poolArguments, "--ha-enable-leader-election"] }),
    pickerService(),
    pickerPool(),
    pool(),
    service(),
    account,
    role(),
    binding(),
    configMap(),
    simulator(undefined, ["--port=8200", "--model=a", "--time-to-first-token=20ms"]),
    deployment({ name: "unlabelled", labels: { app: "a" }, initContainers: [{ restartPolicy: "Always" }] }),
    destinationRule(),
    extProc(),
    route(toPool),
    route(toService, {
        name: "other",
        hostnames: ["a.example.com"],
        rules: [
            {
                matches: [{ path: { value: "/a" }, headers: [{ name: "a", value: "b" }], method: "GET" }],
                timeouts: { request: "10s", backendRequest: "5s" },
                filters: [{ type: "CORS" }],
                backendRefs: [toService],
            },
        ],
    }),
    gateway(),
    grantToService,
    {
        apiVersion: "inference.networking.x-k8s.io/v1alpha2",
        kind: "InferenceObjective",
        metadata: metadata("objective"),
        spec: { priority: 1, poolRef: { name: "pool" } },
    },
    {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "models", labels: { "istio-injection": "enabled" } },
    },
    {
        apiVersion: "security.istio.io/v1",
        kind: "PeerAuthentication",
        metadata: metadata("default"),
        spec: { mtls: { mode: "STRICT" }, portLevelMtls: { "9002": { mode: "DISABLE" } } },
    },
    {
        apiVersion: "security.istio.io/v1",
        kind: "AuthorizationPolicy",
        metadata: metadata("allow"),
        spec: {
            rules: [{ from: [{ source: { principals: ["*"] } }], to: [{ operation: { ports: ["9002"] } }] }],
        },
    },
    {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        metadata: metadata("policy"),
        spec: { podSelector: {}, ingress: [{ ports: [{ port: 8200 }] }], egress: [{ to: [], ports: [] }] },
    },
    {
        apiVersion: "monitoring.coreos.com/v1",
        kind: "PodMonitor",
        metadata: metadata("monitor"),
        spec: { selector: {}, podMetricsEndpoints: [{ port: "http" }] },
    },
    {
        apiVersion: "policy/v1",
        kind: "PodDisruptionBudget",
        metadata: metadata("budget"),
        spec: { maxUnavailable: 1, selector: { matchLabels: { "llm-d.ai/role": "decode" } } },
    },
    {
        apiVersion: "networking.istio.io/v1",
        kind: "VirtualService",
        metadata: { name: "service", namespace: "routes" },
        spec: { gateways: ["gateway"], http: [{ fault: {} }] },
    },
];

/** An object that holds itself. */
function cycle(): unknown {
    const around: Record<string, unknown> = { name: "around" };
    around.self = around;
    around.list = [around];
    return around;
}

/** What aliases of aliases make: little to write, and more than can be read. */
function bomb(): unknown {
    return Array.from({ length: 30 }).reduce<unknown>((inner) => [inner, inner, inner], "x");
}

function deep(): unknown {
    return Array.from({ length: 5000 }).reduce<unknown>((inner) => ({ inner }), "x");
}

const megabyte = 1_000_000;

/** Texts that patterns may take long for, that terminals obey, and that name what every object has. */
const texts = fc.oneof(
    fc.constantFrom(
        "",
        "constructor",
        "__proto__",
        "toString",
        "hasOwnProperty",
        "$(POD_NAME)",
        "\u001b[2J\u001b]0;title\u0007",
        "\u202eright to left",
        "-",
        "--",
        "--=",
        "8200",
        "-1",
        "1e9",
        "*.*",
        "sh",
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc
        .tuple(
            fc.constantFrom(
                "a",
                "a-",
                "a.",
                "/",
                "*",
                " ",
                "1",
                "--a=",
                "$(A)",
                "a,",
                "a: ",
                "\u001b[0m",
                "&a [*a]\n",
            ),
            fc.constantFrom(1000, 40_000),
            fc.constantFrom("", "!", "\n", ":8200"),
        )
        .map(([unit, times, end]) => unit.repeat(times) + end),
    fc.constant("x".repeat(megabyte)),
);

const configTexts = fc.constantFrom(
    "plugins: [*missing]",
    "plugins: &p [*p]",
    "a: &a { b: *a }",
    "kind: EndpointPickerConfig\nplugins: &p\n  - { type: a, parameters: { again: *p } }",
    [
        "a: &a [x, x, x]",
        ..."bcdefghij"
            .split("")
            .map((name, at) => `${name}: &${name} [${`*${"abcdefghij"[at] ?? "a"},`.repeat(9)}]`),
    ].join("\n"),
    "[".repeat(20_000),
    "{a: ".repeat(20_000),
    `plugins:\n${"  - { type: unlisted }\n".repeat(2000)}`,
    `${JSON.stringify({ ...pickerConfig, schedulingProfiles: [{ name: "a", plugins: Array.from({ length: 2000 }, (_, at) => ({ pluginRef: `p${String(at)}` })) }] })}`,
    "--- a\n--- b\n...",
    "%YAML 9.9\n---\na",
    "a: !!binary '!!'\nb: !!set {a}\n<<: 1\n? [a]\n: b",
    "\u0000",
);

const values: fc.Arbitrary<unknown> = fc.oneof(
    { weight: 60, arbitrary: texts },
    { weight: 20, arbitrary: configTexts },
    {
        weight: 80,
        arbitrary: fc.constantFrom<unknown>(
            null,
            true,
            false,
            0,
            -1,
            1e308,
            0.5,
            unknown,
            [],
            {},
            { toString: 1, length: -1 },
            [{ toString: 1 }],
            [[]],
            [null],
            [{}],
        ),
    },
    // Seldom, because reading them up to the bound takes most of the time.
    { weight: 1, arbitrary: fc.constantFrom<() => unknown>(cycle, bomb, deep).map((make) => make()) },
    { weight: 20, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    { weight: 20, arbitrary: fc.array(texts, { maxLength: 4 }) },
    { weight: 20, arbitrary: fc.dictionary(texts, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }) },
);

/** One place of one object, by numbers that wrap around, and what is put there. */
const change = fc.record({ object: fc.nat(), place: fc.nat(), value: values });

/** Objects of which up to twenty places are changed. */
export const hostilePrograms: fc.Arbitrary<ResourceLike[]> = fc
    .array(change, { minLength: 1, maxLength: 20 })
    .map((changes) => {
        const manifests = structuredClone(sound) as Manifest[];
        for (const { object, place, value } of changes) {
            const manifest = manifests[object % manifests.length]!;
            const places = placesIn(manifest);
            const { parent, key } = places[place % places.length]!;
            parent[key] = value;
        }
        return manifests.map((manifest, at) => changed(sound[at]!, manifest));
    });

interface Place {
    readonly parent: Record<string, unknown>;
    readonly key: string;
}

function placesIn(value: unknown, within = new Set<unknown>()): Place[] {
    // What was put there before may have no end.
    if (typeof value !== "object" || value === null || within.has(value) || within.size > 12) {
        return [];
    }
    const parent = value as Record<string, unknown>;
    const inside = new Set([...within, value]);
    return Object.keys(parent)
        .slice(0, 20)
        .flatMap((key) => [{ parent, key }, ...placesIn(parent[key], inside)]);
}
