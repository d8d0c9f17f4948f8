import { stringify } from "yaml";
import type { BadInput } from "./badInput";
import {
    duration,
    flagWithValue,
    modelNameAllowed,
    bad,
    badName,
    together,
    largePickerConfig,
    nested,
} from "./badInput";

/** What the programs in the pods, and the clusters around them, would not take. */
export const programs: BadInput[] = [
    // Arguments and variables that go through to programs.
    bad("epp.extraArgs", ["-v=3"], flagWithValue, 0),
    bad("epp.extraArgs", ["--enable-pprof"], flagWithValue, 0),
    bad("epp.extraArgs", ["enable-pprof=true"], flagWithValue, 0),
    bad("epp.extraArgs", "--enable-pprof=true", "a list of flags with their values, e.g. --name=value"),
    bad("simulator.extraArgs", [7], flagWithValue, 0),
    together(
        { epp: { extraArgs: ["--enable-pprof=true", "--enable-pproff=true"] } },
        'epp.extraArgs.1: "--enable-pproff=true" is not allowed, because EPP 0.10 has no --enable-pproff; allowed: its flags, of which the nearest is --enable-pprof.',
    ),
    together(
        { epp: { extraArgs: ["--model-server-metrics-path=/metrics"] } },
        'epp.extraArgs.0: "--model-server-metrics-path=/metrics" is not allowed, because EPP 0.10 has no --model-server-metrics-path; allowed: its flags, of which the nearest is --metrics-port.',
    ),
    together(
        { epp: { extraArgs: ["--lora-info-metric=vllm:lora_requests_info"] } },
        'epp.extraArgs.0: "--lora-info-metric=vllm:lora_requests_info" is not allowed, because EPP 0.10 refuses --lora-info-metric; allowed: other flags.',
    ),
    together(
        { epp: { extraArgs: ["--v=4"] } },
        'epp.extraArgs.0: "--v=4" is not allowed, because epp.logLevel sets --v; allowed: epp.logLevel, or other flags.',
    ),
    together(
        { epp: { extraArgs: ["--zap-log-level=debug"] } },
        'epp.extraArgs.0: "--zap-log-level=debug" is not allowed, because epp.logLevel sets --zap-log-level; allowed: epp.logLevel, or other flags.',
    ),
    together(
        { epp: { extraArgs: ["--grpc-port=9005"] } },
        'epp.extraArgs.0: "--grpc-port=9005" is not allowed, because the program sets --grpc-port itself; allowed: other flags.',
    ),
    together(
        { epp: { extraArgs: ["--enable-pprof=true", "--enable-pprof=false"] } },
        'epp.extraArgs.1: "--enable-pprof=false" is not allowed, because it is there already; allowed: each flag once.',
    ),
    together(
        { models: { a: { epp: { extraArgs: ["--tracing=true"] } } } },
        'models.a.epp.extraArgs.0: "--tracing=true" is not allowed, because epp.tracing sets --tracing; allowed: epp.tracing, or other flags.',
    ),
    together(
        { simulator: { extraArgs: ["--zmq-endpiont=tcp://a:5557"] } },
        'simulator.extraArgs.0: "--zmq-endpiont=tcp://a:5557" is not allowed, because simulator 0.10 has no --zmq-endpiont; allowed: its flags, of which the nearest is --zmq-endpoint.',
    ),
    together(
        {
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.10.0" },
            simulator: { extraArgs: ["--omni=true"] },
        },
        'simulator.extraArgs.0: "--omni=true" is not allowed, because simulator 0.10 has no --omni; allowed: its flags, of which the nearest is --v.',
    ),
    together(
        { simulator: { extraArgs: ["--served-model-name=a"] } },
        'simulator.extraArgs.0: "--served-model-name=a" is not allowed, because simulator.servedModelNames sets --served-model-name; allowed: simulator.servedModelNames, or other flags.',
    ),
    badName("epp.env", "1ST", "the name of a variable: letters, digits and _, no digit first"),
    bad("epp.env", { GOGC: 100 }, "text in quotes, or an object with secretName and key", "GOGC"),
    bad(
        "simulator.env",
        { HF_TOKEN: { secretName: "hf" } },
        "text in quotes, or an object with secretName and key",
        "HF_TOKEN",
    ),
    together(
        { epp: { env: { POD_NAME: "epp-0" } } },
        'epp.env: {"POD_NAME":"epp-0"} is not allowed, because the program sets POD_NAME itself; allowed: other variables.',
    ),
    together(
        { epp: { env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://otel:4317" } } },
        'epp.env: {"OTEL_EXPORTER_OTLP_ENDPOINT":"http://otel:4317"} is not allowed, because epp.otlpEndpoint sets OTEL_EXPORTER_OTLP_ENDPOINT; allowed: epp.otlpEndpoint, or other variables.',
    ),
    together(
        { simulator: { env: { POD_IP: "10.0.0.1" } } },
        'simulator.env: {"POD_IP":"10.0.0.1"} is not allowed, because the program sets POD_IP itself; allowed: other variables.',
    ),
    // What a release does not have.
    ...["allowExperimentalPlugins", "emitEndpointScores"].map((setting) =>
        together(
            { epp: { [setting]: true }, images: { epp: "registry.example.com/epp:v0.9.0" } },
            `epp.${setting}: true is not allowed with EPP 0.9, which has no --${setting === "emitEndpointScores" ? "emit-endpoint-scores" : "allow-experimental-plugins"}; allowed: EPP 0.10 or later, or no epp.${setting}.`,
        ),
    ),
    together(
        { epp: { drainTimeout: "45s" }, images: { epp: "registry.example.com/epp:v0.9.0" } },
        'epp.drainTimeout: "45s" is not allowed with EPP 0.9, which has no --drain-timeout; allowed: EPP 0.10 or later, or no epp.drainTimeout.',
    ),
    bad("epp.drainTimeout", "11m", `${duration}, at most 10m`),
    together(
        {
            simulator: { startupDelay: "10s" },
            images: { simulator: "ghcr.io/llm-d/llm-d-inference-sim:v0.8.2" },
        },
        'simulator.startupDelay: "10s" is not allowed with simulator 0.8, which has no --startup-duration; allowed: simulator 0.9 or later, or no simulator.startupDelay.',
    ),
    together(
        { simulator: { startupDelay: "5m" } },
        'simulator.startupDelay: "5m" is not allowed, because `pulumi up` would give up first; allowed: less than readiness.timeoutSeconds, which is 300.',
    ),
    together(
        {
            ...{ extProc: { enabled: true }, routing: { backend: "InferencePool" } },
            epp: { objectiveGroup: "llm-d.ai" },
            images: { epp: "registry.example.com/llm-d-inference-scheduler:v0.8.0" },
        },
        'epp.objectiveGroup: "llm-d.ai" is not allowed with EPP 0.8; allowed: one of inference.networking.x-k8s.io.',
    ),
    bad(
        "epp.objectiveGroup",
        "inference.networking.k8s.io",
        "one of inference.networking.x-k8s.io, llm-d.ai",
    ),
    // Names of models, and failures.
    bad("simulator.servedModelNames", ["a", "a"], "a list of model names, each once"),
    bad("simulator.loraModules", ["a", "--b"], modelNameAllowed, 1),
    together(
        { simulator: { loraModules: ["random"] } },
        'simulator.loraModules: ["random"] is not allowed, because the model itself is called random; allowed: names of adapters alone.',
    ),
    together(
        { models: { a: { match: { modelName: true }, simulator: { loraModules: ["x"] } } } },
        "models.a.match.modelName: true is not allowed with several names that requests may give, of which a route matches random alone; allowed: match.path or match.header, or one name.",
    ),
    bad("simulator.failureInjection.rate", 101, "a whole number from 0 to 100"),
    bad(
        "simulator.failureInjection.types",
        ["timeout"],
        "one of rate_limit, invalid_api_key, context_length, server_error, invalid_request, model_not_found",
        0,
    ),
    together(
        { simulator: { failureInjection: { types: ["rate_limit"] } } },
        "simulator.failureInjection.rate: 0 is not allowed with simulator.failureInjection.types; allowed: a whole number from 1 to 100.",
    ),
    // What clusters differ in.
    bad("gateway.istioRevision", "1.28.5", "a revision or a tag, e.g. canary or 1-28-5"),
    bad("routing.referenceGrantVersion", "v1alpha2", "one of v1beta1, v1"),
    bad("pods.fixedUser", "no", "true or false"),
    bad("monitoring.interval", "15", "a duration of Prometheus, e.g. 15s or 1m"),
    bad(
        "monitoring.tokenSecret",
        "token",
        "an object with the Secret's name, and key, which is token by default",
    ),
    together(
        { monitoring: { interval: "15s" } },
        "monitoring.monitors: false is not allowed with monitoring.interval; allowed: true.",
    ),
    together(
        { monitoring: { monitors: true, labels: { "app.kubernetes.io/name": "x" } } },
        'monitoring.labels: {"app.kubernetes.io/name":"x"} is not allowed, because the stack sets that label itself; allowed: other labels.',
    ),
    together(
        { monitoring: { monitors: true, tokenSecret: { name: "prometheus" } } },
        'monitoring.tokenSecret: {"name":"prometheus","key":"token"} is not allowed, because no metrics ask for a token; allowed: epp.metricsAuth true, or no tokenSecret.',
    ),
    // Certificates of the EPP.
    together(
        { epp: { tls: { secretName: "epp" } } },
        "epp.tls.ca: not set is not allowed in epp.tls, because the certificate would be checked against nothing; allowed: epp.tls.ca, or epp.tls.caSecretName.",
    ),
    together(
        { epp: { tls: { caSecretName: "ca" } } },
        "epp.tls.certificate: not set is not allowed in epp.tls; allowed: epp.tls.certificate and epp.tls.key together, or epp.tls.secretName.",
    ),
    // Amounts, compared as Kubernetes compares them.
    together(
        { gateway: { resources: { limits: { cpu: "50m" } } } },
        'gateway.resources.limits.cpu: "50m" is not allowed; allowed: at least gateway.resources.requests.cpu, which is "100m".',
    ),
    together(
        {
            resources: {
                decode: {
                    requests: { memory: "9007199254740993" },
                    limits: { memory: "9007199254740992" },
                },
            },
        },
        'resources.decode.limits.memory: "9007199254740992" is not allowed; allowed: at least resources.decode.requests.memory, which is "9007199254740993".',
    ),
    bad("simulator.timeToFirstToken", "9223372037s", duration),
    bad("simulator.interTokenLatency", "9".repeat(70) + "s", duration),
    together(
        { gateway: { className: "c".repeat(40) } },
        `gateway.className: "${"c".repeat(40)}" is not allowed, because it makes the name infra-inference-scheduling-inference-gateway-${"c".repeat(40)} of 85 characters; allowed: at most 18 characters.`,
    ),
    together(
        { namespaces: { simulator: "default" } },
        'namespaces.simulator: "default" is not allowed with namespaces.create, because every cluster has it; allowed: a namespace of the stack\'s own, or namespaces.create false.',
    ),
    together(
        {
            ...{ extProc: { enabled: true }, routing: { backend: "InferencePool" } },
            epp: { plugins: "custom", customConfig: largePickerConfig() },
        },
        `epp.customConfig: an EndpointPickerConfig of ${String(Buffer.byteLength(stringify(largePickerConfig())))} bytes is not allowed, because a ConfigMap holds it; allowed: at most 1048576 bytes.`,
    ),
    together(
        { epp: { customConfig: nested(100) } },
        "epp.customConfig.a: a value nested more than 64 levels deep is not allowed; allowed: fewer levels.",
    ),
];
