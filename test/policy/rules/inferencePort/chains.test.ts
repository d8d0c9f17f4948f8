import { strict as assert } from "assert";
import { inferencePort as rule } from "../../../../policy/rules/inferencePort";
import type { Manifest } from "../../support/resources";
import { checkResource, checkStack, unknown } from "../../support/resources";
import { deployment, models, pool, route, service, toPool, toService } from "../fixtures";
import { chain, configured, stack } from "./fixtures";

describe("inference-port: Services and pools by themselves", () => {
    const check = (manifest: Manifest) => checkResource(rule, manifest);

    it("passes a named, a numeric and a default targetPort", () => {
        for (const targetPort of ["http", 8200, undefined]) {
            assert.deepEqual(check(service({ targetPort })), []);
        }
    });

    it("lets a Service have other ports as well, if one is the right one", () => {
        const ports = (...numbers: number[]) =>
            check(service({}, { ports: numbers.map((port) => ({ port })) }));
        assert.deepEqual(ports(8200, 9090), []);
        assert.deepEqual(ports(80, 9090), [
            `Service models/proxy: Service models/proxy: its ports (spec.ports) are 80, 9090, but ${configured}.`,
        ]);
    });

    it("leaves headless Services and those of other applications alone", () => {
        assert.deepEqual(check(service({ port: 5557 }, { clusterIP: "None" })), []);
        assert.deepEqual(check(service({ port: 8080 }, { selector: { app: "web" } })), []);
    });

    it("reports a pool's target port, in either API group", () => {
        assert.deepEqual(check(pool()), []);
        assert.deepEqual(check(pool({ targetPorts: [{ number: 8000 }] })), [
            `InferencePool models/pool: InferencePool models/pool: a target port (spec.targetPorts.0.number) is 8000, but ${configured}.`,
        ]);
        assert.match(check(pool({ targetPorts: [] }))[0] ?? "", /it has no target port/);
        const alpha = {
            ...pool({ targetPortNumber: 8000 }),
            apiVersion: "inference.networking.x-k8s.io/v1alpha2",
        };
        assert.match(check(alpha)[0] ?? "", /spec\.targetPortNumber\) is 8000/);
    });

    it("waits for a port that is not known, and judges the targetPort beside it", () => {
        assert.deepEqual(check(service({ port: unknown, targetPort: 8000 })), [
            "waits: Service models/proxy: spec.ports.0.port of Service models/proxy is not known in preview",
            `Service models/proxy: Service models/proxy: a targetPort (spec.ports.0.targetPort) is 8000, but ${configured}.`,
        ]);
    });
});

describe("inference-port: chains", () => {
    it("passes a chain through a Service and one through a pool", () => {
        assert.deepEqual(stack(chain), []);
        assert.deepEqual(stack([deployment(), pool(), route(toPool)]), []);
    });

    it("does not judge other applications' chains", () => {
        const web = { name: "web", namespace: models };
        assert.deepEqual(
            stack([
                ...chain,
                {
                    apiVersion: "v1",
                    kind: "Service",
                    metadata: web,
                    spec: { selector: { app: "web" }, ports: [{ port: 8080 }] },
                },
                deployment({ name: "web", labels: { app: "web" }, container: { args: ["--port=8080"] } }),
                route({ ...web, port: 8080 }, { name: "web" }),
            ]),
            [],
        );
    });

    it("resolves named targetPorts in each selected template", () => {
        assert.deepEqual(
            stack([deployment({ container: { ports: [{ name: "http", containerPort: 8000 }] } }), service()]),
            [
                "Deployment models/decode: Deployment models/decode: the port named http of container server (spec.template.spec.containers.0.ports.0.containerPort) is 8000, but Service models/proxy: a port (spec.ports.0.port) is 8200.",
            ],
        );
        assert.deepEqual(stack([deployment(), service({ targetPort: "web" })]), [
            `Service models/proxy: Service models/proxy: a targetPort in the pods of Deployment models/decode (spec.ports.0.targetPort) is "web", which is no port, but ${configured}.`,
        ]);
    });

    it("judges the pods of a pool whatever their labels", () => {
        const labels = { app: "server" };
        const [finding] = stack([
            pool({ selector: { matchLabels: labels } }),
            deployment({ labels, container: { args: ["--port=8000"] } }),
        ]);
        assert.match(finding ?? "", /`--port` of container server .* is 8000/);
    });

    it("advises on a further target port of a pool that its pods do not declare", () => {
        const ranks = pool({ targetPorts: [{ number: 8200 }, { number: 8201 }] });
        assert.match(
            stack([deployment(), ranks])[0] ?? "",
            /^advisory: .* is 8201, which the pods of Deployment models\/decode do not declare/,
        );
        const ports = [{ containerPort: 8200, name: "http" }, { containerPort: 8201 }];
        assert.deepEqual(stack([deployment({ container: { ports } }), ranks]), []);
    });

    it("says what waits, and judges the rest", () => {
        const findings = checkStack(
            rule,
            [
                deployment(),
                service(),
                route({ ...toService, port: unknown }),
                route({ ...toService, port: 1 }, { name: "b" }),
            ],
            { outputs: { address: unknown } },
        );
        assert.deepEqual(findings, [
            "waits: HTTPRoute routes/route: spec.rules.0.backendRefs.0.port of HTTPRoute routes/route is not known in preview",
            "HTTPRoute routes/b: HTTPRoute routes/b: the port of the reference to Service models/proxy (spec.rules.0.backendRefs.0.port) is 1, but Service models/proxy: a port (spec.ports.0.port) is 8200.",
            "waits: address of the stack's outputs is not known in preview",
        ]);
    });

    it("waits where it cannot tell whether something is for inference", () => {
        assert.deepEqual(stack([deployment(), service({}, { selector: unknown })]), [
            "waits: Service models/proxy: spec.selector of Service models/proxy is not known in preview",
        ]);
    });

    it("judges simulators without llm-d's labels behind a Service", () => {
        const labels = { app: "chat" };
        const container = { image: "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2" };
        const wrong = service({ targetPort: 8000 }, { selector: labels });
        assert.match(
            stack([deployment({ labels, container }), wrong, route(toService)])[0] ?? "",
            /^Service models\/proxy: Service models\/proxy: a targetPort .* is 8000/,
        );
        assert.equal(
            checkResource(rule, deployment({ labels, container: { ...container, args: [] } })).length,
            1,
        );
        assert.deepEqual(
            stack([
                deployment({ labels, container: { image: "example.com/web:1" } }),
                wrong,
                route(toService),
            ]),
            [],
        );
    });
});
