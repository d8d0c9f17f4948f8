import { strict as assert } from "assert";
import { topologyOfObjects } from "../../../commands/topology/graph";
import { problemsOf } from "../../../commands/topology/model";
import type { EdgeKind, Topology } from "../../../commands/topology/model";
import { modes } from "../../support/modes";
import type { Stack } from "./stacks";
import { find, remove, set, stackOf } from "./stacks";

function draw({ objects, deployment }: Stack): Topology {
    return topologyOfObjects(objects, deployment);
}

/** The arrows of a kind, by the names of what they connect. */
function arrows({ nodes, edges }: Topology, kind: EdgeKind): string[] {
    const title = (id: string) => {
        const node = nodes.find((candidate) => candidate.id === id)!;
        return node.namespace === undefined ? node.name : `${node.kind} ${node.name}`;
    };
    return edges
        .filter((edge) => edge.kind === kind)
        .map(({ from, to, label }) => `${title(from)} -[${label}]-> ${title(to)}`);
}

describe("topology: the paths", () => {
    for (const mode of Object.keys(modes)) {
        it(`${mode}: nothing is wrong, and every arrow has two ends`, async () => {
            const topology = draw(await stackOf(mode));
            assert.deepEqual(problemsOf(topology), []);
            const ids = topology.nodes.map(({ id }) => id);
            assert.equal(new Set(ids).size, ids.length);
            assert.ok(topology.edges.every(({ from, to }) => ids.includes(from) && ids.includes(to)));
        });
    }

    it("scheduler: through the Gateway and past it, both to the decode pods; nobody asks the EPP", async () => {
        const topology = draw(await stackOf("scheduler"));
        const gateway = "infra-inference-scheduling-inference-gateway";
        const proxy = "Service gaie-inference-scheduling-proxy";
        const decode = "Deployment ms-sim-llm-d-modelservice-decode";
        assert.deepEqual(arrows(topology, "gateway"), [
            `client -[:80]-> Service ${gateway}-istio`,
            `Service ${gateway}-istio -[:80]-> Gateway ${gateway}`,
            `Gateway ${gateway} -[http]-> HTTPRoute llm-d-inference-scheduling`,
            `HTTPRoute llm-d-inference-scheduling -[:8200]-> ${proxy}`,
            `${proxy} -[:8200]-> ${decode}`,
        ]);
        assert.deepEqual(arrows(topology, "direct"), [
            `client -[:8200]-> ${proxy}`,
            `${proxy} -[:8200]-> ${decode}`,
        ]);
        assert.ok(!arrows(topology, "scoring").some((arrow) => arrow.startsWith("Gateway")));
        assert.ok(
            arrows(topology, "reference").some((arrow) =>
                arrow.includes(`allows the reference to]-> ${proxy}`),
            ),
        );
    });

    it("scoring, not obeyed: the EnvoyFilter makes the Gateway ask the EPP", async () => {
        const topology = draw(await stackOf("scoring-not-obeyed"));
        assert.deepEqual(arrows(topology, "scoring"), [
            "Gateway infra-inference-scheduling-inference-gateway -[ext_proc]-> EnvoyFilter gaie-inference-scheduling-epp-ext-proc",
            "EnvoyFilter gaie-inference-scheduling-epp-ext-proc -[ext_proc :9002]-> Service gaie-inference-scheduling-epp",
            "Service gaie-inference-scheduling-epp -[:9002]-> Deployment gaie-inference-scheduling-epp",
        ]);
    });

    it("reads an EnvoyFilter in camel case, which Envoy takes too", async () => {
        const stack = await stackOf("scoring-not-obeyed");
        const expected = arrows(draw(stack), "scoring");
        const filter = find(stack, "EnvoyFilter");
        const camel = JSON.stringify(filter.spec).replace(
            /"(typed_config|grpc_service|envoy_grpc|cluster_name)"/g,
            (key) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase()),
        );
        filter.spec = JSON.parse(camel) as object;
        assert.ok(expected.some((arrow) => arrow.startsWith("EnvoyFilter")));
        assert.deepEqual(arrows(draw(stack), "scoring"), expected);
    });

    it("scoring: the route goes to the pool, and Istio asks the pool's EPP", async () => {
        const topology = draw(await stackOf("scoring"));
        assert.ok(
            arrows(topology, "scoring").includes(
                "Gateway infra-inference-scheduling-inference-gateway -[ext_proc :9002 (made by Istio)]-> Service gaie-inference-scheduling-epp",
            ),
        );
        assert.ok(
            arrows(topology, "gateway").includes(
                "HTTPRoute llm-d-inference-scheduling-pool -[EPP picks the pod]-> InferencePool gaie-inference-scheduling",
            ),
        );
    });

    it("several models: each has its box, titled with its match, and its own objects", async () => {
        const topology = draw(await stackOf("several-models"));
        assert.equal(topology.models.qwen, "model qwen: Qwen/Qwen3-8B, takes path /qwen");
        assert.equal(topology.models.canary, "model canary: random, takes x-canary: yes");
        for (const release of ["llama", "qwen", "canary"]) {
            const kinds = topology.nodes.filter(({ model }) => model === release).map(({ kind }) => kind);
            assert.deepEqual(kinds.sort(), [
                "Deployment",
                "Deployment",
                "Deployment",
                "HTTPRoute",
                "InferencePool",
                "ReferenceGrant",
                "Service",
                "Service",
            ]);
        }
    });

    it("without outputs, finds the same paths by what objects select and name", async () => {
        const stack = await stackOf("scoring");
        const withOutputs = draw(stack);
        const without = topologyOfObjects(stack.objects);
        for (const kind of ["gateway", "direct", "scoring"] as const) {
            assert.deepEqual(arrows(without, kind).sort(), arrows(withOutputs, kind).sort());
        }
    });
});

