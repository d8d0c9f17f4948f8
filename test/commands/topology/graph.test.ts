import { strict as assert } from "assert";
import { renderDot } from "../../../commands/topology/dot";
import { topologyOfObjects } from "../../../commands/topology/graph";
import { renderMermaid } from "../../../commands/topology/mermaid";
import { problemsOf } from "../../../commands/topology/model";
import type { EdgeKind, Topology } from "../../../commands/topology/model";
import { modes } from "../../support/modes";
import type { Stack } from "./stacks";
import { find, set, stackOf } from "./stacks";

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

describe("topology: what others write", () => {
    /** What is right, though it is not as this program writes it. */
    const harmless: Record<string, { mode: string; change: (stack: Stack) => void }> = {
        "a port that pods do not declare, but listen at": {
            mode: "scoring",
            change: (stack) => {
                const containers = ["spec", "template", "spec", "containers"];
                set(find(stack, "Deployment", "decode"), [...containers, "0", "ports"], []);
                set(find(stack, "Service", "proxy"), ["spec", "ports", "0", "targetPort"], 8200);
            },
        },
        "an EnvoyFilter that names its Gateway": {
            mode: "scoring-not-obeyed",
            change: (stack) => {
                const filter = find(stack, "EnvoyFilter");
                set(filter, ["spec", "workloadSelector"], undefined);
                const { name } = find(stack, "Gateway").metadata;
                set(
                    filter,
                    ["spec", "targetRefs"],
                    [{ group: "gateway.networking.k8s.io", kind: "Gateway", name }],
                );
            },
        },
        "a listener that selects namespaces, of which none is among the objects": {
            mode: "scheduler",
            change: (stack) => {
                stack.objects = stack.objects.filter(({ kind }) => kind !== "Namespace");
                const namespaces = { from: "Selector", selector: { matchLabels: { team: "web" } } };
                set(find(stack, "Gateway"), ["spec", "listeners", "0", "allowedRoutes"], { namespaces });
            },
        },
        "pods of a DaemonSet": {
            mode: "scheduler",
            change: (stack) => set(find(stack, "Deployment", "decode"), ["kind"], "DaemonSet"),
        },
        "a pool of the experimental group": {
            mode: "scoring",
            change: (stack) => {
                const pool = find(stack, "InferencePool");
                pool.apiVersion = "inference.networking.x-k8s.io/v1alpha2";
                const { selector, endpointPickerRef } = pool.spec as Record<string, { matchLabels: object }>;
                pool.spec = {
                    selector: selector!.matchLabels,
                    targetPortNumber: 8200,
                    extensionRef: { ...endpointPickerRef, port: undefined, portNumber: 9002 },
                };
                const group = "inference.networking.x-k8s.io";
                set(find(stack, "HTTPRoute"), ["spec", "rules", "0", "backendRefs", "0", "group"], group);
                set(find(stack, "ReferenceGrant"), ["spec", "to", "0", "group"], group);
            },
        },
    };
    for (const [what, { mode, change }] of Object.entries(harmless)) {
        it(`nothing for ${what}, and the same arrows`, async () => {
            const stack = await stackOf(mode);
            const titles = (kind: EdgeKind) =>
                arrows(topologyOfObjects(stack.objects), kind).map((arrow) =>
                    arrow.replace("DaemonSet", "Deployment"),
                );
            const shown: EdgeKind[] = ["gateway", "direct", "scoring"];
            const expected = shown.map(titles);
            change(stack);
            assert.deepEqual(problemsOf(topologyOfObjects(stack.objects)), []);
            assert.deepEqual(shown.map(titles), expected);
        });
    }

    it("draws a DaemonSet as pods, of which each node has one", async () => {
        const stack = await stackOf("scheduler");
        set(find(stack, "Deployment", "decode"), ["kind"], "DaemonSet");
        const topology = topologyOfObjects(stack.objects);
        const daemonSet = topology.nodes.find(({ kind }) => kind === "DaemonSet");
        assert.deepEqual(daemonSet?.lines, ["role decode, a pod on each node", ":8200"]);
        assert.match(renderMermaid(topology), /\[\["DaemonSet<br\/>/);
        assert.match(renderDot(topology), /<font[^>]*>DaemonSet<.*peripheries=2/);
    });

    it("knows an EPP's gRPC port by its arguments", async () => {
        const stack = await stackOf("scheduler");
        const container = ["spec", "template", "spec", "containers", "0"];
        set(find(stack, "Deployment", "epp"), [...container, "args"], ["--grpc-port=9012"]);
        set(find(stack, "Deployment", "epp"), [...container, "ports"], [{ containerPort: 9012 }]);
        set(find(stack, "Service", "epp"), ["spec", "ports"], [{ port: 80, targetPort: 9012 }]);
        assert.deepEqual(arrows(topologyOfObjects(stack.objects), "scoring"), [
            "Service gaie-inference-scheduling-epp -[:9012]-> Deployment gaie-inference-scheduling-epp",
        ]);
    });

    it("takes a Service that a route refers to, and that no model is behind, for one that is there", async () => {
        const stack = await stackOf("scheduler");
        set(find(stack, "Service", "proxy"), ["spec", "selector"], { app: "web" });
        set(find(stack, "Deployment", "decode"), ["spec", "template"], {
            metadata: { labels: { app: "web" } },
            spec: {
                containers: [{ name: "web", image: "nginx", ports: [{ name: "http", containerPort: 8200 }] }],
            },
        });
        assert.deepEqual(problemsOf(topologyOfObjects(stack.objects)), []);
    });

    it("says of a grant that it allows a reference only where it does", async () => {
        const stack = await stackOf("scheduler");
        const allowed = () => arrows(draw(stack), "reference").filter((arrow) => arrow.includes("allows"));
        assert.equal(allowed().length, 1);
        set(find(stack, "ReferenceGrant"), ["spec", "from", "0", "namespace"], "elsewhere");
        assert.deepEqual(allowed(), []);
    });

    it("takes fields of any type", () => {
        const odd = { toString: 1, name: [], items: null };
        const metadata = { name: "x", namespace: "n", labels: [odd] };
        const kinds: [string, string][] = [
            ["gateway.networking.k8s.io/v1", "Gateway"],
            ["gateway.networking.k8s.io/v1", "HTTPRoute"],
            ["gateway.networking.k8s.io/v1beta1", "ReferenceGrant"],
            ["inference.networking.k8s.io/v1", "InferencePool"],
            ["networking.istio.io/v1alpha3", "EnvoyFilter"],
            ["apps/v1", "Deployment"],
            ["v1", "Service"],
        ];
        const fields = [
            "gatewayClassName listeners parentRefs rules hostnames from to selector targetPorts",
            "endpointPickerRef configPatches workloadSelector targetRefs template ports replicas",
        ].flatMap((names) => names.split(" "));
        for (const value of [null, 1, "text", odd, [null], [odd], [[odd]]]) {
            const spec = Object.fromEntries(fields.map((field) => [field, value]));
            const objects = kinds.map(([apiVersion, kind]) => ({
                apiVersion,
                kind,
                metadata,
                spec,
                status: { conditions: value, parents: value },
            }));
            const topology = topologyOfObjects(objects, undefined, { live: true });
            assert.ok(topology.nodes.length > 1);
            assert.ok(problemsOf(topology).length > 0);
        }
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
