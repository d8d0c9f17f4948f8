import { strict as assert } from "assert";
import { workloadHygiene as rule } from "../../../policy/rules/workloadHygiene";
import type { Manifest } from "../support/resources";
import { checkResource, unknown } from "../support/resources";
import { deployment } from "./fixtures";
import { picker } from "./pickerFixtures";

type Fields = Record<string, unknown>;

const check = (container: Fields, pod: Fields = {}, config = {}) =>
    checkResource(rule, picker({ container, ...pod }), config);
const restricted = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const careless: Manifest = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "debug", namespace: "web" },
    spec: { hostNetwork: true, containers: [{ name: "debug", image: "busybox" }] },
};
const digest = `sha256:${"0".repeat(64)}`;
const job = {
    ...deployment({
        container: { securityContext: restricted },
        securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
    }),
    apiVersion: "batch/v1",
};

describe("workload-hygiene", () => {
    it("passes a careful pod", () => {
        assert.deepEqual(checkResource(rule, picker()), []);
        assert.deepEqual(check({ image: `llm-d-inference-scheduler@${digest}` }), []);
    });

    it("checks others' pods where the config says so", () => {
        assert.deepEqual(checkResource(rule, careless), []);
        assert.deepEqual(checkResource(rule, careless, { scope: "all", resources: [] }), [
            "Pod web/debug: Pod web/debug: hostNetwork is true (spec.hostNetwork).",
            "Pod web/debug: Pod web/debug: image busybox of container debug has neither tag nor digest (spec.containers.0.image).",
            "Pod web/debug: Pod web/debug: container debug may run as root: runAsNonRoot is not true (spec.containers.0.securityContext.runAsNonRoot).",
            "Pod web/debug: Pod web/debug: container debug may gain privileges: allowPrivilegeEscalation is not false (spec.containers.0.securityContext.allowPrivilegeEscalation).",
            "Pod web/debug: Pod web/debug: container debug does not drop ALL capabilities (spec.containers.0.securityContext.capabilities.drop).",
            "Pod web/debug: Pod web/debug: container debug has no seccomp profile; it has to be RuntimeDefault or Localhost (spec.containers.0.securityContext.seccompProfile.type).",
            "Pod web/debug: Pod web/debug: container debug has no livenessProbe (spec.containers.0).",
            "Pod web/debug: Pod web/debug: container debug has no readinessProbe (spec.containers.0).",
        ]);
    });

    it("checks model servers by their labels", () => {
        assert.deepEqual(checkResource(rule, deployment(), { resources: [] }), [
            "Deployment models/decode: Deployment models/decode: container server may run as root: runAsNonRoot is not true (spec.template.spec.containers.0.securityContext.runAsNonRoot).",
            "Deployment models/decode: Deployment models/decode: container server may gain privileges: allowPrivilegeEscalation is not false (spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation).",
            "Deployment models/decode: Deployment models/decode: container server does not drop ALL capabilities (spec.template.spec.containers.0.securityContext.capabilities.drop).",
            "Deployment models/decode: Deployment models/decode: container server has no seccomp profile; it has to be RuntimeDefault or Localhost (spec.template.spec.containers.0.securityContext.seccompProfile.type).",
            "Deployment models/decode: Deployment models/decode: container server has no livenessProbe (spec.template.spec.containers.0).",
        ]);
    });

    it("reports images that are not pinned", () => {
        assert.deepEqual(check({ image: undefined }), [
            'Deployment models/epp: Deployment models/epp: image "" of container epp has neither tag nor digest (spec.template.spec.containers.0.image).',
        ]);
    });

    it("reports missing requests and limits", () => {
        assert.deepEqual(check({ resources: { limits: { memory: "1Gi" } } }), [
            "Deployment models/epp: Deployment models/epp: container epp sets no requests.cpu, requests.memory (spec.template.spec.containers.0.resources).",
        ]);
        assert.deepEqual(
            check({ resources: { requests: { cpu: 1 } } }, {}, { resources: ["requests.cpu"] }),
            [],
        );
    });

    it("asks for a limit of CPU of model servers, and of no endpoint picker", () => {
        const bounded = { requests: { cpu: 1, memory: "1Gi" }, limits: { memory: "1Gi" } };
        assert.deepEqual(check({ resources: bounded }), []);
        const server = checkResource(rule, deployment({ container: { resources: bounded } }));
        assert.ok(server.some((finding) => /container server sets no limits\.cpu \(/.test(finding)));
        const sidecar = { name: "sidecar", image: "a:v1", securityContext: restricted, resources: bounded };
        assert.deepEqual(check({}, { initContainers: [sidecar] }), [
            "Deployment models/epp: Deployment models/epp: container sidecar sets no limits.cpu (spec.template.spec.initContainers.0.resources).",
        ]);
    });

    it("reports what a restricted pod may not do", () => {
        assert.deepEqual(check({ securityContext: undefined }), [
            "Deployment models/epp: Deployment models/epp: container epp may gain privileges: allowPrivilegeEscalation is not false (spec.template.spec.containers.0.securityContext.allowPrivilegeEscalation).",
            "Deployment models/epp: Deployment models/epp: container epp does not drop ALL capabilities (spec.template.spec.containers.0.securityContext.capabilities.drop).",
        ]);
        assert.deepEqual(
            check({
                securityContext: { ...restricted, privileged: true, runAsUser: 0, runAsNonRoot: false },
            }),
            [
                "Deployment models/epp: Deployment models/epp: container epp may run as root: runAsNonRoot is not true (spec.template.spec.containers.0.securityContext.runAsNonRoot).",
                "Deployment models/epp: Deployment models/epp: container epp runs as root: runAsUser is 0 (spec.template.spec.containers.0.securityContext.runAsUser).",
                "Deployment models/epp: Deployment models/epp: container epp is privileged (spec.template.spec.containers.0.securityContext.privileged).",
            ],
        );
        assert.deepEqual(
            check({
                securityContext: {
                    ...restricted,
                    capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE", "SYS_ADMIN"] },
                },
            }),
            [
                "Deployment models/epp: Deployment models/epp: container epp adds the capabilities SYS_ADMIN (spec.template.spec.containers.0.securityContext.capabilities.add).",
            ],
        );
        assert.deepEqual(check({}, { securityContext: { seccompProfile: { type: "Unconfined" } } }), [
            "Deployment models/epp: Deployment models/epp: container epp may run as root: runAsNonRoot is not true (spec.template.spec.containers.0.securityContext.runAsNonRoot).",
            "Deployment models/epp: Deployment models/epp: container epp has seccomp profile Unconfined; it has to be RuntimeDefault or Localhost (spec.template.spec.containers.0.securityContext.seccompProfile.type).",
        ]);
        assert.deepEqual(
            check(
                {
                    securityContext: {
                        ...restricted,
                        runAsNonRoot: true,
                        seccompProfile: { type: "Localhost" },
                    },
                },
                { securityContext: {} },
            ),
            [],
        );
    });

    it("reports missing probes, except of jobs and init containers", () => {
        assert.deepEqual(checkResource(rule, { ...job, kind: "Job" }, { resources: [] }), []);
        assert.deepEqual(
            check({}, { initContainers: [{ name: "init", image: "busybox", securityContext: restricted }] }),
            [
                "Deployment models/epp: Deployment models/epp: image busybox of container init has neither tag nor digest (spec.template.spec.initContainers.0.image).",
                "Deployment models/epp: Deployment models/epp: container init sets no requests.cpu, requests.memory, limits.cpu, limits.memory (spec.template.spec.initContainers.0.resources).",
            ],
        );
    });

    it("waits for what is not known in preview, and checks the rest", () => {
        assert.deepEqual(check({ image: unknown, livenessProbe: undefined }), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.image of Deployment models/epp is not known in preview",
            "Deployment models/epp: Deployment models/epp: container epp has no livenessProbe (spec.template.spec.containers.0).",
        ]);
        assert.deepEqual(check({ securityContext: unknown, resources: unknown }), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.securityContext of Deployment models/epp is not known in preview",
            "waits: Deployment models/epp: spec.template.spec.containers.0.resources of Deployment models/epp is not known in preview",
        ]);
        assert.deepEqual(checkResource(rule, { ...picker(), spec: unknown }), [
            "waits: Deployment models/epp: spec of Deployment models/epp is not known in preview",
        ]);
    });

    it("asks for digests where the config does, and says how to write one", () => {
        const config = { requireDigest: true };
        assert.deepEqual(check({}, {}, config), [
            "Deployment models/epp: Deployment models/epp: image ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0 of container epp has no digest (spec.template.spec.containers.0.image), which `requireDigest` in this rule's config asks for; write it after the tag, as ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0@sha256:...",
        ]);
        for (const image of [
            `registry.example.com/epp@${digest}`,
            `registry.example.com/epp:v0.8.0@${digest}`,
        ]) {
            assert.deepEqual(check({ image }, {}, config), []);
        }
        assert.equal(check({ image: "registry.example.com/epp" }, {}, config).length, 1);
        assert.deepEqual(check({ image: "localhost/llm-d-inference-scheduler:v0.4.0" }, {}, config), []);
    });

    it("checks simulators by their image, whatever their labels", () => {
        const simulator = (image: unknown) =>
            checkResource(rule, deployment({ labels: { app: "chat" }, container: { image } }), {
                resources: [],
            });
        assert.match(simulator("ghcr.io/llm-d/llm-d-inference-sim:latest")[0] ?? "", /is whatever is newest/);
        assert.ok(simulator("mirror.example.com/a/inference-sim:v0.8.2").length > 0);
        assert.deepEqual(simulator("example.com/web:latest"), []);
        assert.match(simulator(unknown)[0] ?? "", /^waits: /);
    });
});
