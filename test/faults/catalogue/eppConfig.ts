import { parse } from "yaml";
import type { Generator, Mutation } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";
import type { Config } from "./picker";
import {
    container,
    editConfig,
    epp,
    isGie15,
    namespaceOf,
    podSpec,
    raisesBlocks,
    readsOneDash,
    replaceArgument,
    setDeployment,
} from "./picker";

const broken = breaking("epp-config");

const decode = /-decode$/;
/** The plugin that is told the size of a block, which differs between versions. */
function prefixBlock({ plugins }: Config): { parameters?: Record<string, unknown> } {
    return plugins.find(({ parameters }) => parameters?.autoTune !== undefined) ?? {};
}

/** Has the configuration say a size in tokens, as its version counts it. */
function setBlock(program: Program, tokens: number): Mutation["apply"] {
    const inTokens = isGie15(program) || raisesBlocks(program);
    const size = inTokens ? { blockSizeTokens: tokens } : { blockSize: 4 * tokens };
    return editConfig((config) => (prefixBlock(config).parameters = { autoTune: false, ...size }));
}

/** Configurations that the endpoint picker does not find, does not load, or that score nothing. */
export const eppConfig: Generator = function* (program) {
    yield broken("another file", replaceArgument("config-file", "--config-file=/config/config.yaml"));
    yield broken(
        "a file where nothing is mounted",
        replaceArgument("config-file", "--config-file=/etc/epp-config.yaml"),
    );
    yield broken("mounted elsewhere", setDeployment(`${container}.volumeMounts.1.mountPath`, "/etc/epp"));
    yield broken("not mounted", (copy) => {
        copy.get("Deployment", epp).unset(`${container}.volumeMounts.1`);
    });
    yield broken("no such volume", (copy) => {
        copy.get("Deployment", epp).unset(`${podSpec}.volumes.1`);
    });
    yield broken("another ConfigMap", setDeployment(`${podSpec}.volumes.1.configMap.name`, "other"));
    yield broken(
        "no ConfigMap",
        (copy) => {
            copy.remove("ConfigMap", epp);
        },
        { id: "epp-config-missing", message: /ConfigMap .* is not there/, on: ["scoring"] },
    );
    yield broken("the ConfigMap is in another namespace", (copy) => {
        copy.get("ConfigMap", epp).set("metadata.namespace", "default");
    });
    yield broken("the file has another name in the ConfigMap", (copy) => {
        const config = copy.get("ConfigMap", epp);
        config.set("data", { "default-plugins.yaml": config.get(["data", "epp-config.yaml"]) });
    });
    yield broken(
        "the file is left out of the volume",
        setDeployment(`${podSpec}.volumes.1.configMap.items`, [{ key: "a", path: "b" }]),
    );
    yield broken("no YAML", (copy) => {
        copy.get("ConfigMap", epp).set(["data", "epp-config.yaml"], "plugins: [");
    });
    yield broken(
        "the kind",
        editConfig((config) => (config.kind = "PluginConfig")),
    );
    yield broken(
        "the group of InferencePool",
        editConfig((config) => (config.apiVersion = "inference.networking.k8s.io/v1")),
    );
    yield broken(
        "another version",
        editConfig((config) => (config.apiVersion = "inference.networking.x-k8s.io/v1alpha2")),
    );
    yield broken(
        "an unknown plugin",
        editConfig((config) => config.plugins.push({ type: "magic-scorer" })),
        {
            id: "epp-config-invalid",
            message: /magic-scorer is not known to EPP 0\.\d/,
            on: ["scoring"],
        },
    );
    yield broken(
        "a plugin without a type",
        editConfig((config) => config.plugins.push({ name: "x" })),
    );
    yield broken(
        "two plugins of one name",
        editConfig((config) => config.plugins.push({ type: "queue-scorer", name: "decode-filter" })),
    );
    yield broken(
        "a plugin that is referred to is gone",
        editConfig((config) => config.plugins.splice(1, 1)),
    );
    yield broken(
        "a plugin has another name",
        editConfig((config) => (config.plugins[1] = { type: "load-aware-scorer", name: "load" })),
    );
    yield broken(
        "a reference to nothing",
        editConfig((config) =>
            config.schedulingProfiles[0]?.plugins.push({ pluginRef: "lora-affinity-scorer" }),
        ),
    );
    yield broken(
        "an entry without a reference",
        editConfig((config) => config.schedulingProfiles[0]?.plugins.push({ weight: 1 })),
    );
    yield broken(
        "a saturation detector that is not there",
        editConfig((config) => (config.saturationDetector = { pluginRef: "utilization-detector" })),
    );
    for (const weight of [0, -1]) {
        yield broken(
            `weight ${String(weight)}`,
            editConfig((config) => (config.schedulingProfiles[0]!.plugins[1]!.weight = weight)),
        );
    }
    yield broken(
        "a profile without a name",
        editConfig((config) => delete config.schedulingProfiles[0]?.name),
    );
    if (JSON.stringify(program.get("ConfigMap", epp).get("data")).includes("single-profile-handler")) {
        yield broken(
            "two profiles for a handler of one",
            editConfig((config) => config.schedulingProfiles.push({ name: "other", plugins: [] })),
        );
    }
    for (const size of raisesBlocks(program) ? [256, 128, 65] : [64, 32, 8]) {
        yield broken(
            `a block of ${String(size)} tokens`,
            setBlock(program, size),
            size === 256
                ? {
                      id: "epp-block-size-mismatch",
                      message: /blockSize(Tokens)? is 256, but the model servers' block of 16 /,
                      on: ["scoring"],
                  }
                : undefined,
        );
    }
    if (isGie15(program)) {
        yield broken(
            "the block in characters, which GIE 1.5 refuses",
            editConfig((config) => (prefixBlock(config).parameters = { blockSize: 64 })),
        );
        yield broken(
            "a plugin of GIE 1.5 in an EPP of GIE 1.4",
            setDeployment(
                `${container}.image`,
                "registry.example.com/llm-d/llm-d-inference-scheduler:v0.7.1",
            ),
        );
    } else if (readsOneDash(program)) {
        yield broken(
            "a fraction as a weight, in an EPP of GIE 1.2",
            editConfig((config) => (config.schedulingProfiles[0]!.plugins[1]!.weight = 2.5)),
        );
    }
    yield broken(
        "the simulator's block",
        (copy) => {
            copy.get("Deployment", decode).update<string[]>(`${container}.args`, (all) =>
                all.map((argument) => argument.replace(/^--block-size=.*/, "--block-size=128")),
            );
        },
        {
            id: "epp-block-size-mismatch",
            message: /block of 128 tokens makes it (128 tokens|512 characters)/,
            on: ["scoring"],
        },
    );
    yield broken("the simulator's block by default, which is not the configured one", (copy) => {
        copy.get("Deployment", decode).update<string[]>(`${container}.args`, (all) =>
            all.filter((argument) => !argument.startsWith("--block-size")),
        );
        setBlock(program, raisesBlocks(program) ? 128 : 32)(copy);
    });
    yield harmless("the configuration as an argument", (copy) => {
        const text = String(copy.get("ConfigMap", epp).get(["data", "epp-config.yaml"]));
        replaceArgument("config-file", `--config-text=${text}`)(copy);
    });
    yield harmless("one key, mounted as the file", (copy) => {
        copy.get("Deployment", epp)
            .set(`${container}.volumeMounts.1.mountPath`, "/config/epp-config.yaml")
            .set(`${container}.volumeMounts.1.subPath`, "epp-config.yaml");
    });
    yield harmless("a projected volume", (copy) => {
        const volume = copy.get("Deployment", epp);
        const configMap = volume.get(`${podSpec}.volumes.1.configMap`);
        volume
            .unset(`${podSpec}.volumes.1.configMap`)
            .set(`${podSpec}.volumes.1.projected.sources`, [{ configMap }]);
    });
    yield harmless(
        "another weight",
        editConfig((config) => (config.schedulingProfiles[0]!.plugins[1]!.weight = 3)),
    );
    yield harmless(
        "a weight by default",
        editConfig((config) => delete config.schedulingProfiles[0]!.plugins[1]!.weight),
    );
    yield harmless(
        "a plugin that nothing refers to",
        editConfig((config) => config.plugins.push({ type: "lora-affinity-scorer" })),
    );
    yield harmless(
        "a plugin under a name of its own",
        editConfig((config) => {
            config.plugins.push({ type: "queue-scorer", name: "queue" });
            config.schedulingProfiles[0]?.plugins.push({ pluginRef: "queue", weight: 1 });
        }),
    );
    yield harmless(
        "the block size that the model servers tell",
        editConfig((config) => delete prefixBlock(config).parameters),
    );
    yield harmless("the configuration in another layout", (copy) => {
        copy.get("ConfigMap", epp).update<string>(["data", "epp-config.yaml"], (text) =>
            JSON.stringify(parse(text), undefined, 2),
        );
    });
    yield harmless("another ConfigMap in the namespace", (copy) => {
        copy.add({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "unrelated", namespace: namespaceOf(program) },
            data: { "epp-config.yaml": "kind: Other" },
        });
    });
};
