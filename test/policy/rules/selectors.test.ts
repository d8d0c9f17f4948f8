import { strict as assert } from "assert";
import { selectors as rule } from "../../../policy/rules/selectors";
import type { Manifest } from "../support/resources";
import { checkResource, checkStack, unknown } from "../support/resources";
import { picker } from "./pickerFixtures";
import { decodeLabels, deployment, models, pool, route, service, toPool, toService } from "./fixtures";

const prefillLabels = { ...decodeLabels, "llm-d.ai/role": "prefill" };
const prefill = deployment({ name: "prefill", labels: prefillLabels });
const selected = "{llm-d.ai/inferenceServing: true, llm-d.ai/role: decode}";

/** Findings without the object before them. */
function check(...manifests: Manifest[]): string[] {
    return checkStack(rule, manifests).map((finding) =>
        finding.replace(/^(waits: |advisory: )?[^:]*: /, "$1"),
    );
}

describe("selectors", () => {
    it("passes where each Service and pool selects decode pods", () => {
        assert.deepEqual(
            check(deployment(), prefill, service(), pool(), route(toService), route(toPool, { name: "b" })),
            [],
        );
    });

    it("reports a selector that no template fits", () => {
        assert.deepEqual(check(service()), [
            `Service models/proxy selects ${selected} (spec.selector), which no pod template of the program in namespace models has.`,
        ]);
        assert.deepEqual(check(pool()), [
            `InferencePool models/pool selects ${selected} (spec.selector), which no pod template of the program in namespace models has.`,
        ]);
        const elsewhere = { ...deployment(), metadata: { name: "decode", namespace: "elsewhere" } };
        assert.equal(check(elsewhere, service(), pool()).length, 2);
    });

    it("reports a routed Service or a proxy without a fitting selector, next to model servers", () => {
        const other = service({}, { selector: { app: "x" } });
        assert.equal(check(deployment(), other, route(toService)).length, 1);
        assert.equal(check(deployment(), service({}, { selector: undefined }), route(toService)).length, 1);
        const proxy = { ...other, metadata: { name: "gaie-x-proxy", namespace: models } };
        assert.equal(check(deployment(), proxy).length, 1);
        assert.deepEqual(check(deployment(), other), []);
        assert.deepEqual(check(other, route(toService)), []);
    });

    it("reports a Service and a pool that select prefill pods", () => {
        const wide = { "llm-d.ai/inferenceServing": "true" };
        assert.deepEqual(check(deployment(), prefill, service({}, { selector: wide })), [
            "Service models/proxy selects {llm-d.ai/inferenceServing: true} (spec.selector), and so the prefill pods of Deployment models/prefill, which cannot answer requests by themselves.",
        ]);
        assert.equal(check(deployment(), prefill, pool({ selector: { matchLabels: wide } })).length, 1);
        assert.equal(check(prefill, service({}, { selector: prefillLabels }), route(toService)).length, 1);
    });

    describe("where the endpoint picker tells the roles apart", () => {
        const labels = { app: "epp" };
        const metadata = { name: "epp", namespace: models };
        const picker = (plugins: string): Manifest[] => [
            {
                ...deployment({
                    labels,
                    container: {
                        image: "example.com/llm-d-router-endpoint-picker:v0.9.0",
                        args: [`--config-text=plugins: [${plugins}]`],
                    },
                }),
                metadata,
            },
            {
                apiVersion: "v1",
                kind: "Service",
                metadata,
                spec: { selector: labels, ports: [{ port: 9002 }] },
            },
        ];
        const both = { matchLabels: { "llm-d.ai/inferenceServing": "true" } };
        const held = (plugins: string, spec: object = {}, expected = /^InferencePool .*cannot answer/) =>
            check(
                deployment(),
                prefill,
                ...picker(plugins),
                pool({ selector: both, endpointPickerRef: { name: "epp" }, ...spec }),
            ).filter((finding) => expected.test(finding)).length;
        const roles = "type: decode-filter}, {type: prefill-filter}, {type: ";

        it("lets a pool hold prefill pods", () => {
            for (const handler of ["pd-profile-handler", "disagg-profile-handler"]) {
                assert.equal(held(`{${roles}${handler}}`), 0);
            }
        });

        it("does not where the picker runs one profile or does not filter", () => {
            assert.equal(held(`{${roles}single-profile-handler}`), 1);
            assert.equal(held("{type: decode-filter}, {type: pd-profile-handler}"), 1);
            assert.equal(held("{type: ["), 1);
        });

        it("advises against it where the picker may be passed over", () => {
            const open = { endpointPickerRef: { name: "epp", failureMode: "FailOpen" } };
            assert.equal(held(`{${roles}pd-profile-handler}`, open, /^advisory: .*fails open/), 1);
            assert.equal(held(`{${roles}single-profile-handler}`, open, /^InferencePool .*cannot answer/), 1);
        });

        it("still wants decode pods in the pool", () => {
            const only = { selector: { matchLabels: prefillLabels } };
            assert.equal(held(`{${roles}pd-profile-handler}`, only), 1);
        });

        it("waits for a configuration that is not known", () => {
            const [epp, eppService] = picker("") as [Manifest, Manifest];
            const late = {
                ...deployment({
                    labels,
                    container: { image: "example.com/llm-d-router-endpoint-picker:v0.9.0", args: [unknown] },
                }),
                metadata: epp.metadata,
            };
            const [finding] = check(
                deployment(),
                prefill,
                late,
                eppService,
                pool({ selector: both, endpointPickerRef: { name: "epp" } }),
            );
            assert.match(
                finding ?? "",
                /^waits: spec\.template\.spec\.containers\.0\.args\.0 of Deployment models\/epp/,
            );
        });
    });

    it("lets a Service that no route leads to be for prefill pods only", () => {
        assert.deepEqual(check(deployment(), prefill, service({}, { selector: prefillLabels })), []);
    });

    it("reports a workload whose selector is not its template's, before it is created", () => {
        const broken = deployment() as Manifest & { spec: { selector: object } };
        broken.spec.selector = { matchLabels: { app: "x" } };
        assert.deepEqual(checkResource(rule, broken), [
            `Deployment models/decode: Deployment models/decode selects {app: x} (spec.selector), but labels its pods ${selected} (spec.template.metadata.labels).`,
        ]);
        assert.deepEqual(checkResource(rule, deployment()), []);
        broken.spec.selector = { matchExpressions: [{ key: "llm-d.ai/role", operator: "Exists" }] };
        assert.deepEqual(checkResource(rule, broken), []);
    });

    it("waits for labels that are not known, instead of passing or failing", () => {
        const waiting = [
            "waits: spec.template.metadata.labels of Deployment models/decode is not known in preview",
        ];
        assert.deepEqual(check(deployment({ labels: unknown }), service()), waiting);
        assert.deepEqual(
            check(
                deployment({ labels: unknown }),
                prefill,
                service({}, { selector: prefillLabels }),
                route(toService),
            ),
            [
                "Service models/proxy selects {llm-d.ai/inferenceServing: true, llm-d.ai/role: prefill} (spec.selector), and so the prefill pods of Deployment models/prefill, which cannot answer requests by themselves.",
                ...waiting,
            ],
        );
    });

    describe("models", () => {
        const server = (name: string, args: string[], container: Record<string, unknown> = {}) =>
            deployment({ name, container: { args: ["--port=8200", ...args], ...container } });
        const several = (...args: string[][]) =>
            check(
                ...args.map((own, at) => server(`m${String(at)}`, own)),
                service(),
                pool(),
                route(toService),
            );

        it("are one for each Service and pool", () => {
            const said = (backend: string) =>
                `${backend} selects pods of several models: a (Deployment models/m0, spec.template.spec.containers.0.args.1) and b (Deployment models/m1, spec.template.spec.containers.0.args.1). Requests for one of them that come to a pod of the other get 404.`;
            assert.deepEqual(several(["--model=a"], ["--model=b"]), [
                said("InferencePool models/pool"),
                said("Service models/proxy"),
            ]);
            assert.equal(several(["--model", "a"], ["--model", "a"], ["--model", "b"]).length, 2);
        });

        it("are told by the names that they are served under", () => {
            assert.deepEqual(
                several(["--model=a", "--served-model-name=x"], ["--model=b", "--served-model-name", "x"]),
                [],
            );
            assert.deepEqual(
                several(["--served-model-name", "x", "y"], ["--served-model-name", "y", "x"]),
                [],
            );
            assert.ok(several(["--served-model-name", "x", "y"], ["--model=x"])[0]?.startsWith("advisory: "));
            assert.equal(several(["--model=a", "--served-model-name=x"], ["--model=a"]).length, 2);
        });

        it("are not guessed", () => {
            assert.deepEqual(several(["--model=a"], []), []);
            assert.deepEqual(several(["--model=a"], ["--model=$(MODEL)"]), []);
            const variable = { env: [{ name: "MODEL", value: "b" }] };
            assert.equal(
                check(server("a", ["--model=a"]), server("b", ["--model=$(MODEL)"], variable), pool()).length,
                1,
            );
            assert.deepEqual(
                check(
                    server("a", ["--model=a"]),
                    server("b", [], { args: [], command: ["sh", "-c", "serve --model b"] }),
                    pool(),
                ),
                [],
            );
            assert.deepEqual(
                check(
                    server("a", ["--model=a"]),
                    server("b", ["--model=b"]),
                    service({}, { clusterIP: "None" }),
                ),
                [],
            );
        });
    });

    it("takes pools in different namespaces for pools of different pods", () => {
        const elsewhere = { ...pool(), metadata: { name: "second", namespace: "other" } };
        assert.equal(
            check(deployment(), pool(), elsewhere).filter((said) => said.startsWith("advisory")).length,
            0,
        );
    });

    it("knows simulators by their image and by an endpoint picker's selector, whatever their labels", () => {
        const labels = { app: "chat" };
        const absent = service({}, { selector: { app: "chats" } });
        const simulator = deployment({
            labels,
            container: { image: "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2" },
        });
        assert.match(
            check(simulator, absent, route(toService))[0] ?? "",
            /which no pod template of the program/,
        );
        const other = deployment({ labels, container: { image: "example.com/server:1" } });
        assert.deepEqual(check(other, absent, route(toService)), []);
        const epp = picker({ args: ["--endpoint-selector=app=chat", `--pool-namespace=${models}`] });
        assert.match(
            check(other, epp, absent, route(toService))[0] ?? "",
            /which no pod template of the program/,
        );
    });
});
