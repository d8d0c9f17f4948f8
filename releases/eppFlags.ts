/** GIE 1.2.0 `cmd/epp/runner/runner.go`; zap's flags are controller-runtime's `Options.BindFlags`. */
export const flags12 = [
    "cache-info-metric",
    "cert-path",
    "config-file",
    "config-text",
    "enable-pprof",
    "endpoint-selector",
    "endpoint-target-ports",
    "grpc-health-port",
    "grpc-port",
    "ha-enable-leader-election",
    "health-checking",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "metrics-endpoint-auth",
    "metrics-port",
    "metrics-staleness-threshold",
    "model-server-metrics-https-insecure-skip-verify",
    "model-server-metrics-path",
    "model-server-metrics-port",
    "model-server-metrics-scheme",
    "pool-group",
    "pool-name",
    "pool-namespace",
    "refresh-metrics-interval",
    "refresh-prometheus-metrics-interval",
    "secure-serving",
    "total-queued-requests-metric",
    "tracing",
    "v",
    "zap-devel",
    "zap-encoder",
    "zap-log-level",
    "zap-stacktrace-level",
    "zap-time-encoding",
];

/** GIE 1.3.0 to 1.5.0 `pkg/epp/server/options.go`: all know the same flags. */
export const flags13 = [
    ...flags12,
    "disable-endpoint-subset-filter",
    "enable-cert-reload",
    "total-running-requests-metric",
];

/** Router 0.9.0 `pkg/epp/server/options.go`. */
export const flags09 = [
    ...flags13,
    "enable-grpc-stream-metrics",
    "grpc-max-recv-msg-size",
    "grpc-max-send-msg-size",
];

/** Router 0.10.0 `pkg/epp/server/options.go`; what went are parameters of the metrics-data-source (router#1940). */
export const flags010 = [
    ...flags09.filter((flag) => !flag.startsWith("model-server-metrics-")),
    "allow-experimental-plugins",
    "drain-timeout",
    "emit-endpoint-scores",
    "metrics-cert-dir",
    "metrics-client-ca-file",
    "tls-cipher-suites",
    "tls-min-version",
];

/** GIE 1.4.0 and 1.5.0 `options.Validate`, and router `server/options.go`: use `engineConfigs` instead. */
export const refusedMetricFlags = [
    "cache-info-metric",
    "kv-cache-usage-percentage-metric",
    "lora-info-metric",
    "total-queued-requests-metric",
    "total-running-requests-metric",
];
