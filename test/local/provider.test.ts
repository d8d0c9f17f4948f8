import { strict as assert } from "assert";
import { parseJsonPath } from "../../local/provider/await/jsonPath";
import { poll } from "../../local/provider/await/poll";
import type { Readiness } from "../../local/provider/await/readiness";
import { checkWaitFor, parseWaitFor } from "../../local/provider/await/waitFor";
import {
    checkDaemonSet,
    checkDeployment,
    checkJob,
    checkPod,
    checkStatefulSet,
    podProblems,
} from "../../local/provider/await/workloads";
import { deletionPropagationPolicy, timeoutMs } from "../../local/provider/annotations";
import { fromOutputs, toOutputs } from "../../local/provider/checkpoint";
import { diffConfig } from "../../local/provider/configDiff";
import {
    diffInputs,
    mustDeleteFirst,
    parsePropertyPath,
    propertyPath,
    withoutIgnored,
} from "../../local/provider/diff";
import { importInputs, refreshInputs } from "../../local/provider/drift";
import { keepIgnoredFields } from "../../local/provider/ignoredFields";
import { immutableFields } from "../../local/provider/immutableFields";
import { assignName, fieldManagerFor, uniqueName } from "../../local/provider/naming";
import { idOf, type KubeObject, parseGroupVersionKind, parseId } from "../../local/provider/objects";
import { nameOfUrn, refuseUnsupported, typeOfUrn } from "../../local/provider/resourceTypes";
import { markSecrets } from "../../local/provider/secrets";
import { readSettings } from "../../local/provider/settings";
import {
    containsSecret,
    containsUnknown,
    fromStruct,
    type JsonObject,
    reveal,
    Secret,
    toStruct,
    unknown,
} from "../../local/provider/values";
import { decodeYaml } from "../../local/provider/yamlDecode";

const defaults = { enableConfigMapMutable: false, enableSecretMutable: false };

function object(apiVersion: string, kind: string, rest: JsonObject = {}): KubeObject {
    return { apiVersion, kind, metadata: { name: "x", namespace: "ns" }, ...rest };
}

describe("property values", () => {
    it("survive the wire, secrets and all, without nulls", () => {
        const properties = { a: [1, { b: new Secret({ c: "hidden" }) }], d: unknown };
        assert.deepEqual(fromStruct(toStruct({ ...properties, e: null })), properties);
    });

    it("know their secrets and unknowns", () => {
        const value = { list: [new Secret(unknown)] };
        assert.ok(containsSecret(value) && containsUnknown(value));
        assert.deepEqual(reveal(value), { list: [unknown] });
    });
});

describe("secrets", () => {
    it("hide a field, not the object around it, and a list as a whole", () => {
        const marked = markSecrets(
            { spec: { open: 1, closed: "x" }, list: ["a", "b"] },
            { spec: { open: 1, closed: new Secret("x") }, list: ["a", new Secret("b")] },
        );
        assert.deepEqual(marked, {
            spec: { open: 1, closed: new Secret("x") },
            list: new Secret(["a", "b"]),
        });
    });

    it("hide all that a Secret holds, whatever the program says", () => {
        const marked = markSecrets({ kind: "Secret", data: { a: "YQ==" }, type: "Opaque" }, {});
        assert.deepEqual(marked, { kind: "Secret", data: new Secret({ a: "YQ==" }), type: "Opaque" });
    });
});

