import { strict as assert } from "assert";
import fc from "fast-check";
import { inferencePort } from "../../policy/rules/inferencePort";
import { referenceGrantPresence } from "../../policy/rules/referenceGrantPresence";
import { decodeLabels, models, toPool, toService } from "./rules/fixtures";
import type { Manifest } from "./support/resources";
import { checkResource, checkStack } from "./support/resources";

const gatewayGroup = "gateway.networking.k8s.io";

// Small alphabets, so that references and grants meet, and nearly meet, often.
const namespaces = fc.constantFrom("a", "b", "c");
const backendKinds = fc.constantFrom(
    { group: "", kind: "Service" },
    { group: "inference.networking.k8s.io", kind: "InferencePool" },
    { group: "inference.networking.x-k8s.io", kind: "InferencePool" },
);
const names = fc.constantFrom("x", "y");
const routeKinds = fc.constantFrom("HTTPRoute", "GRPCRoute");

const routes = fc.record({
    kind: routeKinds,
    namespace: namespaces,
    refs: fc.array(
        fc.record({
            target: backendKinds,
            name: names,
            namespace: fc.option(namespaces, { nil: undefined }),
        }),
        { maxLength: 3 },
    ),
});
const grants = fc.record({
    namespace: namespaces,
    from: fc.array(fc.record({ kind: routeKinds, namespace: namespaces }), { maxLength: 2 }),
    to: fc.array(fc.record({ target: backendKinds, name: fc.option(names, { nil: undefined }) }), {
        maxLength: 2,
    }),
});

type Route = typeof routes extends fc.Arbitrary<infer T> ? T : never;
type Grant = typeof grants extends fc.Arbitrary<infer T> ? T : never;

function routeManifest({ kind, namespace, refs }: Route, position: number): Manifest {
    return {
        apiVersion: `${gatewayGroup}/v1`,
        kind,
        metadata: { name: `route-${String(position)}`, namespace },
        spec: {
            rules: refs.map(({ target, name, namespace: inNamespace }) => ({
                backendRefs: [{ ...target, name, ...(inNamespace && { namespace: inNamespace }) }],
            })),
        },
    };
}

function grantManifest({ namespace, from, to }: Grant, position: number): Manifest {
    return {
        apiVersion: `${gatewayGroup}/v1beta1`,
        kind: "ReferenceGrant",
        metadata: { name: `grant-${String(position)}`, namespace },
        spec: {
            from: from.map((entry) => ({ group: gatewayGroup, ...entry })),
            to: to.map(({ target, name }) => ({ ...target, ...(name && { name }) })),
        },
    };
}

/** Gateway API's sentence on ReferenceGrant, word for word, over every pair. */
function isRefused(route: Route, ref: Route["refs"][number], all: readonly Grant[]): boolean {
    const target = ref.namespace ?? route.namespace;
    return (
        target !== route.namespace &&
        !all.some(
            (grant) =>
                grant.namespace === target &&
                grant.from.some((from) => from.kind === route.kind && from.namespace === route.namespace) &&
                grant.to.some(
                    (to) =>
                        to.target.group === ref.target.group &&
                        to.target.kind === ref.target.kind &&
                        (to.name === undefined || to.name === ref.name),
                ),
        )
    );
}

