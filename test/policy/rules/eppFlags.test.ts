import { strict as assert } from "assert";
import { eppFlags as rule } from "../../../policy/rules/eppFlags";
import { checkResource, unknown } from "../support/resources";
import { picker, poolArguments } from "./pickerFixtures";

const check = (fields: Parameters<typeof picker>[0], config = {}) =>
    checkResource(rule, picker(fields), config);
const withArguments = (...args: unknown[]) => check({ args: [...poolArguments, ...args] });
const elected = {
    args: [...poolArguments, "--ha-enable-leader-election"],
    replicas: 2,
    container: {
        livenessProbe: { grpc: { port: 9003, service: "liveness" } },
        readinessProbe: { grpc: { port: 9003, service: "readiness" } },
    },
};
/** A release that can do without a pool, and without a configuration. */
const poolless = { image: "llm-d-router-endpoint-picker:v0.9.0" };
const old = { image: "llm-d-inference-scheduler:v0.4.0" };

describe("epp-flags", () => {
    it("passes an endpoint picker that starts", () => {
        assert.deepEqual(check({}), []);
        assert.deepEqual(check(elected), []);
        assert.deepEqual(withArguments("-v=2", "--zap-log-level", "info", "--secure-serving"), []);
        assert.deepEqual(
            check({ ...poolless, args: ["--endpoint-selector=a=b", "--endpoint-target-ports=8200,8201"] }),
            [],
        );
    });

    it("leaves other containers alone", () => {
        assert.deepEqual(
            checkResource(rule, picker({ args: ["--pool=x"], image: "example.com/web:1.0" })),
            [],
        );
        assert.deepEqual(
            checkResource(rule, { apiVersion: "v1", kind: "Service", metadata: { name: "s" } }),
            [],
        );
    });

    it("reports flags that the version does not know", () => {
        assert.deepEqual(check({ ...old, args: [...poolArguments, "--enable-cert-reload"] }), [
            "Deployment models/epp: Deployment models/epp: --enable-cert-reload (spec.template.spec.containers.0.args.3) is no flag of EPP 0.4 (GIE 1.2), which exits at start because of it; the nearest is --enable-pprof.",
        ]);
        assert.deepEqual(
            check({
                image: "registry.example.com/epp:v1.2.0",
                args: [...poolArguments, "--enable-cert-reload=true"],
            }),
            [
                "Deployment models/epp: Deployment models/epp: --enable-cert-reload (spec.template.spec.containers.0.args.3) is no flag of EPP 0.4 (GIE 1.2), which exits at start because of it; the nearest is --enable-pprof.",
            ],
        );
    });

    it("reports flags that another version has", () => {
        const args = [
            ...["--drain-timeout=30s", "--lora-info-metric=x", "--model-server-metrics-path=/metrics"],
            "--grpc-max-recv-msg-size=10MiB",
        ];
        const found = (version: string) =>
            check({
                image: `llm-d-router-endpoint-picker:v${version}`,
                args: [...poolArguments, ...args],
            }).map((message) =>
                /(--[\w-]+) \(\S+\) (is no flag|is refused)/.exec(message)!.slice(1).join(" "),
            );
        assert.deepEqual(found("0.10.0"), [
            "--lora-info-metric is refused",
            "--model-server-metrics-path is no flag",
        ]);
        assert.deepEqual(found("0.9.0"), ["--drain-timeout is no flag", "--lora-info-metric is refused"]);
    });

    it("accepts what the config adds", () => {
        assert.deepEqual(check({ args: [...poolArguments, "--ours=1"] }, { extraFlags: ["ours"] }), []);
    });

    it("does not know the flags of an unknown version", () => {
        assert.deepEqual(
            check({ image: "llm-d-router-endpoint-picker:v2.0.0", args: [...poolArguments, "--pool=x"] }),
            [],
        );
    });

    it("reports flags that are refused at start", () => {
        assert.deepEqual(
            check({
                image: "llm-d-inference-scheduler:v0.7.1",
                args: [...poolArguments, "--kv-cache-usage-percentage-metric", "x"],
            }),
            [
                "Deployment models/epp: Deployment models/epp: --kv-cache-usage-percentage-metric (spec.template.spec.containers.0.args.3) is refused at start by EPP 0.7 (GIE 1.4); name metrics by engineConfigs in the EndpointPickerConfig.",
            ],
        );
        assert.deepEqual(
            check({ ...old, args: [...poolArguments, "--kv-cache-usage-percentage-metric", "x"] }),
            [],
        );
    });

    it("does not take a shell's command line apart", () => {
        assert.deepEqual(
            check({ args: ["exec /epp --pool-name=pool --ours"], container: { command: ["/bin/sh", "-c"] } }),
            [],
        );
    });

    it("wants a pool where the version cannot do without one", () => {
        const selector = [
            "--endpoint-selector=a=b",
            "--endpoint-target-ports=1",
            "--config-file=/config/epp.yaml",
        ];
        assert.deepEqual(check({ args: selector, image: "llm-d-inference-scheduler:v0.8.0" }), [
            "Deployment models/epp: Deployment models/epp: --endpoint-selector (spec.template.spec.containers.0.args.0) does not work in EPP 0.8 (GIE 1.5), which exits at start without a pool (GIE#2858).",
        ]);
        assert.deepEqual(check({ args: selector, image: "llm-d-inference-scheduler:v0.5.0" }), []);
    });

    it("takes no number of replicas for one, under leader election", () => {
        assert.deepEqual(check({ ...elected, replicas: undefined }), [
            "Deployment models/epp: Deployment models/epp: --ha-enable-leader-election (spec.template.spec.containers.0.args.3) with 1 replica (spec.replicas) leaves nobody to take over.",
        ]);
    });

    it("wants a strategy that lets the leader go under leader election", () => {
        const never = [
            "Deployment models/epp: Deployment models/epp: a rolling update (spec.strategy) with --ha-enable-leader-election (spec.template.spec.containers.0.args.3) never ends, because only the leader is ever Ready and has to go before another can be; spec.strategy.rollingUpdate.maxUnavailable has to be 100%, or spec.strategy.type Recreate.",
        ];
        const rolling = (maxUnavailable: unknown) =>
            check({ ...elected, strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable } } });
        assert.deepEqual(check({ ...elected, strategy: { type: "RollingUpdate" } }), never);
        assert.deepEqual(check({ ...elected, strategy: null }), never);
        assert.deepEqual(rolling("50%"), never);
        assert.deepEqual(rolling(1), never);
        assert.deepEqual(rolling("100%"), []);
        assert.deepEqual(rolling(2), []);
        assert.deepEqual(check({ ...elected, strategy: { type: "Recreate" } }), []);
    });

    it("takes any service without leader election, for which there is one answer", () => {
        for (const service of [
            "inference-extension",
            "liveness",
            "readiness",
            "envoy.service.ext_proc.v3.ExternalProcessor",
            "anything",
        ]) {
            const probe = { grpc: { port: 9003, service } };
            assert.deepEqual(check({ container: { livenessProbe: probe, readinessProbe: probe } }), []);
        }
    });

    it("wants gRPC probes", () => {
        assert.deepEqual(
            check({
                container: {
                    livenessProbe: { tcpSocket: { port: 9003 } },
                    startupProbe: { httpGet: { port: 9003 } },
                },
            }),
            [
                "Deployment models/epp: Deployment models/epp: livenessProbe uses tcpSocket (spec.template.spec.containers.0.livenessProbe), which does not tell whether the endpoint picker knows its pool; it has to be grpc.",
                "Deployment models/epp: Deployment models/epp: startupProbe uses httpGet (spec.template.spec.containers.0.startupProbe), which does not tell whether the endpoint picker knows its pool; it has to be grpc.",
            ],
        );
        assert.deepEqual(check({ container: { startupProbe: { tcpSocket: { port: 9002 } } } }), []);
        assert.deepEqual(check({ container: { livenessProbe: { periodSeconds: 5 } } }), [
            "Deployment models/epp: Deployment models/epp: livenessProbe uses nothing (spec.template.spec.containers.0.livenessProbe), which does not tell whether the endpoint picker knows its pool; it has to be grpc.",
        ]);
    });

    it("waits for what is not known in preview, and checks the rest", () => {
        assert.deepEqual(check({ args: ["--pool-name=pool", unknown], replicas: 2 }), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
            "waits: Deployment models/epp: spec.template.spec.containers.0.args.1 of Deployment models/epp is not known in preview",
        ]);
        assert.deepEqual(
            check({ replicas: unknown, container: { livenessProbe: { tcpSocket: { port: 9003 } } } }),
            [
                "waits: Deployment models/epp: spec.replicas of Deployment models/epp is not known in preview",
                "Deployment models/epp: Deployment models/epp: livenessProbe uses tcpSocket (spec.template.spec.containers.0.livenessProbe), which does not tell whether the endpoint picker knows its pool; it has to be grpc.",
            ],
        );
    });
});