describe("names", () => {
    const context = { resourceName: "Web", randomSeed: Buffer.from("seed") };

    it("are made from the resource's name and the engine's seed, and marked", () => {
        assert.match(uniqueName(context), /^web-[0-9a-f]{8}$/);
        assert.equal(uniqueName(context), uniqueName(context));
        const inputs: JsonObject = { kind: "ConfigMap" };
        assignName(inputs, undefined, context);
        assert.deepEqual(inputs.metadata, {
            name: uniqueName(context),
            annotations: { "pulumi.com/autonamed": "true" },
        });
    });

    it("are kept by an update, and left alone if given or not known yet", () => {
        const old: JsonObject = {
            metadata: { name: "web-1", annotations: { "pulumi.com/autonamed": "true" } },
        };
        const inputs: JsonObject = { metadata: { annotations: { own: "yes" } } };
        assignName(inputs, old, context);
        assert.deepEqual(inputs.metadata, {
            name: "web-1",
            annotations: { own: "yes", "pulumi.com/autonamed": "true" },
        });
        for (const name of ["given", unknown]) {
            const named: JsonObject = { metadata: { name } };
            assignName(named, old, context);
            assert.deepEqual(named, { metadata: { name } });
        }
    });

    it("follow the project's autonaming", () => {
        const inputs: JsonObject = {};
        assignName(inputs, undefined, {
            ...context,
            autonaming: { mode: "enforce", proposedName: "proposed" },
        });
        assert.equal((inputs.metadata as JsonObject).name, "proposed");
        assert.throws(
            () =>
                assignName({}, undefined, { ...context, autonaming: { mode: "disable", proposedName: "" } }),
            /autonaming is disabled/,
        );
    });

    it("of field managers are the same for the same resource", () => {
        assert.match(fieldManagerFor("urn:a"), /^pulumi-kubernetes-[0-9a-f]{8}$/);
        assert.notEqual(fieldManagerFor("urn:a"), fieldManagerFor("urn:b"));
    });
});

describe("resource types and ids", () => {
    it("are read from URNs and ids", () => {
        const urn = "urn:pulumi:dev::p::my:index:Parent$kubernetes:apps/v1:Deployment::a::b";
        assert.equal(typeOfUrn(urn), "kubernetes:apps/v1:Deployment");
        assert.equal(nameOfUrn(urn), "a::b");
        assert.deepEqual(parseId("ns/name"), { namespace: "ns", name: "name" });
        assert.deepEqual(parseId("name"), { namespace: undefined, name: "name" });
        assert.throws(() => parseId("ns/"));
        assert.equal(idOf(object("v1", "Pod")), "ns/x");
        assert.deepEqual(parseGroupVersionKind("core/v1", "Pod"), { group: "", version: "v1", kind: "Pod" });
    });

    it("refuse what the stand-in has not", () => {
        const refused: [string, JsonObject][] = [
            ["kubernetes:helm.sh/v3:Release", {}],
            ["kubernetes:yaml/v2:ConfigGroup", {}],
            ["kubernetes:apps/v1:DeploymentPatch", { kind: "Deployment" }],
            ["kubernetes:core/v1:ConfigMapList", { kind: "ConfigMapList", items: [] }],
        ];
        for (const [type, inputs] of refused) {
            assert.throws(() => refuseUnsupported(type, inputs), new RegExp(type.replace(/[/.]/g, ".")));
        }
        refuseUnsupported("kubernetes:example.com/v1:EnvoyPatch", { kind: "EnvoyPatch" });
    });
});

