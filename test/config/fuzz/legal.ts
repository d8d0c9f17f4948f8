import * as fc from "fast-check";
import type { SettingsInput } from "../../../components/settings";
import { isLegal, legalSettings } from "../../support/randomSettings";

/** Settings that are legal, each value up to the limits that Kubernetes and the CRDs set. */

/** An object with any of these keys, or with none. */
const some = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(model, { requiredKeys: [] });

const pick = <T>(...values: T[]): fc.Arbitrary<T> => fc.constantFrom(...values);

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,10}[a-z0-9])?$/);
const longLabel = fc.oneof(label, pick("0", "a".repeat(63), `${"a".repeat(30)}--${"b".repeat(31)}`));
const domain = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join(".")),
    pick(
        "a",
        "1.2.a",
        Array.from({ length: 4 }, () => "a".repeat(63))
            .join(".")
            .slice(0, 250),
    ),
);
const qualifiedPart = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/),
    pick("A".repeat(63), "a..b", "0_-.1"),
);
const labelKey = fc.oneof(
    qualifiedPart,
    fc.tuple(domain, qualifiedPart).map(([prefix, name]) => `${prefix}/${name}`),
);
const labelValue = fc.oneof(qualifiedPart, pick("", "true", "7"));
const labels = fc.dictionary(labelKey, labelValue, { maxKeys: 3 });

const headerName = fc.oneof(
    fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/),
    pick("x".repeat(256), "Host"),
);
const headerValue = fc.oneof(
    fc.stringMatching(/^[!-~]([ -~]{0,30}[!-~])?$/),
    pick("v".repeat(4096), "é", "日本語"),
);

const gatewayDuration = fc.oneof(
    fc.stringMatching(/^([0-9]{1,5}(h|m|s|ms)){1,4}$/),
    pick("0s", "0ms", "99999h99999h99999h99999h", "1500ms", "1s", "2m"),
);
const duration = fc.oneof(
    fc.stringMatching(/^([0-9]{1,3}(\.[0-9]{1,12})?(ms|s|m)){1,3}$/),
    pick("0s", "9223372036s", "20ms"),
);
/** Amounts below every default of a limit, and others above every default of a request. */
const small = fc.oneof(fc.stringMatching(/^0\.[0-9]{1,12}$/), pick("0", "0.05", "50m", "0.0001", "1m"));
const large = fc.oneof(
    fc.stringMatching(/^[1-9][0-9]{0,3}(\.[0-9]{1,4})?(G|T|Gi|Ti)$/),
    pick("99999999999999999999Ti", "9223372036854775808", "9007199254740993"),
);
const resources = some({
    requests: some({ cpu: small, memory: small }),
    limits: some({ cpu: large, memory: large }),
});

