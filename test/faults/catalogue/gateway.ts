import type { Mode } from "../../../components/deploymentOutput";
import type { Generator, Verdict } from "../mutation";
import { breaking } from "../mutation";
import { listenerOf } from "./listener";

const gateway = breaking("gateway", "mandatory");
const advice = breaking("gateway", "advisory");

const listener = "spec.listeners.0";
const parent = "spec.parentRefs.0";

/** Gateways that routes cannot attach to, or that are not what the Istio resources take them for. */
export const gatewayRule: Generator = function* (program) {
    // That of the routes to models: with TLS it is not the first.
    const routed = `spec.listeners.${String(listenerOf(program).index)}`;
    const set = (
        kind: "Gateway" | "HTTPRoute",
        title: string,
        path: string,
        value: unknown,
        rule = gateway,
        verdict?: Verdict,
    ) =>
        rule(
            `${kind}: ${title}`,
            (copy) => {
                copy.get(kind).set(path, value);
            },
            verdict,
        );
    const found = (id: string, message: RegExp, on: Mode = "scheduler"): Verdict => ({
        ...{ id, message, on: [on] },
    });
    const parameters = (kind: string) => ({ group: "", kind, name: "absent" });
    yield set(
        "Gateway",
        "parameters that are not in the program",
        "spec.infrastructure.parametersRef",
        parameters("ConfigMap"),
        advice,
    );
    yield set(
        "Gateway",
        "parameters that Istio does not read",
        "spec.infrastructure.parametersRef",
        parameters("Secret"),
    );
    yield set(
        "Gateway",
        "listens on 8080",
        `${listener}.port`,
        8080,
        gateway,
        found("gateway-listener-mismatch", /no HTTP listener on 80; it has HTTP on 8080/),
    );
    yield set("Gateway", "port 80 is for TLS", `${listener}.protocol`, "HTTPS");
    yield set("Gateway", "another listener's name", `${routed}.name`, "web");
    yield set("Gateway", "no listeners", "spec.listeners", []);
    yield set(
        "Gateway",
        "a class that is not Istio's",
        "spec.gatewayClassName",
        "nginx",
        gateway,
        found("gateway-class-mismatch", /asks for GatewayClass nginx, and the stack for istio/),
    );
    yield set("Gateway", "in another namespace", "metadata.namespace", "default");
    yield set("Gateway", "admits no namespace", `${routed}.allowedRoutes.namespaces.from`, "None");
    yield set(
        "Gateway",
        "admits GRPCRoutes only",
        `${routed}.allowedRoutes.kinds`,
        [{ kind: "GRPCRoute" }],
        gateway,
        found("route-not-admitted", /admits GRPCRoute only \(allowedRoutes\.kinds\)/),
    );
    yield set(
        "Gateway",
        "admits only a kind of route that there is none of",
        `${routed}.allowedRoutes.kinds`,
        [{ kind: "InvalidRoute" }],
        gateway,
        {
            // Before the route, the listener itself is refused, with Istio.
            ...found(
                "gateway-listener-refused",
                /listener http: ResolvedRefs=False, InvalidRouteKinds/,
                "scoring",
            ),
            byStatus: true,
        },
    );
    yield set("Gateway", "admits HTTPRoutes of another group only", `${routed}.allowedRoutes.kinds`, [
        { group: "example.com", kind: "HTTPRoute" },
    ]);
    yield set("Gateway", "port 80 is for TCP", `${listener}.protocol`, "TCP");
    yield gateway("Gateway: no class", (copy) => {
        copy.get("Gateway").unset("spec.gatewayClassName");
    });
    yield set(
        "HTTPRoute",
        "a listener that is not there",
        `${parent}.sectionName`,
        "https-alt",
        gateway,
        found("route-parent-mismatch", /listener https-alt, which the Gateway does not have/),
    );
    yield set(
        "HTTPRoute",
        "a port that no listener has",
        `${parent}.port`,
        8080,
        gateway,
        found(
            "route-parent-mismatch",
            /attaches to .*port 8080, which the Gateway does not have: its listeners are listener http/,
            "scoring",
        ),
    );
    yield set(
        "HTTPRoute",
        "a listener at a port that is another's",
        `${parent}.port`,
        81,
        gateway,
        found(
            "route-parent-mismatch",
            /attaches to listener http at port 81, which the Gateway does not have/,
            "scoring",
        ),
    );
    yield set(
        "HTTPRoute",
        "a Gateway in another namespace",
        `${parent}.namespace`,
        "default",
        gateway,
        found(
            "route-parent-mismatch",
            /attaches to default\/\S+, and the Gateway is llm-d-inference-scheduler\//,
            "scoring",
        ),
    );
    yield set("HTTPRoute", "a parent that is no Gateway", `${parent}.kind`, "GatewayClass");
    yield set("HTTPRoute", "no parents", "spec.parentRefs", []);
    yield set(
        "HTTPRoute",
        "another program's Gateway",
        `${parent}.name`,
        "shared",
        advice,
        found("route-parent-mismatch", /attaches to \S+\/shared/),
    );
    yield advice(
        "the Gateway is not in the program",
        (copy) => {
            copy.remove("Gateway");
        },
        found("gateway-missing", /infra-.*-inference-gateway does not exist/),
    );
    yield gateway("the route is in a namespace that the listener does not admit", (copy) => {
        const route = copy.get("HTTPRoute");
        route
            .set(`${parent}.namespace`, route.get("metadata.namespace"))
            .set("metadata.namespace", "llm-d-sim");
    });
    const selector = { from: "Selector", selector: { matchLabels: { tenant: "blue" } } };
    yield set(
        "Gateway",
        "admits namespaces by a label that the route's lacks",
        `${routed}.allowedRoutes.namespaces`,
        selector,
        program.has("Namespace", /scheduler$/) ? gateway : advice,
        found(
            "route-not-admitted",
            /its listener http \(HTTP 80\) has a selector .* that Namespace \S+ does not fit/,
            "scoring",
        ),
    );
    for (const [listened, hostname] of [
        ["a.example.com", "b.example.com"],
        ["*.example.com", "example.com"],
        ["*.example.com", "*.example.org"],
        ["example.com", "*.example.com"],
    ] as const) {
        yield gateway(`hostnames: ${listened} and ${hostname}`, (copy) => {
            copy.get("Gateway").set(`${routed}.hostname`, listened);
            copy.get("HTTPRoute").set("spec.hostnames", [hostname]);
        });
    }
    yield gateway("the GatewayClass has another controller", (copy) => {
        copy.add({
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "GatewayClass",
            metadata: { name: "istio" },
            spec: { controllerName: "example.com/gateway-controller" },
        });
    });
};