describe("reference-grant-presence, against an oracle", () => {
    it("refuses exactly the references that no grant admits", () => {
        fc.assert(
            fc.property(
                fc.array(routes, { maxLength: 4 }),
                fc.array(grants, { maxLength: 4 }),
                (made, given) => {
                    const expected = made.flatMap((route, position) =>
                        route.refs.flatMap((ref, rule) =>
                            isRefused(route, ref, given) ? `route-${String(position)} ${String(rule)}` : [],
                        ),
                    );
                    const findings = checkStack(referenceGrantPresence, [
                        ...made.map(routeManifest),
                        ...given.map(grantManifest),
                    ]).map((finding) => {
                        const [, name, rule] =
                            /\/(route-\d) refers .* \(spec\.rules\.(\d)\./.exec(finding) ?? [];
                        return `${String(name)} ${String(rule)}`;
                    });
                    assert.deepEqual(findings.sort(), expected.sort());
                },
            ),
            { numRuns: 500 },
        );
    });
});

/** The places of a chain that say a port, each as the port it says. */
interface ChainPorts {
    argument: number;
    container: number;
    probe: number;
    annotation: number;
    service: number;
    target: number;
    route: number;
    pool: number;
    output: number;
}

const places = [
    "argument",
    "container",
    "probe",
    "annotation",
    "service",
    "target",
    "route",
    "pool",
    "output",
] as const satisfies readonly (keyof ChainPorts)[];

/** Ways to write the same chain. */
const styles = fc.record({
    split: fc.boolean(),
    sidecar: fc.boolean(),
    namedProbe: fc.boolean(),
    secondServicePort: fc.boolean(),
    otherArguments: fc.array(fc.constantFrom("--model=x", "--v=2", "--port-range=1"), { maxLength: 3 }),
});

type Style = typeof styles extends fc.Arbitrary<infer T> ? T : never;

function chainOf(at: ChainPorts, style: Style): { manifests: Manifest[]; outputs: Record<string, unknown> } {
    const server = {
        name: "server",
        image: "example.com/vllm:1",
        args: [
            ...style.otherArguments,
            ...(style.split ? ["--port", String(at.argument)] : [`--port=${String(at.argument)}`]),
        ],
        ports: [{ name: "http", containerPort: at.container }],
        readinessProbe: {
            httpGet: { port: style.namedProbe && at.probe === at.container ? "http" : at.probe },
        },
    };
    const sidecar = { name: "sidecar", image: "example.com/sidecar:1", ports: [{ containerPort: 9999 }] };
    const workload: Manifest = {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "decode", namespace: models },
        spec: {
            selector: { matchLabels: decodeLabels },
            template: {
                metadata: {
                    labels: decodeLabels,
                    annotations: { "prometheus.io/port": String(at.annotation) },
                },
                spec: { containers: style.sidecar ? [sidecar, server] : [server] },
            },
        },
    };
    const servicePorts = [{ name: "http", port: at.service, targetPort: at.target }];
    return {
        manifests: [
            workload,
            {
                apiVersion: "v1",
                kind: "Service",
                metadata: { name: toService.name, namespace: models },
                spec: {
                    selector: decodeLabels,
                    ports: style.secondServicePort
                        ? [...servicePorts, { name: "other", port: 9090, targetPort: 9999 }]
                        : servicePorts,
                },
            },
            {
                apiVersion: "inference.networking.k8s.io/v1",
                kind: "InferencePool",
                metadata: { name: toPool.name, namespace: models },
                spec: { selector: { matchLabels: decodeLabels }, targetPorts: [{ number: at.pool }] },
            },
            {
                apiVersion: `${gatewayGroup}/v1`,
                kind: "HTTPRoute",
                metadata: { name: "route", namespace: "routes" },
                spec: {
                    rules: [{ backendRefs: [{ ...toService, port: at.route }] }, { backendRefs: [toPool] }],
                },
            },
        ],
        outputs: { url: `http://${toService.name}.${models}.svc.cluster.local:${String(at.output)}/v1` },
    };
}

function violations(at: ChainPorts, style: Style, port: number): string[] {
    const { manifests, outputs } = chainOf(at, style);
    return [
        ...manifests.flatMap((manifest) => checkResource(inferencePort, manifest, { port })),
        ...checkStack(inferencePort, manifests, { config: { port }, outputs }),
    ];
}

function everywhere(port: number): ChainPorts {
    return Object.fromEntries(places.map((place) => [place, port])) as unknown as ChainPorts;
}

// Below 9000, so that none meets the ports of the sidecar and of the second Service port.
const portNumbers = fc.integer({ min: 1024, max: 8999 });

describe("inference-port, on random chains", () => {
    it("passes a chain that says one port everywhere, however it is written", () => {
        fc.assert(
            fc.property(portNumbers, styles, (port, style) => {
                assert.deepEqual(violations(everywhere(port), style, port), []);
            }),
        );
    });

    it("reports a port that is changed in any one place, and names it", () => {
        fc.assert(
            fc.property(
                portNumbers,
                portNumbers,
                fc.constantFrom(...places),
                styles,
                (port, wrong, place, style) => {
                    fc.pre(port !== wrong);
                    const findings = violations({ ...everywhere(port), [place]: wrong }, style, port);
                    assert.ok(
                        findings.some((finding) => finding.includes(String(wrong))),
                        `${place}: ${findings.join("\n")}`,
                    );
                },
            ),
            { numRuns: 500 },
        );
    });

    it("reports a chain that agrees with itself but not with the config", () => {
        fc.assert(
            fc.property(portNumbers, portNumbers, styles, (port, configured, style) => {
                fc.pre(port !== configured);
                assert.ok(violations(everywhere(port), style, configured).length > 0);
            }),
        );
    });
});
