import { parse, stringify } from "yaml";
import { extProcFilterSpec } from "../../support/extProc";
import type { Mutation } from "../mutation";
import type { Program } from "../program";

/** Names and places of the endpoint picker's resources, for the generators about it. */
export const epp = /-epp$/;
export const role = /-epp(-|$)/;
export const podSpec = "spec.template.spec";
export const container = `${podSpec}.containers.0`;
export const typedConfig = "spec.configPatches.0.patch.value.typed_config";
export const clusterName = `${typedConfig}.grpc_service.envoy_grpc.cluster_name`;

/** Where the endpoint picker runs, which is not the same in every mode. */
export function namespaceOf(program: Program): string {
    return String(program.get("Deployment", epp).get("metadata.namespace"));
}

/** The tag of the endpoint picker's image. */
export function tagOf(program: Program): string {
    return String(program.get("Deployment", epp).get(`${container}.image`)).replace(/^.*:/, "");
}

/** Whether the endpoint picker is llm-d's 0.8, of GIE 1.5. */
export function isGie15(program: Program): boolean {
    return tagOf(program).startsWith("v0.8.");
}

/** Whether the endpoint picker raises blocks to 64 tokens, as those of the router do. */
export function raisesBlocks(program: Program): boolean {
    return /^v0\.(9|10)\./.test(tagOf(program));
}

/** Whether the endpoint picker does not start with flags that name metrics. */
export function refusesMetricFlags(program: Program): boolean {
    return isGie15(program) || raisesBlocks(program);
}

/** Whether the endpoint picker's flags are parsed by Go's own package. */
export function readsOneDash(program: Program): boolean {
    return tagOf(program).startsWith("v0.4.");
}

export function isReplicated(program: Program): boolean {
    return Number(program.get("Deployment", epp).get("spec.replicas")) > 1;
}

/** Edits the endpoint picker's arguments. */
export function editArguments(change: (all: string[]) => string[]): Mutation["apply"] {
    return (program) => {
        program.get("Deployment", epp).update(`${container}.args`, change);
    };
}

/** Removes an argument, by its flag, and adds others. */
export function replaceArgument(flag: string, ...added: string[]): Mutation["apply"] {
    return editArguments((all) => [
        ...all.filter((argument) => argument !== `--${flag}` && !argument.startsWith(`--${flag}=`)),
        ...added,
    ]);
}

/** Sets a field of the endpoint picker's Deployment. */
export function setDeployment(path: string, value: unknown): Mutation["apply"] {
    return (program) => {
        program.get("Deployment", epp).set(path, value);
    };
}

/** Adds an ext_proc EnvoyFilter as people write them by hand. */
export function addExtProc(program: Program, namespace: string, gateway: string): void {
    const host = `${program.get("Service", epp).kubernetesName}.${namespaceOf(program)}.svc.cluster.local`;
    program.add({
        apiVersion: "networking.istio.io/v1alpha3",
        kind: "EnvoyFilter",
        metadata: { name: "ext-proc", namespace },
        spec: extProcFilterSpec({ cluster: `outbound|9002||${host}`, gateway }),
    });
}

/** An EndpointPickerConfig, as far as the generators edit it. */
export interface Config {
    apiVersion: string;
    kind: string;
    featureGates?: string[];
    plugins: { type?: string; name?: string; parameters?: Record<string, unknown> }[];
    schedulingProfiles: { name?: string; plugins: { pluginRef?: string; weight?: number }[] }[];
    [key: string]: unknown;
}

/** Edits the endpoint picker's EndpointPickerConfig. */
export function editConfig(change: (config: Config) => unknown): Mutation["apply"] {
    return (program) => {
        program.get("ConfigMap", epp).update<string>(["data", "epp-config.yaml"], (text) => {
            const config = parse(text) as Config;
            change(config);
            return stringify(config);
        });
    };
}
