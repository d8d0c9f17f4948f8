import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import {
    container,
    editArguments,
    editConfig,
    isGie15,
    raisesBlocks,
    replaceArgument,
    setDeployment,
} from "./picker";

const broken = breaking("epp-metric-name");

const decode = /-decode$/;

/** Versions of endpoint picker and simulator that call a metric by different names. */
export const eppMetricName: Generator = function* (program) {
    for (const version of ["v0.5.1", "v0.6.1"]) {
        yield broken(`simulator ${version}`, (copy) => {
            copy.get("Deployment", decode).set(
                `${container}.image`,
                `ghcr.io/llm-d/llm-d-inference-sim:${version}`,
            );
        });
    }
    if (isGie15(program)) {
        yield broken(
            "EPP 0.4",
            setDeployment(
                `${container}.image`,
                "registry.example.com/llm-d/llm-d-inference-scheduler:v0.4.0",
            ),
        );
    }
    yield broken(
        "EPP 0.4, told no name",
        (copy) => {
            setDeployment(
                `${container}.image`,
                "registry.example.com/llm-d/llm-d-inference-scheduler:v0.4.0",
            )(copy);
            replaceArgument("kv-cache-usage-percentage-metric")(copy);
        },
        { id: "epp-metric-mismatch", message: /scores are silently zero/, on: ["scoring"] },
    );
    if (raisesBlocks(program)) {
        yield broken(
            "the configuration names the old metric",
            editConfig((config) =>
                config.plugins.push({
                    type: "core-metrics-extractor",
                    parameters: {
                        engineConfigs: [{ name: "vllm", kvUsageSpec: "vllm:gpu_cache_usage_perc" }],
                    },
                }),
            ),
            {
                id: "epp-metric-mismatch",
                message: /reads vllm:gpu_cache_usage_perc \(kvUsageSpec of its EndpointPickerConfig\)/,
                on: ["scoring"],
                newerThanLab: true,
            },
        );
    }
    yield broken("the flag names the old metric", (copy) => {
        editArguments((all) => [...all, "--kv-cache-usage-percentage-metric=vllm:gpu_cache_usage_perc"])(
            copy,
        );
    });
    // Those that take the arguments and the probes of the one that is there.
    for (const version of ["v0.9.2", "v0.10.0", "v0.10.1"]) {
        yield harmless(`simulator ${version}`, (copy) => {
            copy.get("Deployment", decode).set(
                `${container}.image`,
                `ghcr.io/llm-d/llm-d-inference-sim:${version}`,
            );
        });
    }
};