describe("differences", () => {
    const compare = (olds: JsonObject, news: JsonObject, at = object("apps/v1", "Deployment")) =>
        Object.fromEntries(
            [...diffInputs(olds, news, immutableFields(at, defaults))].map(([path, { kind, replace }]) => [
                path,
                replace ? `${kind}-replace` : kind,
            ]),
        );

    it("are listed by field", () => {
        assert.deepEqual(
            compare(
                { spec: { replicas: 1, list: [{ a: 1 }, { b: 1 }], gone: true, same: [{}] } },
                { spec: { replicas: 2, list: [{ a: 2 }], added: {}, same: [{}] } },
            ),
            {
                "spec.replicas": "update",
                "spec.list[0].a": "update",
                "spec.list[1]": "delete",
                "spec.gone": "delete",
                "spec.added": "add",
            },
        );
    });

    it("count what is not known yet as changed", () => {
        assert.deepEqual(compare({ spec: { replicas: 1 } }, { spec: { replicas: unknown } }), {
            "spec.replicas": "update",
        });
    });

    it("replace where a field is immutable, also inside or around the change", () => {
        const selector = { matchLabels: { a: "1" } };
        assert.deepEqual(
            compare({ spec: { selector } }, { spec: { selector: { matchLabels: { a: "2" } } } }),
            {
                "spec.selector.matchLabels.a": "update-replace",
            },
        );
        assert.deepEqual(compare({}, { spec: { selector } }), { spec: "add-replace" });
        assert.deepEqual(compare({ metadata: { name: "a" } }, { metadata: { name: "b" } }), {
            "metadata.name": "update-replace",
        });
        const container = (image: string): JsonObject => ({ spec: { containers: [{ image }] } });
        assert.deepEqual(compare(container("a"), container("b"), object("v1", "Pod")), {
            "spec.containers[0].image": "update-replace",
        });
        assert.deepEqual(compare(container("a"), container("b")), { "spec.containers[0].image": "update" });
    });

    it("of ConfigMaps and Secrets replace unless the settings and the object allow a change", () => {
        const replaces = (at: KubeObject, settings = defaults) =>
            [
                ...diffInputs(
                    { data: { a: "1" } },
                    { data: { a: "2" } },
                    immutableFields(at, settings),
                ).values(),
            ][0]?.replace;
        const mutable = { enableConfigMapMutable: true, enableSecretMutable: true };
        for (const kind of ["ConfigMap", "Secret"]) {
            assert.equal(replaces(object("v1", kind)), true);
            assert.equal(replaces(object("v1", kind), mutable), false);
            assert.equal(replaces(object("v1", kind, { immutable: true }), mutable), true);
        }
    });

    it("can be ignored", () => {
        const changes = diffInputs({}, { a: { b: 1 }, c: 1 }, []);
        assert.deepEqual([...withoutIgnored(changes, ["c"]).keys()], ["a"]);
        assert.deepEqual([...withoutIgnored(diffInputs({ a: {} }, { a: { b: 1 } }, []), ["a.b"]).keys()], []);
        assert.deepEqual([...withoutIgnored(diffInputs({ l: [1] }, { l: [2] }, []), ["l[*]"]).keys()], []);
    });

    it("spell paths as Pulumi does", () => {
        const path = ["metadata", "annotations", "a.b/c", 0, "d"];
        assert.equal(propertyPath(path), 'metadata.annotations["a.b/c"][0].d');
        assert.deepEqual(parsePropertyPath(propertyPath(path)), path);
    });

    it("need the old object gone first only if the new one has its name", () => {
        const live = object("v1", "ConfigMap");
        assert.equal(mustDeleteFirst(live, live), true);
        assert.equal(mustDeleteFirst({ ...live, metadata: { name: "y", namespace: "ns" } }, live), false);
        const autonamed = { ...live.metadata, annotations: { "pulumi.com/autonamed": "true" } };
        assert.equal(mustDeleteFirst({ ...live, metadata: autonamed }, live), false);
    });
});