const toleration = fc.oneof(
    fc.record({ key: labelKey, value: labelValue }),
    fc.record({
        operator: pick("Exists" as const),
        effect: pick("NoSchedule" as const, "NoExecute" as const),
    }),
    fc.record({
        key: labelKey,
        operator: pick("Equal" as const),
        value: labelValue,
        effect: pick("NoExecute" as const),
        tolerationSeconds: fc.maxSafeInteger(),
    }),
);
const requirement = fc.oneof(
    fc.record({
        key: labelKey,
        operator: pick("In", "NotIn"),
        values: fc.array(labelValue, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ key: labelKey, operator: pick("Exists", "DoesNotExist") }),
);
const selector = some({
    matchLabels: labels,
    matchExpressions: fc.array(requirement, { maxLength: 2 }),
});
const nodeTerm = some({
    matchExpressions: fc.array(
        fc.oneof(
            requirement,
            fc.record({ key: labelKey, operator: pick("Gt", "Lt"), values: pick(["0"], ["42"]) }),
        ),
        { maxLength: 2 },
    ),
    matchFields: pick(
        [],
        [{ key: "metadata.name" as const, operator: "In" as const, values: ["node-1.example"] }],
    ),
});
const weight = fc.integer({ min: 1, max: 100 });
const podTerm = fc.oneof(
    fc.record(
        {
            topologyKey: labelKey,
            labelSelector: selector,
            namespaceSelector: selector,
            namespaces: fc.array(longLabel),
        },
        { requiredKeys: ["topologyKey"] },
    ),
    fc.record({
        topologyKey: labelKey,
        labelSelector: pick({}, { matchLabels: { app: "x" } }),
        matchLabelKeys: pick([], ["pod-template-hash"]),
        mismatchLabelKeys: pick([], ["app", "other"]),
    }),
);
const podAffinity = some({
    requiredDuringSchedulingIgnoredDuringExecution: fc.array(podTerm, { maxLength: 2 }),
    preferredDuringSchedulingIgnoredDuringExecution: fc.array(
        fc.record({ weight, podAffinityTerm: podTerm }),
        {
            maxLength: 2,
        },
    ),
});
const affinity = some({
    nodeAffinity: some({
        requiredDuringSchedulingIgnoredDuringExecution: fc.record({
            nodeSelectorTerms: fc.array(nodeTerm, { minLength: 1, maxLength: 2 }),
        }),
        preferredDuringSchedulingIgnoredDuringExecution: fc.array(
            fc.record({ weight, preference: nodeTerm }),
            {
                maxLength: 2,
            },
        ),
    }),
    podAffinity,
    podAntiAffinity: podAffinity,
});
const placement = some({
    nodeSelector: labels,
    tolerations: fc.array(toleration, { maxLength: 3 }),
    affinity,
    priorityClassName: longLabel,
});

/** Of pods, where the program has none of these names. */
const variables = fc.dictionary(
    fc.stringMatching(/^MY_\w{0,20}$/),
    fc.oneof(
        fc.stringMatching(/^[ -~]{0,40}$/),
        pick("", "$(NAMESPACE)", "日本語", "x".repeat(32_768)),
        fc.record({ secretName: longLabel, key: pick("token", ".dot", "a..b", "k".repeat(253)) }),
    ),
    { maxKeys: 3 },
);
const modelName = fc.oneof(fc.stringMatching(/^\w[\w.:/-]{0,50}$/), pick("m".repeat(200)));

const digest = `@sha256:${"0".repeat(64)}`;
const replicas = fc.integer({ min: 1, max: 1000 });

/** What a model has of its own, and the top level gives the default of. */
const modelSettings = {
    replicas: some({ decode: replicas, prefill: fc.integer({ min: 0, max: 1000 }), epp: replicas }),
    images: fc.oneof(
        some({ pullSecrets: fc.uniqueArray(longLabel, { maxLength: 4 }) }),
        fc.record({ epp: pick(`registry.example:5000/a/b${digest}`), eppVersion: pick("0.5", "0.10") }),
    ),
    simulator: some({
        model: modelName,
        servedModelNames: fc.uniqueArray(modelName, { maxLength: 3 }),
        loraModules: fc.uniqueArray(modelName, { maxLength: 3 }),
        startupDelay: pick("0s", "500ms", "9.5s"),
        failureInjection: some({
            rate: fc.integer({ min: 1, max: 100 }),
            types: pick([], ["rate_limit" as const, "server_error" as const]),
        }),
        extraArgs: pick([], ["--seed=7"], [`--zmq-endpoint=${"x".repeat(4000)}`, "--max-loras=é"]),
        env: variables,
        mode: pick("echo" as const, "random" as const),
        timeToFirstToken: duration,
        interTokenLatency: duration,
        latency: some({
            profile: pick("8b-h100-balanced" as const, "70b-h100-tp8-throughput" as const),
            calculator: pick("per-token" as const, "fixed" as const),
            prefillOverhead: pick("0ms", "1.5ms"),
            prefillTimePerToken: pick("250us"),
            interTokenLatencyStdDev: pick("1us"),
            timeFactorUnderLoad: fc.double({ min: 1, max: 1000, noNaN: true }),
        }),
        maxNumSeqs: fc.integer({ min: 1, max: 4096 }),
        kvCacheSize: fc.integer({ min: 1, max: 1_000_000 }),
    }),
    resources: some({ decode: resources, prefill: resources, epp: resources }),
    epp: some({
        plugins: pick(
            "default" as const,
            "prefix-cache" as const,
            "load-aware" as const,
            "optimized-baseline" as const,
            "pd-disaggregated" as const,
            "precise-prefix-cache" as const,
        ),
        drainTimeout: pick("0s", "45s", "10m"),
        emitEndpointScores: fc.boolean(),
        objectiveGroup: pick("inference.networking.x-k8s.io" as const, "llm-d.ai" as const),
        tls: fc.record({ secretName: longLabel, caSecretName: longLabel }),
        extraArgs: pick([], ["--enable-pprof=false", "--refresh-metrics-interval=50ms"]),
        env: variables,
        metricsAuth: fc.boolean(),
        flowControl: fc.boolean(),
        logLevel: fc.integer({ min: 0, max: 10 }),
    }),
    placement: some({ decode: placement, prefill: placement, epp: placement }),
    autoscaling: some({
        enabled: fc.boolean(),
        prefill: some({
            enabled: fc.boolean(),
            minReplicas: fc.integer({ min: 0, max: 10 }),
            maxReplicas: fc.integer({ min: 10, max: 1000 }),
            signal: pick("cpu" as const, "requests-running" as const, "prefills" as const),
        }),
        minReplicas: fc.integer({ min: 0, max: 10 }),
        maxReplicas: fc.integer({ min: 10, max: 1000 }),
        targetCpuPercent: fc.integer({ min: 1, max: 100 }),
        signal: pick(
            "cpu" as const,
            "requests-running" as const,
            "queue-size" as const,
            "pool-saturation" as const,
        ),
        target: fc.double({ min: 0.001, max: 1_000_000, noNaN: true }),
        prometheusAddress: pick("http://prometheus:9090", "https://prometheus.example.com/select/0"),
        cooldownSeconds: fc.integer({ min: 0, max: 86_400 }),
    }),
    podDisruptionBudget: some({ enabled: fc.boolean(), maxUnavailable: replicas }),
    proxy: some({
        loadBalancer: pick("ROUND_ROBIN" as const, "LEAST_REQUEST" as const, "RANDOM" as const),
        maxConnections: fc.integer({ min: 1, max: 1_000_000 }),
    }),
};

const segment = fc.stringMatching(/^[A-Za-z0-9._~-]{1,10}$/).filter((text) => text !== "." && text !== "..");
const matchPath = fc.oneof(
    fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => `/${segments.join("/")}`),
    pick("/", "/a/", "/...", `/${"a".repeat(1023)}`),
);
const match = some({
    modelName: fc.boolean(),
    path: matchPath,
    header: fc.record({ name: headerName, value: headerValue }),
});

