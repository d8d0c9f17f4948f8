import { versions } from "../toolchain/versions";
import type { ConformanceImages } from "../toolchain/conformance";
import type { LabTools } from "../toolchain/lab";

/** What a container of an image is on this machine. */
export interface Program {
    /** What the image's entry point is, with its first arguments. */
    command: string[];
    /** Files of the image, by their path in the container. */
    files: Record<string, string>;
}

interface Image {
    /** Last part of the image's name, whatever registry it is from. */
    repository: string;
    tag: string;
    program: Program;
}

/** Tag of Istio's images: the module's version is of no release. */
export const istioTag = versions.istio;

/** Every image that the lab can run. */
function knownImages(tools: LabTools): Image[] {
    return [
        {
            repository: "llm-d-inference-sim",
            tag: versions.simulator,
            program: { command: [tools.simulator], files: {} },
        },
        {
            repository: "llm-d-inference-scheduler",
            tag: versions.llmdScheduler,
            program: { command: [tools.llmdEpp], files: {} },
        },
        {
            repository: "llm-d-inference-scheduler",
            tag: versions.llmdOldestScheduler,
            program: { command: [tools.llmdOldestEpp], files: {} },
        },
        {
            repository: "pilot",
            tag: istioTag,
            program: { command: [tools.pilotDiscovery], files: {} },
        },
        {
            repository: "proxyv2",
            tag: istioTag,
            program: {
                command: [tools.pilotAgent],
                files: {
                    "/usr/local/bin/envoy": tools.envoy,
                    "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json": tools.envoyBootstrap,
                },
            },
        },
        ...(tools.conformance === undefined ? [] : conformanceImages(tools.conformance)),
    ];
}

/**
 * What the manifests of the conformance suites name. Their tags are those of monthly builds, or of a release's candidate:
 * what is built here is the suites' own releases, whose sources these builds became.
 */
function conformanceImages({ echoBasic, conformanceEpp, coredns }: ConformanceImages): Image[] {
    const image = (repository: string, tag: string, program: string): Image => ({
        repository,
        tag,
        program: { command: [program], files: {} },
    });
    return [
        image("echo-basic", "v20260204-monthly-2026.01-60-g28382302", echoBasic),
        image("echo-basic", "v20251106-v1.3.0-263-g47c3435c", echoBasic),
        image("epp", "v1.5.0-rc.1", conformanceEpp),
        image("coredns", versions.coredns, coredns),
    ];
}

/**
 * Finds what runs in place of an image, whatever registry it is from.
 *
 * @throws Error that names the image and what can be run, when there is no program for it.
 */
export function programOf(image: string, tools: LabTools): Program {
    const [, repository = "", tag = ""] = /([^/:@]+):([^:@/]+)(?:@.*)?$/.exec(image) ?? [];
    const known = knownImages(tools);
    const found = known.find((candidate) => candidate.repository === repository && candidate.tag === tag);
    if (found === undefined) {
        const allowed = known.map((candidate) => `${candidate.repository}:${candidate.tag}`).join(", ");
        throw new Error(`no program of this machine stands for ${image}; there are: ${allowed}`);
    }
    return found.program;
}
