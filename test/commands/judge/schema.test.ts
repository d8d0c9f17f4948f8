import { strict as assert } from "assert";
import * as fs from "fs";
import * as path from "path";
import { judge, ownSettings } from "../../../commands/judge/judge";
import { manifestsIn, readSources } from "../../../commands/judge/manifests";
import type { Judgement } from "../../../commands/judge/reports/report";
import { packedFolder, packedOf } from "../../../commands/judge/schema/packed";
import { temporaryFolder } from "../../local/temporary";

describe("judge's schema check", () => {
    const folder = temporaryFolder();

    function findings(lines: readonly string[], isServed = false): Judgement[] {
        const file = path.join(folder(), "input.yaml");
        fs.writeFileSync(file, lines.join("\n"));
        const manifests = readSources([file])
            .flatMap((source) => manifestsIn(source, { namespace: "default" }))
            .map((manifest) => ({
                ...manifest,
                served: isServed,
            }));
        return judge(manifests, ownSettings, true).filter(({ rule }) => rule.name === "schema");
    }

    /** Each finding as `line level message`, without the object's name. */
    function told(lines: readonly string[]): string[] {
        return findings(lines).map(
            ({ at, level, message, subject }) =>
                `${String(at?.line)} ${level} ${message.replace(`${subject ?? ""}: `, "")}`,
        );
    }

    const service = ["apiVersion: v1", "kind: Service", "metadata: { name: chat }"];
    const pool = [
        "apiVersion: inference.networking.k8s.io/v1",
        "kind: InferencePool",
        "metadata: { name: chat }",
        "spec:",
        "  selector: { matchLabels: { llm-d.ai/role: decode } }",
        "  endpointPickerRef: { name: epp, port: { number: 9002 } }",
    ];

    it("tells an unknown field with the nearest known one, at its line, and what is missing", () => {
        assert.deepEqual(told([...pool, "  targetPortNumber: 8200"]), [
            "4 mandatory spec has no targetPorts, which is required.",
            "7 mandatory spec.targetPortNumber is no known field; the nearest is targetPorts.",
        ]);
        assert.deepEqual(told([...pool, "  targetPorts: [{ number: 8200 }]"]), []);
    });

    for (const [what, lines, expected] of [
        [
            "a wrong type",
            [...service, "spec:", "  ports:", '    - port: "80"'],
            '6 mandatory spec.ports.0.port is the text "80", but has to be a whole number.',
        ],
        [
            "a value that is none of those allowed",
            [...service, "spec:", "  type: ClusterIp"],
            '5 mandatory spec.type is the text "ClusterIp"; allowed: ClusterIP, ExternalName, LoadBalancer, NodePort.',
        ],
        [
            "an unknown field of metadata",
            ["apiVersion: v1", "kind: ConfigMap", "metadata:", "  name: chat", "  label: { a: b }"],
            "5 mandatory metadata.label is no known field; the nearest is labels.",
        ],
        [
            "a label's value that is no text",
            ["apiVersion: v1", "kind: ConfigMap", "metadata:", "  name: chat", "  labels: { a: 1 }"],
            "5 mandatory metadata.labels.a is the number 1, but has to be a text.",
        ],
        [
            "what is no base64",
            ["apiVersion: v1", "kind: Secret", "metadata: { name: chat }", "data: { a: plain text }"],
            "4 mandatory data.a is no text in base64.",
        ],
        [
            "a number that is too great",
            [...pool, "  targetPorts: [{ number: 82000 }]"],
            "7 mandatory spec.targetPorts.0.number is 82000, but has to be at most 65535.",
        ],
        [
            "too many items",
            [...pool, `  targetPorts: [${Array.from({ length: 9 }, () => "{ number: 1 }").join(", ")}]`],
            "7 mandatory spec.targetPorts has 9 items, but has to have at most 8.",
        ],
        [
            "a text that does not match",
            [
                "apiVersion: gateway.networking.k8s.io/v1",
                "kind: HTTPRoute",
                "metadata: { name: chat }",
                "spec:",
                "  hostnames: [not_a_host]",
            ],
            /^5 mandatory spec\.hostnames\.0 is the text "not_a_host", which does not match /,
        ],
        [
            "what excludes each other, in Istio's definitions",
            [
                "apiVersion: networking.istio.io/v1",
                "kind: DestinationRule",
                "metadata: { name: chat }",
                "spec:",
                "  host: chat",
                "  trafficPolicy: { loadBalancer: { simple: RANDOM, consistentHash: { useSourceIp: true } } }",
            ],
            "6 mandatory spec.trafficPolicy.loadBalancer has to have exactly one of simple, consistentHash, and has simple, consistentHash.",
        ],
        [
            "a field of KEDA's definitions",
            [
                "apiVersion: keda.sh/v1alpha1",
                "kind: ScaledObject",
                "metadata: { name: chat }",
                "spec:",
                "  scaleTargetRef: { name: chat }",
                "  triggers: []",
                "  minReplicas: 1",
            ],
            "7 mandatory spec.minReplicas is no known field; the nearest is minReplicaCount.",
        ],
        [
            "a kind in other letters",
            ["apiVersion: gateway.networking.k8s.io/v1", "kind: HttpRoute", "metadata: { name: chat }"],
            "2 mandatory kind HttpRoute is none of group gateway.networking.k8s.io that is known; the nearest is HTTPRoute.",
        ],
        [
            "a kind that Kubernetes does not have",
            ["apiVersion: apps/v1", "kind: Deploymnt", "metadata: { name: chat }"],
            "2 mandatory kind Deploymnt is none of group apps that is known; the nearest is Deployment.",
        ],
        [
            "a kind that another release of its group may have, as advice",
            ["apiVersion: gateway.networking.k8s.io/v1alpha2", "kind: UDPRoute", "metadata: { name: chat }"],
            /^2 advisory kind UDPRoute is none of group /,
        ],
        [
            "a version that another release may serve, as advice",
            ["apiVersion: gateway.networking.k8s.io/v1alpha2", "kind: HTTPRoute", "metadata: { name: chat }"],
            "1 advisory apiVersion gateway.networking.k8s.io/v1alpha2 has no HTTPRoute that is known; known: v1, v1beta1.",
        ],
        [
            "a label of llm-d in other letters, wherever it is a key",
            [...service, "spec:", "  selector:", '    llm-d.ai/inferenceserving: "true"'],
            "6 mandatory spec.selector.llm-d.ai/inferenceserving is none of llm-d's labels; meant is llm-d.ai/inferenceServing or llm-d.ai/inference-serving.",
        ],
    ] as [string, string[], string | RegExp][]) {
        it(`finds ${what}`, () => {
            const [first, ...others] = told(lines);
            assert.deepEqual(others, []);
            if (typeof expected === "string") {
                assert.equal(first, expected);
            } else {
                assert.match(first ?? "", expected);
            }
        });
    }

    it("takes what the API server takes", () => {
        const deployment = [
            ...[
                "apiVersion: apps/v1",
                "kind: Deployment",
                "metadata: { name: a, annotations: null }",
                "spec:",
            ],
            ...["  selector: { matchLabels: { a: b } }", "  paused: yes", "  template:"],
            ...["    metadata: { labels: { a: b } }", "    spec:", "      containers:"],
            ...["        - { name: a, resources: { limits: { cpu: 1, memory: 1Gi }, requests: null } }"],
            ...["status: { anything: goes }"],
        ];
        assert.deepEqual(told(deployment), []);
        assert.deepEqual(told([...service, "spec: { ports: [{ port: 80, targetPort: http }] }"]), []);
        // The default of `kind` comes before what is required.
        const route = [
            ...["apiVersion: gateway.networking.k8s.io/v1beta1", "kind: HTTPRoute", "metadata: { name: a }"],
            ...[
                "spec: { parentRefs: [{ name: g }], rules: [{ matches: [{ headers: [{ name: A, value: b }] }] }] }",
            ],
        ];
        assert.deepEqual(told(route), []);
        // So does that of an address' `type`, on which depends what else it may be.
        const gateway = [
            ...[
                "apiVersion: gateway.networking.k8s.io/v1",
                "kind: Gateway",
                "metadata: { name: a }",
                "spec:",
            ],
            ...["  gatewayClassName: istio", "  addresses: [{ value: 10.0.0.1 }]"],
            ...["  listeners: [{ name: http, port: 80, protocol: HTTP }]"],
        ];
        assert.deepEqual(told(gateway), []);
    });

    it("passes over groups that it does not know, and what an API server has taken", () => {
        assert.deepEqual(
            told(["apiVersion: example.com/v1", "kind: Thing", "metadata: { name: a }", "spec: { a: 1 }"]),
            [],
        );
        assert.deepEqual(findings([...service, "spec: { type: ClusterIp }"], true), []);
    });

    it("has patterns that JavaScript reads", () => {
        for (const file of fs.readdirSync(packedFolder)) {
            for (const { pattern = "" } of packedOf(path.basename(file, ".json"))!.schemas) {
                assert.doesNotThrow(() => new RegExp(pattern), `${file}: ${pattern}`);
            }
        }
    });
});
