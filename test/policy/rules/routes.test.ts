import { strict as assert } from "assert";
import { routes as rule } from "../../../policy/rules/routes";
import type { Manifest } from "../support/resources";
import { checkResource, checkStack, unknown } from "../support/resources";
import { deployment, gateway, pool, route, service, toPool, toService } from "./fixtures";

const servers = [deployment(), service(), pool()];

/** Two routes, to a pool and to a Service, with a rule each. */
function judge(
    one: Record<string, unknown>,
    other: Record<string, unknown>,
    specs: readonly Record<string, unknown>[] = [{}, {}],
    listener: Record<string, unknown> = {},
): string[] {
    return checkStack(rule, [
        ...servers,
        gateway(listener),
        route(toPool, { name: "one", rules: [{ ...one, backendRefs: [toPool] }], ...specs[0] }),
        route(toService, { name: "two", rules: [{ ...other, backendRefs: [toService] }], ...specs[1] }),
    ]);
}

const prefix = (value: string) => ({ path: { type: "PathPrefix", value } });
const header = (name: string, value = "a") => ({ ...prefix("/"), headers: [{ name, value }] });
const matches = (...all: unknown[]) => ({ matches: all });

describe("routes: matches", () => {
    it("reports routes of one listener that match the same requests", () => {
        assert.deepEqual(judge(matches(prefix("/")), matches(prefix("/"))), [
            "HTTPRoute routes/two: HTTPRoute routes/two (spec.rules.0.matches.0) matches the same requests as HTTPRoute routes/one (spec.rules.0.matches.0) at listener http of Gateway routes/gateway: only the older of the two routes ever gets any.",
        ]);
    });

    const same: Record<string, [Record<string, unknown>, Record<string, unknown>]> = {
        "no match, which is /": [{}, matches(prefix("/"))],
        "a match without a path": [matches({}), matches(prefix("/"))],
        "a slash at the end of a prefix": [matches(prefix("/a")), matches(prefix("/a/"))],
        "a path without its type": [matches({ path: { value: "/a" } }), matches(prefix("/a"))],
        "a header's name in other letters": [matches(header("X-Tenant")), matches(header("x-tenant"))],
        "a header's type": [
            matches(header("a")),
            matches({ ...prefix("/"), headers: [{ type: "Exact", name: "a", value: "a" }] }),
        ],
        "headers in another order": [
            matches({
                headers: [
                    { name: "a", value: "1" },
                    { name: "b", value: "2" },
                ],
            }),
            matches({
                headers: [
                    { name: "b", value: "2" },
                    { name: "a", value: "1" },
                ],
            }),
        ],
        "one match of several": [matches(prefix("/a"), prefix("/b")), matches(prefix("/c"), prefix("/b"))],
        "a regular expression": [
            matches({ path: { type: "RegularExpression", value: "/.*" } }),
            matches({ path: { type: "RegularExpression", value: "/.*" } }),
        ],
    };
    for (const [title, [one, other]] of Object.entries(same)) {
        it(`takes for the same: ${title}`, () => {
            assert.equal(judge(one, other).length, 1);
        });
    }

    const different: Record<string, [Record<string, unknown>, Record<string, unknown>]> = {
        "a header on one": [matches(prefix("/")), matches(header("X-Gateway-Model-Name"))],
        "a header's value": [matches(header("a", "1")), matches(header("a", "2"))],
        "a path": [matches(prefix("/a")), matches(prefix("/b"))],
        "an exact path": [matches(prefix("/a")), matches({ path: { type: "Exact", value: "/a" } })],
        "an exact path's slash": [
            matches({ path: { type: "Exact", value: "/a" } }),
            matches({ path: { type: "Exact", value: "/a/" } }),
        ],
        "a method": [matches({ method: "GET" }), matches({ method: "POST" })],
        "a parameter of the query, whose case counts": [
            matches({ queryParams: [{ name: "a", value: "1" }] }),
            matches({ queryParams: [{ name: "A", value: "1" }] }),
        ],
    };
    for (const [title, [one, other]] of Object.entries(different)) {
        it(`tells apart by ${title}`, () => {
            assert.deepEqual(judge(one, other), []);
        });
    }

    it("compares host by host, in any letters, as the listener narrows them", () => {
        const hosts = (one: string[] | undefined, two: string[] | undefined, listener?: string) =>
            judge({}, {}, [{ hostnames: one }, { hostnames: two }], { hostname: listener }).length;
        assert.equal(hosts(["a.example.com"], ["b.example.com"]), 0);
        assert.equal(hosts(["a.example.com", "c.example.com"], ["C.example.com"]), 1);
        assert.equal(hosts(undefined, ["a.example.com"]), 0);
        assert.equal(hosts(undefined, ["a.example.com"], "a.example.com"), 1);
        assert.equal(hosts(["*.example.com"], ["a.example.com"], "a.example.com"), 1);
    });

    it("compares the routes of one listener only", () => {
        const section = (sectionName: string) => ({ parentRefs: [{ name: "gateway", sectionName }] });
        const listeners = {
            listeners: ["a", "b"].map((name, at) => ({ name, port: 80 + at, protocol: "HTTP" })),
        };
        const at = (one: Record<string, unknown>, two: Record<string, unknown>) =>
            checkStack(rule, [
                ...servers,
                gateway({}, listeners),
                route(toPool, { name: "one", ...one }),
                route(toService, { name: "two", ...two }),
            ]).length;
        assert.equal(at(section("a"), section("b")), 0);
        assert.equal(at(section("a"), section("a")), 1);
        assert.equal(at(section("b"), {}), 1);
        assert.equal(at({ parentRefs: [{ name: "gateway", port: 80 }] }, section("b")), 0);
        assert.equal(at({ parentRefs: [{ name: "elsewhere" }] }, { parentRefs: [{ name: "elsewhere" }] }), 1);
        assert.equal(at({ parentRefs: [{ name: "elsewhere" }] }, {}), 0);
    });

    it("reports a rule that an earlier rule of its route leaves nothing, unless both do the same", () => {
        const twice = (second: Record<string, unknown>) =>
            checkStack(rule, [
                ...servers,
                gateway(),
                route(toPool, { rules: [{ backendRefs: [toPool] }, { backendRefs: [second] }] }),
            ]);
        assert.match(
            twice(toService)[0] ?? "",
            /the same requests as an earlier rule of it \(spec\.rules\.0\)/,
        );
        assert.deepEqual(twice(toPool), []);
    });

    it("leaves routes alone that are not about inference, and waits for what is not known", () => {
        const web = (name: string): Manifest => route({ name, port: 80 }, { name });
        assert.deepEqual(checkStack(rule, [gateway(), web("a"), web("b")]), []);
        assert.equal(checkStack(rule, [...servers, gateway(), web("a"), route(toPool)]).length, 1);
        assert.deepEqual(judge({}, {}, [{ parentRefs: unknown }, {}]), [
            "waits: HTTPRoute routes/one: spec.parentRefs of HTTPRoute routes/one is not known in preview",
        ]);
    });
});