describe("drift", () => {
    const managedFields = [
        {
            manager: "us",
            fieldsV1: {
                "f:spec": {
                    "f:ports": { 'k:{"port":80,"protocol":"TCP"}': { "f:port": {}, "f:targetPort": {} } },
                },
                "f:metadata": { "f:finalizers": { 'v:"a"': {} } },
            },
        },
    ];
    const withFields = (rest: JsonObject): JsonObject => ({
        ...rest,
        metadata: { managedFields, ...(rest.metadata as JsonObject) },
    });

    it("is what differs from what was seen before, not from the input", () => {
        const inputs = { spec: { cpu: "1000m", replicas: 1 } };
        const before = { spec: { cpu: "1", replicas: 1, defaulted: true } };
        assert.deepEqual(
            refreshInputs(inputs, before, { spec: { cpu: "1", replicas: 3, defaulted: false } }),
            {
                spec: { cpu: "1000m", replicas: 3 },
            },
        );
    });

    it("leaves out what is gone", () => {
        assert.deepEqual(refreshInputs({ a: { b: 1 } }, { a: { b: 1 } }, { a: {} }), { a: {} });
    });

    it("matches the elements of keyed lists, whatever others add", () => {
        const port = (number: number, targetPort: number): JsonObject => ({
            port: number,
            protocol: "TCP",
            targetPort,
        });
        const refreshed = refreshInputs(
            { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
            withFields({ spec: { ports: [port(80, 8080)] } }),
            withFields({ spec: { ports: [port(79, 1), port(80, 9090)] } }),
        );
        assert.deepEqual(refreshed, { spec: { ports: [{ port: 80, targetPort: 9090 }] } });
    });

    it("shows additions to lists that have no keys", () => {
        assert.deepEqual(refreshInputs({ rules: [1] }, { rules: [1] }, { rules: [1, 2] }), { rules: [1, 2] });
    });

    it("does not show what others add to a set", () => {
        const inputs = { metadata: { finalizers: ["a"] } };
        const now = withFields({ metadata: { finalizers: ["b", "a"] } });
        assert.deepEqual(refreshInputs(inputs, withFields(inputs), now), inputs);
    });

    it("finds a Secret's stringData in its data", () => {
        const encode = (text: string) => Buffer.from(text).toString("base64");
        const inputs = { kind: "Secret", stringData: { a: "1", b: "2", c: "3" } };
        const before = { kind: "Secret", data: { a: encode("1"), b: encode("2"), c: encode("3") } };
        const now = { kind: "Secret", data: { a: encode("1"), b: encode("other") } };
        assert.deepEqual(refreshInputs(inputs, before, now).stringData, { a: "1", b: "other" });
    });

    it("of an imported object is all that a program could set", () => {
        const live = { ...object("v1", "ConfigMap", { data: { a: "1" }, status: {} }) };
        live.metadata.uid = "1";
        assert.deepEqual(importInputs(live), object("v1", "ConfigMap", { data: { a: "1" } }));
    });

    it("in ignored fields is left to its owner", () => {
        const live = object("apps/v1", "Deployment", { spec: { replicas: 5, paused: true } });
        const owned = (manager: string, field: string): JsonObject => ({
            manager,
            operation: "Update",
            fieldsV1: { "f:spec": { [`f:${field}`]: {} } },
        });
        live.metadata.managedFields = [owned("hpa", "replicas"), owned("us", "paused")];
        const inputs = object("apps/v1", "Deployment", { spec: { replicas: 1, paused: false } });
        const kept = keepIgnoredFields(inputs, live, ["spec.replicas", "spec.paused"], "us");
        assert.deepEqual(kept.spec, { paused: true });
    });
});

describe("checkpoints", () => {
    it("keep inputs, secrets and bookkeeping under the official names", () => {
        const inputs: JsonObject = { kind: "X", schema: { "x-kubernetes-list-type": "set" }, key: "secret" };
        const outputs = toOutputs(
            inputs,
            object("v1", "X", { ...inputs, status: {} }),
            { key: new Secret("secret") },
            {
                initialApiVersion: "v1",
                fieldManager: "me",
            },
        );
        assert.deepEqual(outputs.__inputs, {
            kind: "X",
            schema: { x_kubernetes_list_type: "set" },
            key: new Secret("secret"),
        });
        assert.deepEqual(outputs.key, new Secret("secret"));
        const checkpoint = fromOutputs(outputs);
        assert.deepEqual(checkpoint.inputs, inputs);
        assert.equal(checkpoint.fieldManager, "me");
        assert.equal(checkpoint.initialApiVersion, "v1");
        assert.deepEqual(checkpoint.live.status, {});
    });
});

describe("settings", () => {
    it("are read as SDKs encode them, with environment variables for what is absent", () => {
        const settings = readSettings(
            { enableSecretMutable: "true", kubeconfig: new Secret("/path"), namespace: "" },
            { PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE: "true", PULUMI_K8S_ENABLE_SECRET_MUTABLE: "false" },
        );
        assert.equal(settings.enableSecretMutable, true);
        assert.equal(settings.enableConfigMapMutable, true);
        assert.equal(settings.kubeconfig, "/path");
        assert.equal(settings.namespace, undefined);
    });

    it("that the stand-in has not are refused", () => {
        assert.throws(() => readSettings({ renderYamlToDirectory: "out" }, {}), /official/);
        assert.throws(() => readSettings({ enableServerSideApply: "false" }, {}), /stand-in/);
    });

    it("mean another cluster only if the API server is another, or the identifier", () => {
        const kubeconfig = (server: string, token = "t"): string =>
            JSON.stringify({
                clusters: [{ name: "c", cluster: { server } }],
                users: [{ name: "u", user: { token } }],
                contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
                "current-context": "x",
            });
        const [one, two] = [kubeconfig("https://one:1"), kubeconfig("https://two:2")];
        assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: one }), {
            changed: false,
            replaces: [],
        });
        assert.deepEqual(
            diffConfig({ kubeconfig: one }, { kubeconfig: kubeconfig("https://one:1", "new") }),
            {
                changed: true,
                replaces: [],
            },
        );
        assert.deepEqual(diffConfig({ kubeconfig: one }, { kubeconfig: two }).replaces, ["kubeconfig"]);
        const identified = (config: string, clusterIdentifier: string) => ({
            kubeconfig: config,
            clusterIdentifier,
        });
        assert.deepEqual(diffConfig(identified(one, "a"), identified(two, "a")).replaces, []);
        assert.deepEqual(diffConfig(identified(one, "a"), identified(one, "b")).replaces, [
            "clusterIdentifier",
        ]);
    });
});

