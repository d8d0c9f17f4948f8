import { strict as assert } from "assert";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RunResult } from "../../local/engine";
import { useControlPlane } from "./engineHarness";

/** The step of a resource, by its name in the program. */
function stepOf(result: RunResult, name: string, op?: string) {
    const found = result.steps.find(
        (step) => step.urn.endsWith(`::${name}`) && (op === undefined || step.op === op),
    );
    assert.ok(
        found,
        `no step of ${name} in ${JSON.stringify(result.steps.map(({ op: o, urn }) => [o, urn]))}`,
    );
    return found;
}

const namespace = (name: string, opts?: pulumi.CustomResourceOptions) =>
    new k8s.core.v1.Namespace(name, { metadata: { name } }, opts);

describe("stand-in Kubernetes provider (end to end)", function () {
    this.timeout(30 * 60_000);
    const cluster = useControlPlane();

    it("creates, leaves alone, updates in place and deletes", async () => {
        const settings = { image: "app:1", extra: true };
        const stack = await cluster.open("lifecycle", () => {
            const ns = namespace("lifecycle");
            const labels = { app: "web" };
            const web = new k8s.apps.v1.Deployment("web", {
                metadata: {
                    namespace: ns.metadata.name,
                    name: "web",
                    ...(settings.extra ? { labels: { extra: "yes" } } : {}),
                },
                spec: {
                    replicas: 2,
                    selector: { matchLabels: labels },
                    template: {
                        metadata: { labels },
                        spec: {
                            containers: [
                                {
                                    name: "main",
                                    image: settings.image,
                                    ports: [{ containerPort: 80 }],
                                    resources: { limits: { cpu: "1000m" } },
                                },
                            ],
                        },
                    },
                },
            });
            const service = new k8s.core.v1.Service("service", {
                metadata: { namespace: ns.metadata.name },
                spec: { selector: labels, ports: [{ port: 80 }] },
            });
            return Promise.resolve({
                available: web.status.availableReplicas,
                uid: web.metadata.uid,
                ip: service.spec.clusterIP,
                service: service.metadata.name,
            });
        });
        const planned = await stack.preview();
        assert.equal(planned.changes.create, 4);
        assert.equal(stepOf(planned, "web").op, "create");

        await stack.up();
        const { available, uid, ip, service } = await stack.outputs();
        assert.equal(available?.value, 2);
        assert.match(String(uid?.value), /^[0-9a-f-]{36}$/);
        assert.match(String(ip?.value), /^\d+\.\d+\.\d+\.\d+$/);
        assert.match(String(service?.value), /^service-[0-9a-f]{8}$/);

        const again = await stack.preview();
        assert.deepEqual(again.changes, { same: 4 });
        const refreshed = await stack.preview({ refresh: true });
        assert.equal(refreshed.changes.update, undefined, "values that the API server rewrote are no drift");

        settings.image = "app:2";
        settings.extra = false;
        const changed = await stack.preview();
        assert.deepEqual(stepOf(changed, "web").detailedDiff, {
            "metadata.labels": "delete",
            "spec.template.spec.containers[0].image": "update",
        });
        await stack.up();
        const live = JSON.parse(cluster.kubectl("get", "-n", "lifecycle", "deploy", "web", "-o", "json")) as {
            metadata: { labels?: object; uid: string };
            spec: { template: { spec: { containers: { image: string }[] } } };
        };
        assert.equal(live.metadata.labels, undefined, "a field that the program drops is removed");
        assert.equal(live.metadata.uid, uid?.value, "an update keeps the object");
        assert.equal(live.spec.template.spec.containers[0]?.image, "app:2");

        const destroyed = await stack.destroy();
        assert.equal(destroyed.changes.delete, 4);
        assert.equal(cluster.kubectl("get", "ns", "lifecycle", "--ignore-not-found"), "");
    });

    it("replaces what cannot be changed: by name first, autonamed ones after", async () => {
        let value = "1";
        const stack = await cluster.open("replace", () => {
            const ns = namespace("replace");
            const metadata = { namespace: ns.metadata.name };
            new k8s.core.v1.ConfigMap("auto", { metadata, data: { value } });
            new k8s.core.v1.ConfigMap("named", { metadata: { ...metadata, name: "named" }, data: { value } });
            new k8s.apps.v1.Deployment("web", {
                metadata: { ...metadata, name: "web" },
                spec: {
                    replicas: 1,
                    selector: { matchLabels: { version: value } },
                    template: {
                        metadata: { labels: { version: value } },
                        spec: { containers: [{ name: "main", image: "app" }] },
                    },
                },
            });
            return Promise.resolve();
        });
        await stack.up();
        const names = () => cluster.kubectl("get", "-n", "replace", "cm", "-o", "name").split("\n");
        const before = names();
        value = "2";
        const planned = await stack.preview();
        assert.deepEqual(stepOf(planned, "auto", "replace").replaceKeys, ["data.value"]);
        assert.equal(
            stepOf(planned, "web", "replace").detailedDiff["spec.selector.matchLabels.version"],
            "update-replace",
        );
        const order = (await stack.up()).steps
            .filter(({ urn }) => /::(auto|named)$/.test(urn))
            .map(({ op, urn }) => `${op} ${urn.split("::").at(-1)}`);
        assert.ok(
            order.indexOf("create-replacement auto") < order.indexOf("delete-replaced auto"),
            order.join(),
        );
        assert.ok(
            order.indexOf("delete-replaced named") < order.indexOf("create-replacement named"),
            order.join(),
        );
        const after = names();
        assert.equal(after.length, before.length);
        assert.ok(after.includes("configmap/named"));
        assert.notDeepEqual(after, before);
        await stack.destroy();
    });

    it("changes the data of ConfigMaps and Secrets in place where the settings allow it", async () => {
        let value = "1";
        const stack = await cluster.open("mutable", () => {
            const ns = namespace("mutable");
            const provider = new k8s.Provider("p", {
                enableConfigMapMutable: true,
                enableSecretMutable: true,
            });
            const metadata = { namespace: ns.metadata.name };
            new k8s.core.v1.ConfigMap("map", { metadata, data: { value } }, { provider });
            new k8s.core.v1.Secret("secret", { metadata, stringData: { value } }, { provider });
            return Promise.resolve();
        });
        await stack.up();
        value = "2";
        const changed = await stack.up();
        assert.equal(stepOf(changed, "map").op, "update");
        assert.equal(stepOf(changed, "secret").op, "update");
        await stack.destroy();
    });

    it("never has a secret in clear in the state or on the screen", async () => {
        const password = "correct-horse-battery-staple";
        const stack = await cluster.open("secrets", () => {
            const ns = namespace("secrets");
            const metadata = { namespace: ns.metadata.name };
            new k8s.core.v1.Secret("given", { metadata, stringData: { password } });
            new k8s.core.v1.Secret("encoded", {
                metadata,
                data: { password: Buffer.from(password).toString("base64") },
            });
            new k8s.core.v1.ConfigMap("map", {
                metadata,
                data: { password: pulumi.secret(password), open: "seen" },
            });
            return Promise.resolve();
        });
        await stack.up({ diff: true });
        await stack.refresh();
        const texts = [cluster.stateOf("secrets"), stack.lines.join("\n")];
        for (const text of texts) {
            assert.ok(!text.includes(password));
            assert.ok(!text.includes(Buffer.from(password).toString("base64").slice(0, 30)));
        }
        assert.ok(texts[0]?.includes("seen"), "what is not secret stays readable");
        assert.deepEqual((await stack.preview()).changes, { same: 5 });
        await stack.destroy();
    });

    it("finds drift in a refresh and repairs it", async () => {
        const stack = await cluster.open("drift", () => {
            const ns = namespace("drift");
            const metadata = {
                namespace: ns.metadata.name,
                annotations: { "pulumi.com/patchForce": "true" },
            };
            new k8s.core.v1.ConfigMap("gone", { metadata: { ...metadata, name: "gone" }, data: { a: "1" } });
            new k8s.core.v1.Service("service", {
                metadata: { ...metadata, name: "service" },
                spec: {
                    ports: [
                        { name: "http", port: 80, targetPort: 80 },
                        { name: "https", port: 443 },
                    ],
                },
            });
            return Promise.resolve();
        });
        await stack.up();
        const drift = () => {
            cluster.kubectl("delete", "-n", "drift", "cm", "gone");
            const patch = JSON.stringify([{ op: "replace", path: "/spec/ports/0/targetPort", value: 8080 }]);
            cluster.kubectl("patch", "-n", "drift", "svc", "service", "--type=json", "-p", patch);
        };
        const port = () =>
            cluster.kubectl(
                "get",
                "-n",
                "drift",
                "svc",
                "service",
                "-o",
                "jsonpath={.spec.ports[0].targetPort}",
            );

        drift();
        const refreshed = await stack.refresh();
        assert.equal(refreshed.changes.delete, 1);
        assert.equal(refreshed.changes.update, 1);
        const planned = await stack.preview();
        assert.deepEqual(stepOf(planned, "service").detailedDiff, { "spec.ports[0].targetPort": "update" });
        await stack.up();
        assert.equal(port(), "80");

        drift();
        const repaired = await stack.up({ refresh: true });
        assert.equal(stepOf(repaired, "gone", "create").failed, false);
        assert.equal(port(), "80");
        assert.deepEqual((await stack.preview({ refresh: true })).changes, { same: 4 });
        await stack.destroy();
    });

    it("names the other manager, the field and the way out of a conflict", async () => {
        const settings = { replicas: 1, force: false };
        const stack = await cluster.open("conflict", () => {
            const ns = namespace("conflict");
            new k8s.apps.v1.Deployment("web", {
                metadata: {
                    namespace: ns.metadata.name,
                    name: "web",
                    annotations: settings.force ? { "pulumi.com/patchForce": "true" } : {},
                },
                spec: {
                    replicas: settings.replicas,
                    selector: { matchLabels: { app: "web" } },
                    template: {
                        metadata: { labels: { app: "web" } },
                        spec: { containers: [{ name: "main", image: "app" }] },
                    },
                },
            });
            return Promise.resolve();
        });
        await stack.up();
        cluster.kubectl(
            "patch",
            "-n",
            "conflict",
            "deploy",
            "web",
            "--field-manager=rival",
            "-p",
            '{"spec":{"replicas":3}}',
        );
        settings.replicas = 2;
        await assert.rejects(stack.up(), (error: Error) => {
            assert.match(error.message, /conflict with "rival".*\.spec\.replicas/);
            assert.match(error.message, /pulumi\.com\/patchForce/);
            return true;
        });
        settings.force = true;
        await stack.up();
        assert.equal(
            cluster.kubectl("get", "-n", "conflict", "deploy", "web", "-o", "jsonpath={.spec.replicas}"),
            "2",
        );
        await stack.destroy();
    });

    it("does not take over an object that it did not create, unless told to, and imports one", async () => {
        cluster.applyElsewhere({ apiVersion: "v1", kind: "Namespace", metadata: { name: "existing" } });
        const map = { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "existing", name: "map" } };
        cluster.applyElsewhere({ ...map, data: { a: "1" } });
        let opts: pulumi.CustomResourceOptions = {};
        const stack = await cluster.open("existing", () => {
            new k8s.core.v1.ConfigMap(
                "map",
                { metadata: { namespace: "existing", name: "map" }, data: { a: "1" } },
                opts,
            );
            return Promise.resolve();
        });
        await assert.rejects(stack.up(), /already exists.*import/s);
        opts = { import: "existing/map" };
        const imported = await stack.up();
        assert.equal(stepOf(imported, "map").op, "import");
        opts = {};
        assert.deepEqual((await stack.preview()).changes, { same: 2 });
        await stack.destroy();
        assert.equal(cluster.kubectl("get", "-n", "existing", "cm", "map", "--ignore-not-found"), "");
    });

    it("waits for a definition of the same program, and names a kind that does not exist", async () => {
        const group = "crd.example.com";
        const stack = await cluster.open("crd", () => {
            const ns = namespace("crd");
            new k8s.apiextensions.v1.CustomResourceDefinition("definition", {
                metadata: { name: `things.${group}` },
                spec: {
                    group,
                    scope: "Namespaced",
                    names: { plural: "things", singular: "thing", kind: "Thing" },
                    versions: [
                        {
                            name: "v1",
                            served: true,
                            storage: true,
                            schema: {
                                openAPIV3Schema: {
                                    type: "object",
                                    properties: {
                                        spec: { type: "object", x_kubernetes_preserve_unknown_fields: true },
                                    },
                                },
                            },
                        },
                    ],
                },
            });
            // No dependsOn: the provider knows the definition from the same program.
            new k8s.apiextensions.CustomResource("thing", {
                apiVersion: `${group}/v1`,
                kind: "Thing",
                metadata: { namespace: ns.metadata.name, name: "thing" },
                spec: { size: 3 },
            });
            return Promise.resolve();
        });
        await stack.up();
        assert.equal(
            cluster.kubectl("get", "-n", "crd", "things", "thing", "-o", "jsonpath={.spec.size}"),
            "3",
        );
        assert.deepEqual((await stack.preview({ refresh: true })).changes, { same: 4 });
        await stack.destroy();

        const unknown = await cluster.open("unknown-kind", () => {
            new k8s.apiextensions.CustomResource("x", {
                apiVersion: "no.example.com/v1",
                kind: "Nothing",
                spec: {},
            });
            return Promise.resolve();
        });
        await assert.rejects(unknown.up(), /no kind "Nothing" in no\.example\.com\/v1/);
        await unknown.destroy();
    });

    it("waits for what the program says, and says what it waited for when it gives up", async () => {
        const gateway = (
            name: string,
            annotations: Record<string, string>,
            opts?: pulumi.CustomResourceOptions,
        ) =>
            new k8s.apiextensions.CustomResource(
                name,
                {
                    apiVersion: "gateway.networking.k8s.io/v1",
                    kind: "Gateway",
                    metadata: { namespace: "default", name, annotations },
                    spec: {
                        gatewayClassName: "none",
                        listeners: [{ name: "http", port: 80, protocol: "HTTP" }],
                    },
                },
                opts,
            );
        let limit = "2";
        const stack = await cluster.open("waiting", () => {
            gateway("programmed", {
                "pulumi.com/waitFor": "condition=Programmed",
                "pulumi.com/timeoutSeconds": limit,
            });
            gateway("skipped", {
                "pulumi.com/waitFor": "condition=Programmed",
                "pulumi.com/skipAwait": "true",
            });
            gateway("named", {
                "pulumi.com/waitFor":
                    '["jsonpath={.spec.gatewayClassName}=none", "jsonpath={.metadata.uid}"]',
            });
            return Promise.resolve();
        });
        await assert.rejects(stack.up(), (error: Error) => {
            assert.match(error.message, /Gateway default\/programmed .* was not ready within 2 s/);
            // The API server's default condition of a Gateway that no controller has seen.
            assert.match(error.message, /condition=Programmed: "Programmed" is Unknown/);
            return true;
        });
        assert.match(
            cluster.stateOf("waiting"),
            /"id":\s*"default\/programmed"/,
            "nothing is left behind unknown",
        );

        // It is in the state, so the next update goes on waiting, and ends when a controller answers.
        limit = "60";
        const up = stack.up();
        const status = {
            conditions: ["Accepted", "Programmed"].map((type) => ({
                type,
                status: "True",
                reason: type,
                message: "",
                lastTransitionTime: new Date(0).toISOString(),
            })),
        };
        cluster.kubectl(
            ...["patch", "gateway", "programmed", "--subresource=status", "--type=merge"],
            ...["-p", JSON.stringify({ status })],
        );
        await up;
        await stack.destroy();
    });

    it("reports why pods do not come, and does not hang on a Service without pods", async () => {
        const stack = await cluster.open("unschedulable", () => {
            const ns = namespace("unschedulable");
            new k8s.core.v1.Service("lonely", {
                metadata: { namespace: ns.metadata.name },
                spec: { selector: { app: "nobody" }, ports: [{ port: 80 }] },
            });
            new k8s.apps.v1.Deployment(
                "web",
                {
                    metadata: { namespace: ns.metadata.name, name: "web" },
                    spec: {
                        selector: { matchLabels: { app: "web" } },
                        template: {
                            metadata: { labels: { app: "web" } },
                            spec: {
                                nodeSelector: { nowhere: "true" },
                                containers: [{ name: "main", image: "app" }],
                            },
                        },
                    },
                },
                { customTimeouts: { create: "4s" } },
            );
            return Promise.resolve();
        });
        await assert.rejects(stack.up(), (error: Error) => {
            assert.match(error.message, /Deployment unschedulable\/web .* was not ready within 4 s/);
            assert.match(error.message, /is not scheduled: Unschedulable/);
            return true;
        });
        assert.ok(stack.lines.some((line) => line.includes("the Service selects no pod")));
        await stack.destroy();
    });

    it("names the finalizers that hold up a deletion", async () => {
        const stack = await cluster.open("finalizer", () => {
            const ns = namespace("finalizer");
            new k8s.core.v1.ConfigMap(
                "map",
                { metadata: { namespace: ns.metadata.name, name: "map", finalizers: ["example.com/never"] } },
                { customTimeouts: { delete: "2s" } },
            );
            return Promise.resolve();
        });
        await stack.up();
        await assert.rejects(stack.destroy(), /was not gone within 2 s.*example\.com\/never/s);
        cluster.kubectl(
            "patch",
            "-n",
            "finalizer",
            "cm",
            "map",
            "--type=merge",
            "-p",
            '{"metadata":{"finalizers":null}}',
        );
        await stack.destroy();
    });

    it("refuses what it does not have, and says what to do", async () => {
        const stack = await cluster.open("refused", () => {
            new k8s.core.v1.ConfigMapPatch("patch", {
                metadata: { name: "x", namespace: "default" },
                data: { a: "1" },
            });
            return Promise.resolve();
        });
        await assert.rejects(
            stack.preview(),
            /Patch resources are not supported by the stand-in.*official provider/s,
        );
    });
});
