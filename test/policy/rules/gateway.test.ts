import { strict as assert } from "assert";
import { gateway as rule } from "../../../policy/rules/gateway";
import type { GatewayConfig } from "../../../policy/rules/gateway";
import type { Manifest } from "../support/resources";
import { checkStack, unknown } from "../support/resources";
import { deployment, gateway, route, routes, service, toService } from "./fixtures";

const pods = [deployment(), service()];

/** Findings without the object before them, for a route and a Gateway in front of model servers. */
function check(manifests: Manifest[], config: Partial<GatewayConfig> = {}): string[] {
    return checkStack(rule, [...pods, ...manifests], { config }).map((finding) =>
        finding.replace(/^(waits: |advisory: )?[^:]*: /, "$1"),
    );
}

/** A listener and what the route says, checked together. */
function attach(listener: Record<string, unknown>, spec: Record<string, unknown> = {}): string[] {
    return check([gateway(listener), route(toService, spec)]);
}

const listening = "listener http (HTTP 80)";
const refused = `HTTPRoute routes/route (spec.parentRefs.0) is not admitted by Gateway routes/gateway: ${listening} `;

describe("gateway", () => {
    it("passes a route that its Gateway admits", () => {
        assert.deepEqual(attach({}), []);
    });

    it("wants a listener on the agreed port", () => {
        assert.deepEqual(attach({ port: 8080 }), [
            "Gateway routes/gateway has no HTTP listener on port 80 (`listenerPort` in this rule's config), only listener http (HTTP 8080) (spec.listeners).",
        ]);
        assert.deepEqual(check([gateway({ port: 8080 }), route(toService)], { listenerPort: 8080 }), []);
        assert.equal(attach({ protocol: "HTTPS" }).length, 1);
    });

    it("wants the parent to be a Gateway that is there", () => {
        const parents = (...parentRefs: object[]) => attach({}, { parentRefs });
        assert.match(parents({ kind: "Ingress", name: "x" })[0] ?? "", /names a Ingress in spec\.parentRefs/);
        assert.deepEqual(parents({ group: "", kind: "Service", name: "mesh" }), []);
    });

    it("wants the listener to be there, by name and port", () => {
        const parent = (section: object) => attach({}, { parentRefs: [{ name: "gateway", ...section }] });
        assert.deepEqual(parent({ sectionName: "http", port: 80 }), []);
    });

    describe("namespaces", () => {
        const parentRefs = [{ name: "gateway", namespace: routes }];
        const from = (namespaces: object, namespace = "elsewhere", labels?: object) => {
            const moved = { ...route(toService, { parentRefs }), metadata: { name: "route", namespace } };
            const made = labels && {
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name: namespace, labels },
            };
            return check([gateway({ allowedRoutes: { namespaces } }), moved, ...(made ? [made] : [])]);
        };
        const elsewhere = refused.replace("routes/route", "elsewhere/route");
        const selector = { from: "Selector", selector: { matchLabels: { tenant: "a" } } };

        it("admits the Gateway's own by default, and all where it says so", () => {
            assert.deepEqual(from({}, routes), []);
            assert.deepEqual(from({ from: "All" }), []);
            assert.deepEqual(from({}), [
                `${elsewhere}admits routes from namespace routes only (allowedRoutes.namespaces.from: Same).`,
            ]);
            assert.equal(from({ from: "None" }, routes).length, 1);
        });

        it("admits by the labels of the program's Namespace, and by the automatic one", () => {
            assert.deepEqual(from(selector, "elsewhere", { tenant: "a" }), []);
            assert.deepEqual(
                from({
                    from: "Selector",
                    selector: { matchLabels: { "kubernetes.io/metadata.name": "elsewhere" } },
                }),
                [],
            );
            assert.deepEqual(from(selector, "elsewhere", {}), [
                `${elsewhere}has a selector (allowedRoutes.namespaces.selector) that Namespace elsewhere does not fit.`,
            ]);
        });

        it("only advises where the Namespace is not in the program", () => {
            assert.deepEqual(from(selector), [
                `advisory: ${elsewhere}has a selector (allowedRoutes.namespaces.selector), and Namespace elsewhere is not in this program.`,
            ]);
        });
    });

    it("wants the route's kind admitted, as named or by the protocol", () => {
        assert.deepEqual(attach({ allowedRoutes: { kinds: [{ kind: "HTTPRoute" }] } }), []);
        assert.match(attach({ protocol: "TLS" })[0] ?? "", /admits TLSRoute, TCPRoute only/);
    });

    it("wants the hostnames to intersect", () => {
        const hosts = (hostname: string | undefined, ...hostnames: string[]) =>
            attach({ hostname }, { hostnames });
        for (const [listener, name] of [
            [undefined, "a.com"],
            ["a.com", undefined],
            ["a.com", "A.com"],
            ["*.a.com", "x.a.com"],
            ["*.a.com", "x.y.a.com"],
            ["x.a.com", "*.a.com"],
            ["*.a.com", "*.x.a.com"],
        ]) {
            assert.deepEqual(
                hosts(listener, ...(name ? [name] : [])),
                [],
                `${String(listener)} ${String(name)}`,
            );
        }
        assert.deepEqual(hosts("a.com", "b.com", "c.com"), [
            `${refused}is for host a.com, and the route for b.com, c.com.`,
        ]);
        for (const [listener, name] of [
            ["*.a.com", "a.com"],
            ["*.a.com", "xa.com"],
            ["a.com", "*.a.com"],
            ["*.a.com", "*.b.com"],
        ] as const) {
            assert.equal(hosts(listener, name).length, 1, `${listener} ${name}`);
        }
    });

    it("is content with one listener of several", () => {
        const listeners = [
            { name: "a", port: 80, protocol: "HTTP", hostname: "x.com" },
            { name: "b", port: 81, protocol: "HTTP" },
        ];
        assert.deepEqual(check([gateway({}, { listeners }), route(toService, { hostnames: ["y.com"] })]), []);
    });

    describe("class", () => {
        const istio = (kind: string, spec: object, namespace = routes): Manifest => ({
            apiVersion: "networking.istio.io/v1",
            kind,
            metadata: { name: "x", namespace },
            spec,
        });
        const label = "gateway.networking.k8s.io/gateway-name";
        const filter = (name: string) =>
            istio("EnvoyFilter", { workloadSelector: { labels: { [label]: name } } });
        const other = gateway({}, { gatewayClassName: "nginx" });
        const complaint = (object: string) =>
            `Gateway routes/gateway is of class nginx (spec.gatewayClassName), which is none of Istio's (istio, istio-remote), but ${object} is Istio's and has no effect on it.`;

        it("has to be Istio's where Istio's resources are for the Gateway", () => {
            const on = (...manifests: Manifest[]) => check([other, route(toService), ...manifests]);
            assert.deepEqual(on(filter("gateway")), [complaint("EnvoyFilter routes/x")]);
            assert.deepEqual(on(istio("EnvoyFilter", {})), [complaint("EnvoyFilter routes/x")]);
            assert.deepEqual(on(istio("DestinationRule", { host: "proxy" }, "models")), [
                complaint("DestinationRule models/x"),
            ]);
            assert.deepEqual(on(filter("another")), []);
            assert.deepEqual(on(istio("DestinationRule", { host: "db.example.com" })), []);
            assert.deepEqual(on(), []);
        });

        it("is Istio's by the config, or by the program's GatewayClass", () => {
            const classes = { istioClasses: ["nginx"] };
            assert.deepEqual(check([other, route(toService), filter("gateway")], classes), []);
            const made = (controllerName: string) => ({
                apiVersion: "gateway.networking.k8s.io/v1",
                kind: "GatewayClass",
                metadata: { name: "nginx" },
                spec: { controllerName },
            });
            const on = (name: string) => check([other, route(toService), filter("gateway"), made(name)]);
            assert.deepEqual(on("istio.io/gateway-controller"), []);
            assert.equal(on("example.com/controller").length, 1);
        });

        it("waits for a selector that is not known", () => {
            const [finding] = check([
                other,
                route(toService),
                istio("EnvoyFilter", { workloadSelector: unknown }),
            ]);
            assert.match(finding ?? "", /^waits: spec\.workloadSelector of EnvoyFilter routes\/x/);
        });
    });

    it("does not judge Gateways and routes of other applications", () => {
        const web = route(
            { name: "web", port: 8080 },
            { parentRefs: [{ name: "gateway", sectionName: "x" }] },
        );
        assert.deepEqual(check([gateway({ port: 8443 }), web]), []);
    });

    it("waits for what is not known, and judges the rest", () => {
        assert.deepEqual(attach({ hostname: unknown, port: 8080 }), [
            "waits: spec.listeners.0.hostname of Gateway routes/gateway is not known in preview",
            "Gateway routes/gateway has no HTTP listener on port 80 (`listenerPort` in this rule's config), only listener http (HTTP 8080) (spec.listeners).",
        ]);
    });

    describe("parameters", () => {
        const reference = { group: "", kind: "ConfigMap", name: "options" };
        const options = (namespace: string): Manifest => ({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "options", namespace },
        });
        const said = (parametersRef: unknown, spec: Record<string, unknown> = {}, ...added: Manifest[]) =>
            check([gateway({}, { infrastructure: { parametersRef }, ...spec }), route(toService), ...added]);

        it("are there, in the Gateway's namespace", () => {
            assert.deepEqual(said(reference, {}, options(routes)), []);
            assert.deepEqual(said(undefined), []);
            assert.deepEqual(said(reference), [
                "advisory: Gateway routes/gateway takes its parameters from ConfigMap routes/options (spec.infrastructure.parametersRef), which is not in this program. Without it, Istio refuses the Gateway.",
            ]);
            assert.deepEqual(said(reference, {}, options("other")), [
                "Gateway routes/gateway takes its parameters from ConfigMap routes/options (spec.infrastructure.parametersRef), but the program has ConfigMap other/options.",
            ]);
        });

        it("are of a kind that Istio reads, where the Gateway is Istio's", () => {
            const own = { group: "example.com", kind: "Parameters", name: "options" };
            assert.match(said(own)[0] ?? "", /in group "example.com", but Istio reads ConfigMaps only\.$/);
            assert.deepEqual(said(own, { gatewayClassName: "other" }), []);
        });

        it("wait for what is not known", () => {
            assert.match(
                said({ ...reference, name: unknown })[0] ?? "",
                /^waits: spec\.infrastructure\.parametersRef\.name/,
            );
        });
    });
});
