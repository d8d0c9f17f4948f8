import { gatewayNames, releaseNames } from "../contract";
import { eppReleases, minorOfImage, simulatorReleases } from "../versions";
import type { Problem } from "./errors";
import { shown } from "./errors";
import type { Settings } from "./schema";

/** Kubernetes' limit for the names of Services and of label values. */
const maxNameLength = 63;

/** What is wrong with settings that are each allowed, but not together. */
export function conflicts(settings: Settings): Problem[] {
    return [
        ...impossiblePath(settings),
        ...sameNamespace(settings),
        ...longNames(settings),
        ...limitsBelowRequests(settings),
        ...unknownVersion(
            "simulator",
            settings.images.simulator,
            settings.images.simulatorVersion,
            simulatorReleases,
        ),
        ...unknownVersion("epp", settings.images.epp, settings.images.eppVersion, eppReleases),
        ...lostPrecision(settings),
    ];
}

/** DESIGN's table of paths: three of the four pairs exist. */
function impossiblePath({ routing, extProc }: Settings): Problem[] {
    if (routing.backend !== "InferencePool") {
        return [];
    }
    if (!extProc.enabled) {
        return [
            {
                setting: "extProc.enabled",
                message:
                    "extProc.enabled: false is not allowed with routing.backend InferencePool, because Istio always asks the EPP of a pool; allowed: extProc.enabled true, or routing.backend Service.",
            },
        ];
    }
    return [
        {
            setting: "routing.backend",
            message: 'routing.backend: "InferencePool" is not supported yet; allowed: Service.',
        },
    ];
}

function sameNamespace({ namespaces }: Settings): Problem[] {
    return namespaces.scheduler === namespaces.simulator
        ? [
              {
                  setting: "namespaces.simulator",
                  message: `namespaces.simulator: ${shown(namespaces.simulator)} is not allowed; allowed: a namespace other than namespaces.scheduler, because the route crosses namespaces.`,
              },
          ]
        : [];
}

function longNames({ release, modelRelease, gateway }: Settings): Problem[] {
    const { gatewayService } = gatewayNames(release, gateway.className);
    const { decode, prefill, proxy } = releaseNames(release, modelRelease);
    const check = (setting: string, value: string, names: string[]): Problem[] =>
        names
            .filter((name) => name.length > maxNameLength)
            .slice(0, 1)
            .map((name) => ({
                setting,
                message: `${setting}: ${shown(value)} is not allowed, because it makes the name ${name} of ${String(name.length)} characters; allowed: at most ${String(value.length - (name.length - maxNameLength))} characters.`,
            }));
    return [
        ...check("release", release, [gatewayService, proxy]),
        ...check("modelRelease", modelRelease, [prefill, decode]),
    ];
}

function limitsBelowRequests({ resources }: Settings): Problem[] {
    return Object.entries(resources).flatMap(([workload, { requests, limits }]) =>
        (["cpu", "memory"] as const)
            .filter((kind) => quantity(requests[kind]) > quantity(limits[kind]))
            .map((kind) => ({
                setting: `resources.${workload}.limits.${kind}`,
                message: `resources.${workload}.limits.${kind}: ${shown(limits[kind])} is not allowed; allowed: at least resources.${workload}.requests.${kind}, which is ${shown(requests[kind])}.`,
            })),
    );
}

/** A Kubernetes quantity as a number. The schema has checked its form. */
function quantity(text: string): number {
    const scales: Record<string, number> = {
        m: 1e-3,
        k: 1e3,
        M: 1e6,
        G: 1e9,
        T: 1e12,
        Ki: 2 ** 10,
        Mi: 2 ** 20,
        Gi: 2 ** 30,
        Ti: 2 ** 40,
    };
    return parseFloat(text) * (scales[text.replace(/^[\d.]+/, "")] ?? 1);
}

function unknownVersion(
    image: "simulator" | "epp",
    reference: string,
    version: string | undefined,
    releases: readonly { minor: string }[],
): Problem[] {
    const known = releases.map((release) => release.minor);
    const minor = version ?? minorOfImage(reference);
    if (minor !== undefined && known.includes(minor)) {
        return [];
    }
    const at = version === undefined ? `images.${image}` : `images.${image}Version`;
    const value = shown(version ?? reference);
    const hint =
        minor === undefined
            ? `its tag names no version, so set images.${image}Version to one of ${known.join(", ")}`
            : `known versions are ${known.join(", ")}`;
    return [{ setting: at, message: `${at}: ${value} is not allowed; allowed: a known version; ${hint}.` }];
}

/** Simulators before 0.7 read whole milliseconds, so a finer setting would silently be lost. */
function lostPrecision({ images, simulator }: Settings): Problem[] {
    const minor = images.simulatorVersion ?? minorOfImage(images.simulator);
    if (simulatorReleases.find((release) => release.minor === minor)?.latency !== "milliseconds") {
        return [];
    }
    return (["timeToFirstToken", "interTokenLatency"] as const)
        .filter((key) => !/^\d+ms$/.test(simulator[key]))
        .map((key) => ({
            setting: `simulator.${key}`,
            message: `simulator.${key}: ${shown(simulator[key])} is not allowed with simulator ${minor ?? ""}; allowed: whole milliseconds, e.g. 20ms.`,
        }));
}
