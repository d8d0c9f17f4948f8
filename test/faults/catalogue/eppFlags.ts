import type { Generator, Verdict } from "../mutation";
import { breaking, harmless } from "../mutation";
import {
    container,
    editArguments,
    epp,
    isGie15,
    isReplicated,
    readsOneDash,
    refusesMetricFlags,
    replaceArgument,
    setDeployment,
} from "./picker";

const broken = breaking("epp-flags");

/** Arguments that the endpoint picker does not start with, or that its Deployment does not fit. */
export const eppFlags: Generator = function* (program) {
    const add = (...added: string[]) => editArguments((all) => [...all, ...added]);
    const refused = (message: RegExp): Verdict => ({ id: "epp-unknown-flag", message, on: ["scoring"] });
    yield broken("a flag of nobody", add("--pool=sim"), refused(/--pool \(\S+\) is no flag of EPP 0\.\d/));
    yield broken("a misspelt flag", add("--grpc-heath-port=9003"));
    yield broken("a flag of another program", add("--logtostderr"));
    const oneDash = editArguments(([first = "", ...rest]) => [first.slice(1), ...rest]);
    yield readsOneDash(program)
        ? harmless("a flag with one dash, as Go's own parser reads it", oneDash)
        : broken("a flag with one dash", oneDash, refused(/-[a-z-]+ \(\S+\) needs two dashes in EPP 0\.\d/));
    if (isGie15(program)) {
        yield broken(
            "a metric flag, which GIE 1.5 refuses",
            add("--kv-cache-usage-percentage-metric=vllm:kv_cache_usage_perc"),
        );
    }
    if (refusesMetricFlags(program)) {
        yield broken(
            "a metric flag, which it refuses",
            add("--lora-info-metric=x"),
            refused(/--lora-info-metric \(\S+\) is refused at start by EPP 0\.\d/),
        );
    }
    yield broken(
        "a switch in two parts",
        replaceArgument("tracing", "--tracing", "false"),
        refused(/the argument false \(\S+\) belongs to no flag: --tracing takes its value after "="/),
    );
    yield broken("a stray word", add("debug"));
    yield broken("a flag that came with GIE 1.3, in an EPP of GIE 1.2", (copy) => {
        setDeployment(
            `${container}.image`,
            "registry.example.com/llm-d/llm-d-inference-scheduler:v0.4.0",
        )(copy);
        add("--disable-endpoint-subset-filter=true")(copy);
    });
    yield broken("neither pool nor selector", (copy) => {
        replaceArgument("pool-name")(copy);
        replaceArgument("endpoint-selector")(copy);
    });
    yield broken("both pool and selector", add("--pool-name=a", "--endpoint-selector=app=b"));
    yield broken("both configurations", add("--config-text=x"));
    yield broken("no configuration in an EPP of GIE 1.3", (copy) => {
        setDeployment(
            `${container}.image`,
            "registry.example.com/llm-d/llm-d-inference-scheduler:v0.5.0",
        )(copy);
        replaceArgument("config-file")(copy);
    });
    if (program.has("InferencePool")) {
        const selector = replaceArgument(
            "pool-name",
            "--endpoint-selector=llm-d.ai/role=decode",
            "--endpoint-target-ports=8200",
        );
        yield isGie15(program)
            ? broken("a selector in place of the pool, without which GIE 1.5 does not start", selector)
            : harmless("a selector in place of the pool", selector);
    } else {
        yield broken(
            "an EPP that does not start without a pool",
            setDeployment(
                `${container}.image`,
                "registry.example.com/llm-d/llm-d-inference-scheduler:v0.8.0",
            ),
        );
        yield harmless(
            "a selector of fewer pods",
            replaceArgument("endpoint-selector", "--endpoint-selector=llm-d.ai/role=decode"),
            {
                id: "epp-selector-mismatch",
                message: /--endpoint-selector is llm-d\.ai\/role=decode/,
                on: ["scoring-not-obeyed"],
            },
        );
        yield broken("no target ports", replaceArgument("endpoint-target-ports"));
        yield broken(
            "target ports that are none",
            replaceArgument("endpoint-target-ports", "--endpoint-target-ports=http"),
        );
        yield broken(
            "nine target ports",
            replaceArgument("endpoint-target-ports", "--endpoint-target-ports=1,2,3,4,5,6,7,8,9"),
        );
        yield broken("no POD_NAME", (copy) => {
            copy.get("Deployment", epp).update<{ name: string }[]>(`${container}.env`, (env) =>
                env.filter(({ name }) => name !== "POD_NAME"),
            );
        });
    }
    if (isReplicated(program)) {
        yield broken("replicas without leader election", replaceArgument("ha-enable-leader-election"));
        // Whoever writes it out has decided it.
        yield breaking("epp-flags", "advisory")(
            "leader election off",
            replaceArgument("ha-enable-leader-election", "--ha-enable-leader-election=false"),
        );
        yield broken("leader election for one replica", setDeployment("spec.replicas", 1));
        yield broken(
            "leader election with rolling updates",
            setDeployment("spec.strategy", { type: "RollingUpdate" }),
        );
        yield broken("leader election with the default strategy", (copy) => {
            copy.get("Deployment", epp).unset("spec.strategy");
        });
        for (const probe of ["livenessProbe", "readinessProbe"]) {
            yield broken(`${probe} of no service`, (copy) => {
                copy.get("Deployment", epp).unset(`${container}.${probe}.grpc.service`);
            });
        }
        yield broken(
            "liveness asks for readiness",
            setDeployment(`${container}.livenessProbe.grpc.service`, "readiness"),
        );
        yield broken(
            "readiness asks for liveness",
            setDeployment(`${container}.readinessProbe.grpc.service`, "liveness"),
        );
        yield harmless("three replicas", setDeployment("spec.replicas", 3));
    } else {
        yield broken("replicas without leader election", setDeployment("spec.replicas", 2));
        yield broken("leader election for one replica", add("--ha-enable-leader-election"));
        yield harmless(
            "rolling updates without leader election",
            setDeployment("spec.strategy", { type: "RollingUpdate" }),
        );
        for (const service of [
            "envoy.service.ext_proc.v3.ExternalProcessor",
            "inference-extension",
            "readiness",
        ]) {
            yield harmless(
                `a probe of the service ${service}`,
                setDeployment(`${container}.readinessProbe.grpc.service`, service),
            );
        }
    }
    for (const probe of ["livenessProbe", "readinessProbe"]) {
        yield broken(
            `${probe} over TCP`,
            setDeployment(`${container}.${probe}`, { tcpSocket: { port: 9003 } }),
            probe === "readinessProbe"
                ? {
                      id: "epp-probe-not-grpc",
                      message: /hide a pool that is not synced/,
                      on: ["scoring"],
                      warning: true,
                  }
                : undefined,
        );
        yield broken(
            `${probe} over HTTP`,
            setDeployment(`${container}.${probe}`, { httpGet: { path: "/", port: 9003 } }),
        );
    }
    yield harmless("verbosity by its short name", replaceArgument("v", "-v=4"));
    yield harmless("another known flag", add("--refresh-metrics-interval=100ms"));
    yield harmless("zap's flags", add("--zap-encoder=json", "--zap-log-level", "info"));
    yield harmless("a switch without a value", replaceArgument("secure-serving", "--secure-serving"));
};
