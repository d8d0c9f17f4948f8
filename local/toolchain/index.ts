import * as fs from "fs";
import * as path from "path";
import { cacheDir } from "../paths";
import type { CacheEntry } from "./cache";
import { ensureEntries, entryFolder } from "./cache";
import * as entries from "./entries";
import { definitionsFile } from "./moduleEntries";
import { findOfficialPulumi } from "./officialPulumi";

/** Absolute paths of everything that the embedded control plane is made of. */
export interface Toolchain {
    /** The Pulumi CLI to use. */
    pulumi: string;
    /** Whether {@link pulumi} is an official release found on PATH or was built here from its Go module. */
    pulumiOrigin: "official" | "built";
    /** The official Kubernetes provider, for a CLI without one of its own. */
    kubernetesProvider: string;
    etcd: string;
    kubeApiserver: string;
    kubeControllerManager: string;
    kubeScheduler: string;
    kubectl: string;
    kwok: string;
    /** kwok's stages: YAML files, one stage each. */
    kwokStages: string[];
    /** Custom resource definitions: JSON files, each a list of them. */
    crds: string[];
}

/**
 * Makes sure that every tool is there, building what the cache does not hold whole.
 *
 * An official `pulumi` on PATH is used instead of a built one where it is suitable. `LLMD_LOCAL_PULUMI=built`
 * builds one in any case; `LLMD_LOCAL_PULUMI=official` refuses to build one.
 *
 * @param report takes one line of progress at a time.
 * @throws Error when Go is missing or too old and something must be built, when a step fails (a `StepError`, with the
 * step, its command and the last lines of its output), or when `LLMD_LOCAL_PULUMI` cannot be obeyed.
 */
export async function ensureToolchain(report: (line: string) => void): Promise<Toolchain> {
    const official = await choosePulumi(report);
    const needed = [
        ...(official === undefined ? [entries.pulumi] : []),
        entries.kubeApiserver,
        entries.kubernetesProvider,
        entries.etcd,
        entries.kwok,
        entries.kubeControllerManager,
        entries.kubeScheduler,
        entries.kubectl,
        entries.kwokStages,
        ...entries.crds,
    ];
    await ensureEntries(cacheDir, needed, report);
    return {
        pulumi: official ?? programPath(entries.pulumi),
        pulumiOrigin: official === undefined ? "built" : "official",
        kubernetesProvider: programPath(entries.kubernetesProvider),
        etcd: programPath(entries.etcd),
        kubeApiserver: programPath(entries.kubeApiserver),
        kubeControllerManager: programPath(entries.kubeControllerManager),
        kubeScheduler: programPath(entries.kubeScheduler),
        kubectl: programPath(entries.kubectl),
        kwok: programPath(entries.kwok),
        kwokStages: yamlFiles(entries.kwokStages),
        crds: entries.crds.map(definitionsOf),
    };
}

/** Absolute paths of what says how objects have to be. */
export interface SchemaSources {
    /** Custom resource definitions: JSON files, each a list of them. */
    crds: string[];
    /** Kubernetes' OpenAPI, version 2. */
    openApi: string;
    /** Kubernetes' OpenAPI in Go, with what fields may be. */
    enums: string;
}

/**
 * Makes sure that the definitions of every kind are there, fetching what the cache does not hold whole.
 *
 * @param report takes one line of progress at a time.
 * @throws Error when Go is missing or too old and something must be fetched, or when a step fails.
 */
export async function schemaSources(report: (line: string) => void): Promise<SchemaSources> {
    const { crds, kubernetesOpenApi, kubernetesEnums } = entries;
    await ensureEntries(cacheDir, [...crds, kubernetesOpenApi, kubernetesEnums], report);
    return {
        crds: crds.map(definitionsOf),
        openApi: path.join(entryFolder(cacheDir, kubernetesOpenApi), "swagger.json"),
        enums: path.join(entryFolder(cacheDir, kubernetesEnums), "zz_generated.openapi.go"),
    };
}

/** Endpoint pickers that tests run as processes. The embedded control plane has no use for them. */
export interface EndpointPickers {
    /** GIE's own. */
    gie: string;
    /** llm-d's, with its own plugins. */
    llmd: string;
    /** The oldest one of llm-d's that the program deploys. */
    llmdOldest: string;
}

/**
 * Makes sure that real endpoint pickers are there, building what the cache does not hold whole. It takes minutes, and
 * is therefore no part of {@link ensureToolchain}.
 *
 * @param report takes one line of progress at a time.
 * @throws Error when Go is missing or too old and something must be built, or when a step fails.
 */
export async function ensureEpp(report: (line: string) => void): Promise<EndpointPickers> {
    await ensureEntries(cacheDir, [entries.gieEpp, entries.llmdEpp, entries.llmdOldestEpp], report);
    return {
        gie: programPath(entries.gieEpp),
        llmd: programPath(entries.llmdEpp),
        llmdOldest: programPath(entries.llmdOldestEpp),
    };
}

/** Programs that tests or a bench run, and nothing else. */
const testPrograms = {
    /** The linter of GitHub workflows. */
    actionlint: entries.actionlint,
    /** What a bench compares with. */
    helm: entries.helm,
    /** What an endpoint picker makes of the events of caches, and what publishes them. */
    kvIndex: entries.kvIndex,
    simulator: entries.simulator,
    /** The language host of programs in YAML, beside the CLI. */
    pulumiYaml: entries.pulumiYaml,
};

/**
 * Makes sure that a program of {@link testPrograms} is there.
 *
 * @param report takes one line of progress at a time.
 * @returns its path.
 * @throws Error when Go is missing or too old and it must be built, or when the build fails.
 */
export async function ensureTestProgram(
    name: keyof typeof testPrograms,
    report: (line: string) => void,
): Promise<string> {
    await ensureEntries(cacheDir, [testPrograms[name]], report);
    return programPath(testPrograms[name]);
}

/** @returns the official CLI to use, or undefined to build one. */
async function choosePulumi(report: (line: string) => void): Promise<string | undefined> {
    const wish = process.env.LLMD_LOCAL_PULUMI ?? "";
    if (!["", "built", "official"].includes(wish)) {
        throw new Error(`LLMD_LOCAL_PULUMI is "${wish}"; it can be "built", "official" or unset.`);
    }
    if (wish === "built") {
        return undefined;
    }
    const official = await findOfficialPulumi();
    if (official.found) {
        report(`Using the official pulumi ${official.version} at ${official.executable}`);
        return official.executable;
    }
    if (wish === "official") {
        throw new Error(`LLMD_LOCAL_PULUMI asks for an official pulumi, but ${official.why}.`);
    }
    report(`Using a pulumi built from its Go module (of an official one: ${official.why})`);
    return undefined;
}

export function programPath(entry: CacheEntry): string {
    return path.join(entryFolder(cacheDir, entry), entry.name);
}

function definitionsOf(entry: CacheEntry): string {
    return path.join(entryFolder(cacheDir, entry), definitionsFile);
}

function yamlFiles(entry: CacheEntry): string[] {
    const folder = entryFolder(cacheDir, entry);
    return fs
        .readdirSync(folder)
        .filter((name) => name.endsWith(".yaml"))
        .sort()
        .map((name) => path.join(folder, name));
}
