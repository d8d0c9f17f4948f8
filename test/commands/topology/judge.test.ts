import { strict as assert } from "assert";
import { topologyOfObjects } from "../../../commands/topology/graph";
import { problemsOf } from "../../../commands/topology/model";
import type { Stack } from "./stacks";
import { find, remove, set, stackOf } from "./stacks";

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
        {
            what: "a route for a host that no listener takes",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "Gateway"), ["spec", "listeners", "0", "hostname"], "*.example.com");
                set(find(stack, "HTTPRoute"), ["spec", "hostnames"], ["models.example.org"]);
            },
            found: [
                /^Gateway .* -> HTTPRoute .*: listener http \(HTTP 80\) is for host \*\.example\.com, and the route for models/,
                /^HTTPRoute .*: does not match every request, as the outputs say/,
            ],
        },
        {
            what: "a listener for another kind of route",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "Gateway"), ["spec", "listeners", "0", "allowedRoutes"], {
                    kinds: [{ kind: "GRPCRoute" }],
                });
            },
            found: [/^Gateway .* -> HTTPRoute .*: listener http \(HTTP 80\) admits GRPCRoute only/],
        },
        {
            what: "a listener for namespaces with labels that the route's has not",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "Gateway"), ["spec", "listeners", "0", "allowedRoutes"], {
                    namespaces: { from: "Selector", selector: { matchLabels: { team: "web" } } },
                });
            },
            found: [
                /^Gateway .* -> HTTPRoute .*: listener http .* has a selector .* that Namespace .* does not/,
            ],
        },
        {
            what: "a route to a port that its listener has not",
            mode: "scheduler",
            break: (stack) => {
                set(find(stack, "HTTPRoute"), ["spec", "parentRefs", "0", "port"], 8080);
            },
            found: [/^Gateway .* -> HTTPRoute .*: the Gateway has no listener "http" on port 8080/],
        },
        {
            what: "a route that names its pool in another group",
            mode: "scoring",
            break: (stack) => {
                const reference = ["spec", "rules", "0", "backendRefs", "0", "group"];
                set(find(stack, "HTTPRoute"), reference, "inference.networking.x-k8s.io");
            },
            found: [
                /^HTTPRoute .* -> InferencePool .*: names it in group ".*x-k8s\.io", and it is in group ".*\.k8s\.io"/,
                /^InferencePool .*: no route refers to it/,
            ],
        },
        {
            what: "an EnvoyFilter that asks for more labels than the Gateway's pods have",
            mode: "scoring-not-obeyed",
            break: (stack) => {
                set(find(stack, "EnvoyFilter"), ["spec", "workloadSelector", "labels", "team"], "web");
            },
            found: [/^EnvoyFilter .*: applies to no Gateway$/],
        },
    ];
    for (const fault of faults) {
        it(`${fault.what}`, async () => {
            const stack = await stackOf(fault.mode);
            fault.break(stack);
            const problems = problemsOf(topologyOfObjects(stack.objects, stack.deployment));
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
});
