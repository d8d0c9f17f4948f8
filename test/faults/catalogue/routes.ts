import type { Manifest } from "../../policy/support/resources";
import type { Captured } from "../captured";
import type { Generator, Verdict } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";

const broken = breaking("routes");

const matches = "spec.rules.0.matches";

/** Routes that take each other's requests, and timeouts that contradict each other. */
export const routesRule: Generator = function* (program) {
    const route = program.get("HTTPRoute");
    const find = (copy: Program) => copy.get("HTTPRoute", new RegExp(`^${route.kubernetesName}$`));
    const found = (id: string, message: RegExp): Verdict => ({ id, message, on: ["scheduler"] });
    if (program.ofKind("HTTPRoute").length === 1) {
        yield breaking("reference-grant-scope", "advisory")(
            "the route is gone, and its grant is for nothing",
            (copy) => {
                copy.remove("HTTPRoute", new RegExp(`^${route.kubernetesName}$`));
            },
            found("route-missing", /HTTPRoute .* does not exist/),
        );
    }
    yield harmless(
        "the route answers to other hosts",
        (copy) => {
            find(copy).set("spec.hostnames", ["other.example.com"]);
        },
        found("route-hostnames-mismatch", /answers to other\.example\.com, and the stack says every host/),
    );
    yield harmless(
        "the route asks for a header",
        (copy) => {
            find(copy).set(`${matches}.0.headers`, [{ type: "Exact", name: "x-tenant", value: "green" }]);
        },
        found("route-match-mismatch", /no rule for every request/),
    );
    yield broken("a second route with the same matches", (copy) => {
        addRoute(copy, route, () => undefined);
    });
    yield broken("a second route with the same matches, spelled otherwise", (copy) => {
        addRoute(copy, route, (added) => {
            for (const match of added.list(matches) as Match[]) {
                match.headers?.forEach((header) => (header.name = header.name.toUpperCase()));
                if (match.path && match.path.type !== "Exact" && match.path.value !== "/") {
                    match.path.value = `${match.path.value}/`;
                }
            }
        });
    });
    // Where the Gateway asks an endpoint picker by hand, there is advice on each route to a Service.
    if (!program.has("EnvoyFilter")) {
        yield harmless("a second route, told apart by a header", (copy) => {
            addRoute(copy, route, (added) => {
                for (const match of added.list(matches) as Match[]) {
                    match.headers = [...(match.headers ?? []), { name: "x-second", value: "yes" }];
                }
            });
        });
        yield harmless("a second route, told apart by a host", (copy) => {
            addRoute(copy, route, (added) => added.set("spec.hostnames", ["second.example.com"]));
        });
    }
    yield broken("a second rule with the same matches", (copy) => {
        const rule = structuredClone(find(copy).list("spec.rules")[0]) as { backendRefs: unknown };
        rule.backendRefs = [{ name: "elsewhere", port: 80 }];
        find(copy).list("spec.rules").push(rule);
    });
    yield broken("an attempt may take longer than the request", (copy) => {
        find(copy).set("spec.rules.0.timeouts", { request: "10s", backendRequest: "30s" });
    });
    yield broken("a timeout that is no duration", (copy) => {
        find(copy).set("spec.rules.0.timeouts", { request: "1.5s" });
    });
    yield harmless("no timeout of the request, but of an attempt", (copy) => {
        find(copy).set("spec.rules.0.timeouts", { request: "0s", backendRequest: "30s" });
    });
};

interface Match {
    path?: { type?: string; value: string };
    headers?: { name: string; value: string }[];
}

/** Adds a copy of a route, to another Service. */
function addRoute(program: Program, route: Captured, change: (added: Captured) => unknown): void {
    const manifest = structuredClone(route.inputs) as unknown as Manifest;
    program.add({ ...manifest, metadata: { ...manifest.metadata, name: "second" } });
    const added = program.get("HTTPRoute", /^second$/);
    // The same backend with other settings: what the requests get is not the same, and nothing else is wrong.
    added.set("spec.rules.0.filters", [
        {
            type: "RequestHeaderModifier",
            requestHeaderModifier: { set: [{ name: "x-second", value: "yes" }] },
        },
    ]);
    change(added);
}