describe("routes: timeouts", () => {
    const said = (request: unknown, backendRequest: unknown) =>
        checkResource(
            rule,
            route(toPool, { rules: [{ backendRefs: [toPool], timeouts: { request, backendRequest } }] }),
        );

    it("reports a part that is longer than the whole", () => {
        assert.deepEqual(said("10s", "30s"), [
            "HTTPRoute routes/route: HTTPRoute routes/route: backendRequest is 30s (spec.rules.0.timeouts.backendRequest), longer than request, 10s, which it is a part of; the API server refuses it.",
        ]);
        assert.equal(said("1m", "61s").length, 1);
        assert.equal(said("1h", "59m59s1001ms").length, 1);
    });

    it("passes what is no longer, and none at all", () => {
        for (const [request, backendRequest] of [
            ["30s", "30s"],
            ["1m", "60000ms"],
            ["0s", "30s"],
            ["30s", "0s"],
            [undefined, "30s"],
            ["30s", undefined],
        ]) {
            assert.deepEqual(said(request, backendRequest), []);
        }
    });

    it("reports what is no duration", () => {
        for (const value of ["1.5s", "10", 10, "100000s", "1s1s1s1s1s", "", null]) {
            assert.match(said(value, undefined)[0] ?? "", /request is .* is no duration of the Gateway API/);
        }
        assert.deepEqual(said(unknown, "1s").length, 1);
    });
});