describe("annotations", () => {
    const annotated = (name: string, value: string): JsonObject => ({
        metadata: { annotations: { [`pulumi.com/${name}`]: value } },
    });

    it("limit the time, unless customTimeouts do", () => {
        assert.equal(timeoutMs(annotated("timeoutSeconds", "30"), 0, 1), 30_000);
        assert.equal(timeoutMs(annotated("timeoutSeconds", "30"), 5, 1), 5_000);
        assert.equal(timeoutMs({}, 0, 1), 1);
        assert.throws(() => timeoutMs(annotated("timeoutSeconds", "soon"), 0, 1), /"soon"/);
    });

    it("choose how to delete", () => {
        assert.equal(deletionPropagationPolicy({}), "Foreground");
        assert.equal(deletionPropagationPolicy(annotated("deletionPropagationPolicy", "orphan")), "Orphan");
        assert.throws(
            () => deletionPropagationPolicy(annotated("deletionPropagationPolicy", "never")),
            /"never"/,
        );
    });
});

describe("YAML of a ConfigFile", () => {
    it("is read document by document, without the empty ones", () => {
        const text = "---\nkind: A\n---\n# nothing\n---\nkind: B\nlist: [1, two]\n";
        assert.deepEqual(decodeYaml({ text }), { result: [{ kind: "A" }, { kind: "B", list: [1, "two"] }] });
    });

    it("is refused where it is none", () => {
        assert.throws(() => decodeYaml({ text: "a: [1" }), /^Error: kubernetes:yaml:decode: .* line 1/);
    });
});