describe("topology: what is red", () => {
    interface Fault {
        what: string;
        mode: string;
        break: (stack: Stack) => void;
        /** All that is then found. */
        found: RegExp[];
    }
    const faults: Fault[] = [
        {
            what: "a route whose grant is missing",
            mode: "scheduler",
            break: (stack) => remove(stack, "ReferenceGrant"),
            found: [
                /^ReferenceGrant llm-d-sim\/llm-d-inference-scheduling-to-service: not there, but the outputs/,
                /^HTTPRoute .* -> Service .*-proxy: RefNotPermitted: no ReferenceGrant in llm-d-sim/,
            ],
        },
        {
            what: "a grant for another kind",
            mode: "scoring",
            break: (stack) => {
                set(find(stack, "ReferenceGrant"), ["spec", "to"], [{ group: "", kind: "Service" }]);
            },
            found: [/^HTTPRoute .* -> InferencePool .*: RefNotPermitted/],
        },
        {
            what: "a grant for another namespace's routes",
            mode: "scoring",
            break: (stack) => {
                set(find(stack, "ReferenceGrant"), ["spec", "from", "0", "namespace"], "elsewhere");
            },
            found: [/^HTTPRoute .* -> InferencePool .*: RefNotPermitted/],
        },
        {
            what: "a Service that a route refers to and that is not there",
            mode: "scheduler",
            break: (stack) => remove(stack, "Service", "proxy"),
            found: [
                /^Service llm-d-sim\/gaie-inference-scheduling-proxy: not there, but HTTPRoute .* refers to it/,
            ],
        },
        {
            what: "a pool that a route refers to and that is not there",
            mode: "scoring",
            break: (stack) => remove(stack, "InferencePool"),
            found: [/^InferencePool llm-d-sim\/gaie-inference-scheduling: not there, but HTTPRoute/],
        },
        {
            what: "a pool whose EPP's Service is not there",
            mode: "scoring",
            break: (stack) => remove(stack, "Service", "epp"),
            found: [/^Service llm-d-sim\/gaie-inference-scheduling-epp: not there, but InferencePool/],
        },
        {
            what: "a pool that names another port of its EPP",
            mode: "scoring",
            break: (stack) => {
                set(find(stack, "InferencePool"), ["spec", "endpointPickerRef", "port", "number"], 9999);
            },
            found: [/^InferencePool .* -> Service .*-epp: port 9999, but the Service has 9002, 9003, 9090/],
        },
        {
            what: "a pool that selects no pods",
            mode: "scoring",
            break: (stack) => {
                set(
                    find(stack, "InferencePool"),
                    ["spec", "selector", "matchLabels", "llm-d.ai/role"],
                    "decoder",
                );
            },
            found: [/^InferencePool .*: selects no pods: .*llm-d.ai\/role=decoder/],
        },
        {
            what: "a pool with another target port",
            mode: "scoring",
            break: (stack) => {
                set(find(stack, "InferencePool"), ["spec", "targetPorts"], [{ number: 8000 }]);
            },
            found: [
                /^InferencePool .* -> Deployment .*-decode: targets port 8000, but the containers have 8200/,
            ],
        },
        {
            what: "a Service that selects no pods",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "Service", "proxy"), ["spec", "selector"], { app: "nobody" });
            },
            found: [/^Service .*-proxy: selects no pods: app=nobody/],
        },
        {
            what: "no decode pod",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "Deployment", "decode"), ["spec", "replicas"], 0);
            },
            found: [/^Service .*-proxy: selects no pods: 0 replicas/],
        },
        {
            what: "a route to another port than the Service's",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "HTTPRoute"), ["spec", "rules", "0", "backendRefs", "0", "port"], 8000);
            },
            found: [/^HTTPRoute .* -> Service .*-proxy: port 8000, but the Service has 8200/],
        },
        {
            what: "a Service with another port than the outputs say",
            mode: "scoring",
            break: (stack) => {
                set(find(stack, "Service", "proxy"), ["spec", "ports", "0", "port"], 8000);
            },
            found: [/^Service .*-proxy: port 8000, but the outputs say 8200/],
        },
        {
            what: "a Service that targets a port that no container has",
            mode: "scoring",
            break: (stack) => {
                set(find(stack, "Service", "proxy"), ["spec", "ports", "0", "targetPort"], "web");
            },
            found: [
                /^Service .*-proxy -> Deployment .*-decode: targets port web, but the containers have 8200/,
            ],
        },
        {
            what: "an EnvoyFilter that the mode needs",
            mode: "scoring-not-obeyed",
            break: (stack) => remove(stack, "EnvoyFilter"),
            found: [/^EnvoyFilter .*: not there: the Gateway asks no EPP, though the mode says so/],
        },
        {
            what: "an EnvoyFilter that names another port of the EPP",
            mode: "scoring-not-obeyed",
            break: (stack) => {
                set(
                    find(stack, "EnvoyFilter"),
                    [
                        "spec",
                        "configPatches",
                        "0",
                        "patch",
                        "value",
                        "typed_config",
                        "grpc_service",
                        "envoy_grpc",
                        "cluster_name",
                    ],
                    "outbound|9009||gaie-inference-scheduling-epp.llm-d-inference-scheduler.svc.cluster.local",
                );
            },
            found: [/^EnvoyFilter .* -> Service .*-epp: port 9009, but the Service has 9002/],
        },
        {
            what: "an EnvoyFilter for another Gateway",
            mode: "scoring-not-obeyed",
            break: (stack) => {
                set(
                    find(stack, "EnvoyFilter"),
                    ["spec", "workloadSelector", "labels", "gateway.networking.k8s.io/gateway-name"],
                    "other",
                );
            },
            found: [/^EnvoyFilter .*: applies to Gateway other, which is not there/],
        },
        {
            what: "a Gateway that is not there",
            mode: "scheduler",
            break: (stack) => remove(stack, "Gateway"),
            found: [/^Gateway .*: not there, but a route names it/],
        },
        {
            what: "a route to a listener that the Gateway has not",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "HTTPRoute"), ["spec", "parentRefs", "0", "sectionName"], "https");
            },
            found: [/^Gateway .* -> HTTPRoute .*: the Gateway has no listener "https"/],
        },
        {
            what: "a Gateway of another class",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "Gateway"), ["spec", "gatewayClassName"], "nginx");
            },
            found: [/^Gateway .*: its class is nginx, not istio/],
        },
        {
            what: "a route that takes other requests than the outputs say",
            mode: "several-models",
            break: (stack) => {
                set(
                    find(stack, "HTTPRoute", "qwen"),
                    ["spec", "rules", "0", "matches", "0", "path", "value"],
                    "/qwen3",
                );
            },
            found: [/^HTTPRoute .*-qwen-pool: does not match path \/qwen, as the outputs say/],
        },
        {
            what: "a route that is not there",
            mode: "several-models",
            break: (stack) => remove(stack, "HTTPRoute", "qwen"),
            found: [
                /^HTTPRoute .*\/llm-d-qwen-pool: not there, but the outputs name it/,
                /^InferencePool .*gaie-qwen: no route refers to it/,
            ],
        },
        {
            what: "decode pods that are not there",
            mode: "scheduler",
            break: (stack) => remove(stack, "Deployment", "decode"),
            found: [
                /^Service .*-proxy: selects no pods/,
                /^Deployment .*-decode: not there, but the outputs/,
            ],
        },
    ];
    for (const fault of faults) {
        it(`${fault.what}`, async () => {
            const stack = await stackOf(fault.mode);
            fault.break(stack);
            const problems = problemsOf(draw(stack));
            const unmatched = fault.found.filter(
                (pattern) => !problems.some((problem) => pattern.test(problem)),
            );
            assert.deepEqual(unmatched, [], problems.join("\n"));
            assert.equal(problems.length, fault.found.length, problems.join("\n"));
        });
    }

    it("says of a live cluster what no controller has made, and what is not ready", async () => {
        const stack = await stackOf("scheduler");
        find(stack, "HTTPRoute").status = {
            parents: [{ conditions: [{ type: "ResolvedRefs", status: "False", reason: "RefNotPermitted" }] }],
        };
        find(stack, "Deployment", "prefill").status = { readyReplicas: 1 };
        find(stack, "Deployment", "epp").status = { readyReplicas: 1 };
        const problems = problemsOf(topologyOfObjects(stack.objects, stack.deployment, { live: true }));
        assert.equal(problems.length, 3, problems.join("\n"));
        assert.match(problems.join("\n"), /Service .*-gateway-istio: not there: no controller has made it/);
        assert.match(problems.join("\n"), /HTTPRoute .*: ResolvedRefs=False RefNotPermitted/);
        assert.match(problems.join("\n"), /Deployment .*-decode: no pod is ready/);
    });

    it("takes objects of no shape at all", () => {
        assert.deepEqual(
            topologyOfObjects([
                {},
                {
                    apiVersion: "gateway.networking.k8s.io/v1",
                    kind: "HTTPRoute",
                    metadata: { name: "r" },
                    spec: { rules: "none" },
                },
            ]).nodes.map(({ kind, problems }) => [kind, problems]),
            [
                ["client", []],
                ["HTTPRoute", ["attaches to no Gateway"]],
            ],
        );
    });
});