const oneModel = fc
    .tuple(longLabel, some({ ...modelSettings, modelRelease: label, match }))
    .map(([name, own]) => ({ [name.slice(0, 40).replace(/-+$/, "")]: own }));

const severalModels = fc
    .uniqueArray(label, { minLength: 2, maxLength: 3 })
    .chain((names) =>
        fc
            .record(Object.fromEntries(names.map((name) => [name, some(modelSettings)])))
            .map((models) =>
                Object.fromEntries(
                    names.map((name) => [name, { ...models[name], match: { path: `/of/${name}` } }]),
                ),
            ),
    );

const annotations = fc.dictionary(
    labelKey.map((key) => (key.includes("/") ? key.toLowerCase() : key)),
    fc.oneof(fc.string({ maxLength: 30, unit: "grapheme" }), pick("x".repeat(4096))),
    { maxKeys: 8 },
);

const topLevel = some({
    ...modelSettings,
    release: fc.oneof(label, pick("r".repeat(33))),
    modelRelease: fc.oneof(label, pick("m".repeat(33))),
    namespaces: some({
        scheduler: pick("one", "two"),
        simulator: pick("three", "four"),
        create: fc.boolean(),
    }),
    gateway: some({
        className: pick("istio", "i".repeat(5), "0"),
        serviceType: pick("LoadBalancer" as const, "NodePort" as const, "ClusterIP" as const),
        serviceAnnotations: annotations,
        resources,
        tlsSecretName: longLabel,
        istioRevision: longLabel,
    }),
    models: fc.oneof({ arbitrary: oneModel, weight: 2 }, { arbitrary: severalModels, weight: 1 }),
    objectives: fc.dictionary(longLabel, fc.integer({ min: -1000, max: 1000 }), { maxKeys: 3 }),
    monitoring: fc.oneof(
        some({ monitors: fc.boolean() }),
        fc.record(
            { monitors: pick(true), labels, interval: pick("1ms", "15s", "99999h") },
            { requiredKeys: ["monitors"] },
        ),
    ),
    pods: some({ fixedUser: fc.boolean() }),
    networkPolicies: some({
        enabled: fc.boolean(),
        monitoringNamespace: longLabel,
        directClientLabels: fc.dictionary(labelKey, labelValue, { minKeys: 1, maxKeys: 3 }),
    }),
    protect: fc.boolean(),
    readiness: some({ gateway: fc.boolean() }),
});

const routing = some({
    hostnames: fc.array(
        fc.tuple(pick("", "*."), domain).map(([wildcard, name]) => `${wildcard}${name}`),
        { maxLength: 16 },
    ),
    headers: fc.dictionary(headerName, headerValue, { maxKeys: 16 }),
    requestTimeout: gatewayDuration,
    backendRequestTimeout: pick("0s", "1ms", "1500ms", "99999h99999h99999h99999h"),
});

const path = fc.oneof(
    fc.record({ backend: pick("Service" as const), enabled: fc.boolean() }),
    fc.record({ backend: pick("InferencePool" as const), enabled: pick(true) }),
);

/** Settings as a program writes them: those of few names, where two meet often, and those of every length. */
export const settings = (
    fc.oneof(
        { arbitrary: legalSettings, weight: 1 },
        {
            weight: 4,
            arbitrary: fc
                .tuple(
                    path,
                    routing,
                    some({
                        messageTimeout: pick(
                            "0s",
                            "1ms",
                            "250ms",
                            "0.000000001s",
                            "59m59.999999999999s",
                            "3600s",
                        ),
                    }),
                    topLevel,
                )
                .map(([{ backend, enabled }, route, extProc, others]) => ({
                    ...others,
                    extProc: { ...extProc, enabled },
                    routing: { ...route, backend },
                })),
        },
    ) as fc.Arbitrary<SettingsInput>
).filter(isLegal);