describe("waiting", () => {
    const reasons = (readiness: Readiness): string[] =>
        readiness.state === "ready" ? [] : readiness.reasons;

    it("follows JSON paths", () => {
        const value: JsonObject = {
            status: {
                conditions: [
                    { type: "A", status: "False" },
                    { type: "B", status: "True" },
                ],
            },
            "a.b": [{ c: 1 }, { c: 2 }],
        };
        const find = (path: string) => parseJsonPath(path).find(value);
        assert.deepEqual(find('{.status.conditions[?(@.type=="B")].status}'), ["True"]);
        assert.deepEqual(find("{.status.conditions[?(@.type=='A')].status}"), ["False"]);
        assert.deepEqual(find("status.conditions[0].type"), ["A"]);
        assert.deepEqual(find("{['a.b'][*].c}"), [1, 2]);
        assert.deepEqual(find("{.a\\.b[-1].c}"), [2]);
        assert.deepEqual(find("{.nothing.here}"), []);
        assert.throws(() => parseJsonPath("{.a[?(}"), /no JSON path/);
    });

    it("reads the forms of the annotation", () => {
        const live: JsonObject = {
            metadata: { generation: 2 },
            status: {
                phase: "Running",
                conditions: [
                    { type: "Ready", status: "True", observedGeneration: 2 },
                    { type: "Old", status: "True", observedGeneration: 1 },
                    { type: "Off", status: "False", reason: "Because", message: "it is" },
                ],
            },
        };
        const check = (text: string) => reasons(checkWaitFor(parseWaitFor(text), live));
        assert.deepEqual(check("condition=Ready"), []);
        assert.deepEqual(check("condition=off=false"), []);
        assert.deepEqual(check("condition=Off"), ['condition=Off: "Off" is False: Because: it is']);
        assert.deepEqual(check("condition=Old"), ['condition=Old: "Old" is of an older generation']);
        assert.deepEqual(check("condition=No"), ['condition=No: status.conditions has no "No"']);
        assert.deepEqual(check("jsonpath={.status.phase}"), []);
        assert.deepEqual(check("jsonpath={.status.phase}=Running"), []);
        assert.deepEqual(check('jsonpath={.status.conditions[?(@.type=="Ready")].status}=True'), []);
        assert.deepEqual(check("jsonpath={.status.phase}=Done"), [
            "jsonpath={.status.phase}=Done: it is Running",
        ]);
        assert.equal(check('["condition=Ready", "condition=Off", "jsonpath={.x}"]').length, 2);
        for (const bad of ["ready", "condition=", "[]", "[1]", "[", "jsonpath={.a[?(}"]) {
            assert.throws(() => parseWaitFor(bad), Error, bad);
        }
    });

    it("knows when a Deployment is rolled out, and when it never will be", () => {
        const deployment = (status: JsonObject, spec: JsonObject = { replicas: 2 }): KubeObject => ({
            ...object("apps/v1", "Deployment", { spec, status }),
            metadata: { name: "x", generation: 2 },
        });
        const available = { type: "Available", status: "True" };
        const done = { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
        assert.deepEqual(checkDeployment(deployment({ ...done, conditions: [available] })), {
            state: "ready",
        });
        assert.match(
            reasons(checkDeployment(deployment({ ...done, observedGeneration: 1 })))[0] ?? "",
            /not seen/,
        );
        assert.match(
            reasons(checkDeployment(deployment({ ...done, replicas: 3 })))[0] ?? "",
            /1 replicas of the old/,
        );
        assert.match(
            reasons(
                checkDeployment(deployment({ ...done, availableReplicas: 1, conditions: [available] })),
            )[0] ?? "",
            /1 of 2 replicas are available/,
        );
        assert.deepEqual(checkDeployment(deployment({ observedGeneration: 2 }, { replicas: 0 })), {
            state: "ready",
        });
        const late = {
            type: "Progressing",
            status: "False",
            reason: "ProgressDeadlineExceeded",
            message: "late",
        };
        assert.deepEqual(checkDeployment(deployment({ ...done, conditions: [late] })), {
            state: "failed",
            reasons: ["ProgressDeadlineExceeded: late"],
        });
    });

    it("knows the other workloads", () => {
        const of = (kind: string, spec: JsonObject, status: JsonObject) =>
            object("v1", kind, { spec, status });
        const set = { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } };
        assert.equal(
            checkStatefulSet(of("StatefulSet", set, { readyReplicas: 3, updatedReplicas: 1 })).state,
            "ready",
        );
        assert.equal(
            checkStatefulSet(of("StatefulSet", { replicas: 1 }, { readyReplicas: 0 })).state,
            "waiting",
        );
        const daemons = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 };
        assert.equal(checkDaemonSet(of("DaemonSet", {}, daemons)).state, "waiting");
        assert.equal(checkDaemonSet(of("DaemonSet", {}, { ...daemons, numberAvailable: 2 })).state, "ready");
        const condition = (type: string): JsonObject => ({ conditions: [{ type, status: "True" }] });
        assert.equal(checkJob(of("Job", {}, condition("Complete"))).state, "ready");
        assert.equal(checkJob(of("Job", {}, condition("Failed"))).state, "failed");
        assert.equal(checkJob(of("Job", {}, {})).state, "waiting");
        assert.equal(checkPod(of("Pod", {}, { phase: "Running", ...condition("Ready") })).state, "ready");
        assert.equal(checkPod(of("Pod", {}, { phase: "Failed" })).state, "failed");
    });

    it("tells what keeps a pod from running", () => {
        const pod = object("v1", "Pod", {
            status: {
                conditions: [
                    { type: "PodScheduled", status: "False", reason: "Unschedulable", message: "no node" },
                ],
                containerStatuses: [
                    { name: "starting", state: { waiting: { reason: "ContainerCreating" } } },
                    { name: "pulling", state: { waiting: { reason: "ErrImagePull", message: "no image" } } },
                    { name: "dead", state: { terminated: { reason: "Error", exitCode: 3 } } },
                    { name: "done", state: { terminated: { reason: "Completed", exitCode: 0 } } },
                ],
            },
        });
        assert.deepEqual(podProblems(pod), [
            "pod x is not scheduled: Unschedulable: no node",
            "pod x, container pulling: ErrImagePull: no image",
            "pod x, container dead: Error (exit code 3)",
        ]);
    });

    it("ends at once when it is cancelled, and in time when it is not", async () => {
        const cancellation = new AbortController();
        const waiting = poll(() => Promise.resolve(undefined), 60_000, cancellation.signal);
        setTimeout(() => cancellation.abort(), 20);
        await assert.rejects(waiting, /cancelled/);
        const never = () => Promise.resolve(undefined);
        assert.equal(await poll(never, 30, new AbortController().signal), undefined);
    });
});
