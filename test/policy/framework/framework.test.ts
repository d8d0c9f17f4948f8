import { strict as assert } from "assert";
import { createRequire } from "module";
import type { ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { each } from "../../../policy/framework/finding";
import { list, record } from "../../../objects/json";
import { kinds } from "../../../objects/kinds";
import { KubernetesObject } from "../../../objects/kubernetesObject";
import { labelSelector } from "../../../objects/selectors";
import type { Rule } from "../../../policy/framework/rule";
import { StackIndex } from "../../../objects/stackIndex";
import { toPolicy } from "../../../policy/framework/toPolicies";
import { checkStack, resource, stack, unknown } from "../support/resources";
import { processorTime } from "../../support/processor";

type AnalyzeStack = (
    call: { request: messages.AnalyzeStackRequest },
    done: (error: Error | null | undefined) => void,
) => void;
const { makeAnalyzeStackRpcFun } = createRequire(__filename)("@pulumi/policy/server") as {
    makeAnalyzeStackRpcFun: (
        pack: string,
        version: string,
        level: string,
        policies: object[],
    ) => AnalyzeStack;
};

const deployment = (name: string, labels: unknown, namespace = "ns") => ({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: { template: { metadata: { labels }, spec: {} } },
});

describe("KubernetesObject", () => {
    it("is told by apiVersion and kind, whatever the class", () => {
        const object = KubernetesObject.of(
            resource({
                apiVersion: "gateway.networking.k8s.io/v1",
                kind: "HTTPRoute",
                metadata: { name: "r" },
            }),
        );
        assert.equal(object?.is(kinds.httpRoute), true);
        assert.equal(object?.toString(), "HTTPRoute default/r");
    });

    it("is not made of providers, components and patches", () => {
        for (const type of [
            "pulumi:providers:kubernetes",
            "llm-d-inference:x:Y",
            "kubernetes:apps/v1:DeploymentPatch",
        ]) {
            assert.equal(KubernetesObject.of({ urn: "", type, name: "n", props: {} }), undefined);
        }
    });

    it("has the provider's namespace where its own is missing", () => {
        const service = resource({ apiVersion: "v1", kind: "Service", metadata: { name: "s" } });
        const object = KubernetesObject.of({ ...service, provider: { props: { namespace: "team" } } });
        assert.equal(object?.namespace, "team");
    });

    it("is made of plain data as well, which may be malformed", () => {
        const object = KubernetesObject.of({
            apiVersion: "apps/v1",
            kind: "Deployment",
            metadata: { name: "d", labels: { a: "b", c: 1 } },
            spec: "none",
            status: { readyReplicas: 1 },
        });
        assert.equal(object?.is(kinds.deployment), true);
        assert.equal(object?.toString(), "Deployment default/d");
        assert.deepEqual(
            [object?.labels, object?.spec, object?.status],
            [{ a: "b" }, {}, { readyReplicas: 1 }],
        );
        assert.equal(KubernetesObject.of({ apiVersion: "v1", metadata: { name: "n" } }), undefined);
        assert.equal(KubernetesObject.of({ metadata: "m" }), undefined);
    });

    it("reads known parts of a half-known object and names what is not known", () => {
        const object = KubernetesObject.of(
            resource({
                apiVersion: "v1",
                kind: "Service",
                metadata: { name: "s", namespace: "ns" },
                spec: { ports: [{ port: 80 }, { port: unknown }] },
            }),
        );
        const ports = list(object?.spec.ports);
        assert.equal(record(ports[0]).port, 80);
        assert.throws(
            () => record(ports[1]).port,
            /spec\.ports\.1\.port of Service ns\/s is not known in preview/,
        );
    });
});

describe("StackIndex", () => {
    it("finds objects by kind, namespace and name", () => {
        const index = new StackIndex([resource(deployment("a", {})), resource(deployment("a", {}, "other"))]);
        assert.equal(index.find(kinds.deployment, "other", "a")?.namespace, "other");
        assert.equal(index.find(kinds.deployment, "other", "b"), undefined);
        assert.equal(index.find({ group: "extensions", kind: "Deployment" }, "ns", "a"), undefined);
    });

    it("does not conclude from a failed look-up while a name is unknown", () => {
        const index = new StackIndex([resource(deployment(unknown, {}))]);
        assert.throws(() => index.find(kinds.deployment, "ns", "a"), /metadata\.name of Deployment/);
        assert.equal(index.find(kinds.service, "ns", "a"), undefined);
    });

    it("selects templates by labels and expressions, in the namespace only", () => {
        const index = new StackIndex([
            resource(deployment("a", { app: "x", tier: "1" })),
            resource(deployment("b", { app: "x" })),
            resource(deployment("c", { app: "x", tier: "1" }, "other")),
        ]);
        const names = (selector: unknown) =>
            index.pods.select("ns", labelSelector(selector)).templates.map(({ owner }) => owner.name);
        assert.deepEqual(names({ matchLabels: { app: "x", tier: "1" } }), ["a"]);
        assert.deepEqual(names({ matchLabels: { app: "x" } }), ["a", "b"]);
        assert.deepEqual(names({}), ["a", "b"]);
        const expression = (operator: string, values?: string[]) => ({
            matchExpressions: [{ key: "tier", operator, values }],
        });
        assert.deepEqual(names(expression("In", ["1"])), ["a"]);
        assert.deepEqual(names(expression("NotIn", ["1"])), ["b"]);
        assert.deepEqual(names(expression("Exists")), ["a"]);
        assert.deepEqual(names(expression("DoesNotExist")), ["b"]);
        assert.deepEqual(names(expression("Near", ["1"])), []);
    });

    it("says that a selection is undecided while labels are unknown", () => {
        const index = new StackIndex([
            resource(deployment("a", unknown)),
            resource(deployment("b", { app: "x" })),
        ]);
        const selection = index.pods.select("ns", labelSelector({ matchLabels: { app: "x" } }));
        assert.equal(selection.templates.length, 1);
        assert.match(
            selection.undecided?.message ?? "",
            /spec\.template\.metadata\.labels of Deployment ns\/a/,
        );
        assert.equal(index.pods.select("other", labelSelector({})).undecided, undefined);
    });

    it("gives the stack's outputs", () => {
        const index = new StackIndex([stack({ url: "http://x:8200", later: unknown })]);
        assert.equal(index.stackOutputs[0]?.read(), "http://x:8200");
        assert.throws(() => index.stackOutputs[1]?.read(), /later of the stack's outputs is not known/);
    });
});

describe("each", () => {
    const noOddPorts: Rule = {
        name: "no-odd-ports",
        description: "Ports are even.",
        severity: "low",
        enforcementLevel: "mandatory",
        remediationSteps: "Add one.",
        *checkStack(index) {
            yield* each(index.ofKind(kinds.service), function* (service) {
                yield* each(list(service.spec.ports), function* (port) {
                    if (Number(record(port).port) % 2 === 1) {
                        yield { message: `port ${String(record(port).port)} is odd` };
                    }
                });
            });
        },
    };

    it("checks everything that is known around what is not", () => {
        const service = (name: string, ports: unknown) => ({
            apiVersion: "v1",
            kind: "Service",
            metadata: { name, namespace: "ns" },
            spec: { ports },
        });
        assert.deepEqual(
            checkStack(noOddPorts, [
                service("a", [{ port: 1 }, { port: unknown }, unknown, { port: 3 }]),
                service("b", unknown),
                service("c", [{ port: 5 }]),
            ]),
            [
                "Service ns/a: port 1 is odd",
                "waits: Service ns/a: spec.ports.1.port of Service ns/a is not known in preview",
                "waits: Service ns/a: spec.ports.2 of Service ns/a is not known in preview",
                "Service ns/a: port 3 is odd",
                "waits: Service ns/b: spec.ports of Service ns/b is not known in preview",
                "Service ns/c: port 5 is odd",
            ],
        );
    });
});

describe("toPolicy", () => {
    it("makes one index for all policies of an analysis, and another for the next", async () => {
        const seen: StackIndex[] = [];
        const looking = (name: string): Rule => ({
            name,
            description: "Looks.",
            severity: "low",
            enforcementLevel: "advisory",
            remediationSteps: "None.",
            checkStack: (index) => {
                seen.push(index);
                return [];
            },
        });
        const policies = [looking("one"), looking("two")].map(toPolicy);
        // The server's own handler: that its requests can be told apart is its doing, and not documented.
        const analyzeStack = makeAnalyzeStackRpcFun("pack", "1", "advisory", policies);
        for (let analysis = 0; analysis < 2; analysis++) {
            const request = new messages.AnalyzeStackRequest();
            const named = new messages.AnalyzerResource();
            named.setProperties(new Struct());
            named.setOptions(new messages.AnalyzerResourceOptions());
            request.addResources(named);
            await new Promise<void>((resolve, reject) => {
                analyzeStack({ request }, (error) => (error ? reject(error) : resolve()));
            });
        }
        assert.equal(seen.length, 4);
        assert.equal(seen[0], seen[1]);
        assert.equal(seen[2], seen[3]);
        assert.notEqual(seen[1], seen[2]);
    });
});

/** What a policy made of a rule says of a Service, each as `<level>: <message>`, by the rule's own level `mandatory`. */
function said(rule: Partial<Rule>, config: object = {}, inputs: object = {}): string[] {
    const policy = toPolicy({
        name: "rule",
        description: "Judges.",
        severity: "low",
        enforcementLevel: "mandatory",
        remediationSteps: "None.",
        ...rule,
    }) as ResourceValidationPolicy & StackValidationPolicy;
    const messages: string[] = [];
    const report = (violation: string | { message: string }) =>
        messages.push(
            typeof violation === "string" ? `mandatory: ${violation}` : `advisory: ${violation.message}`,
        );
    const service = resource({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "s", namespace: "ns" },
        ...inputs,
    });
    const validate = (rule.checkResource ? policy.validateResource : policy.validateStack) as (
        args: unknown,
        report: unknown,
    ) => void;
    validate({ ...service, opts: {}, resources: [service, service], getConfig: () => config }, report);
    return messages;
}

describe("a rule that throws", () => {
    const failing: Partial<Rule> = {
        *checkStack(index) {
            yield { message: "before" };
            yield* each(index.objects, function* (object) {
                yield { message: `in ${String(object.name)}` };
                throw new TypeError("a mistake");
            });
            yield { message: "after", level: "advisory" };
        },
    };

    it("becomes one finding at its own level, and keeps what it found", () => {
        assert.deepEqual(said(failing), [
            "mandatory: before",
            "mandatory: in s",
            "mandatory: in s",
            "advisory: after",
            "mandatory: The check rule of Service ns/s failed, and 1 more of its checks, so that nothing is known of what it judges: TypeError: a mistake. Exempt the object or disable the rule to go on without it.",
        ]);
        const long = () => {
            throw new Error("x".repeat(100_000));
        };
        assert.ok((said({ checkResource: long })[0]?.length ?? 0) < 1400);
    });

    it("can be exempted from", () => {
        assert.match(
            said(failing, { exempt: ["Service ns/s"] }).at(-1) ?? "",
            /^advisory: Exempt by the pack's config: The check rule of Service ns\/s failed/,
        );
    });

    it("is every rule, for an object without an end", () => {
        const spec: Record<string, unknown> = {};
        spec.spec = spec;
        const [message = ""] = said(
            { checkResource: (object) => [{ message: String(object.spec.spec) }] },
            {},
            { spec },
        );
        assert.match(message, /RangeError: spec of Service ns\/s has more than 100000 values or 500 levels/);
    });
});

describe("messages", () => {
    const saying = (message: string): Partial<Rule> => ({ checkResource: () => [{ message }] });

    it("show what a terminal would obey", () => {
        assert.deepEqual(said(saying("a\u001b[31mb\u0007\n\u202e\u2028\u0085\ud800c")), [
            "mandatory: a\\u001b[31mb\\u0007\n\\u202e\\u2028\\u0085\\ud800c",
        ]);
        assert.deepEqual(said(saying("größer als 1 µs \u{1f600}")), ["mandatory: größer als 1 µs \u{1f600}"]);
    });

    it("keep the beginning and the end of what is long", () => {
        const [message = ""] = said(saying(`begin${"x".repeat(1_000_000)}end`));
        assert.match(message, /^mandatory: beginx+\.\.\. 998808 characters left out \.\.\.x+end$/);
        assert.ok(message.length < 1400);
    });
});

describe("exemptions", () => {
    const exempt = (name: string, pattern: string) =>
        said(
            {
                *checkResource(object) {
                    yield { object, message: "m" };
                },
            },
            { exempt: [pattern] },
            { metadata: { name, namespace: "ns" } },
        )[0]?.startsWith("advisory") ?? false;

    it("take `*` for any text, and everything else as it is", () => {
        const taken: [string, string][] = [
            ["s", "Service ns/s"],
            ["s", "*"],
            ["s", "**"],
            ["abc", "* ns/a*c"],
            ["abc", "Service ns/*abc*"],
            ["abcabc", "Service ns/*abc"],
            ["a.c", "Service ns/a.c"],
        ];
        const left: [string, string][] = [
            ["s", "Service ns/"],
            ["s", ""],
            ["abc", "Service ns/a.c"],
            ["abc", "Service ns/ab*bc"],
            ["abc", "service ns/abc"],
            ["abc", "Service ns/*b"],
            ["abc", "a*"],
        ];
        for (const [name, pattern] of taken) {
            assert.ok(exempt(name, pattern), pattern);
        }
        for (const [name, pattern] of left) {
            assert.ok(!exempt(name, pattern), pattern);
        }
    });

    it("take no longer for many `*`", () => {
        const took = processorTime(() => {
            assert.equal(exempt("a".repeat(20_000), `${"*a".repeat(200)}*b`), false);
        });
        assert.ok(took < 1000, `${String(took)} ms`);
    });
});
