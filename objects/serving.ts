import type { Container, Located } from "./containers";
import { declaredPortsOf, flagValue, flagValues, listeningContainersOf } from "./containers";
import { text } from "./json";
import type { PodTemplate } from "./podIndex";
import { Unknowns } from "./unknown";
import { findEpp, parseImage } from "../releases";

/** vLLM, the simulator and llm-d's routing sidecar listen here unless `--port` says otherwise. */
export const defaultPort = 8000;
/** Images of model servers. */
const modelServerImage = /vllm|inference-sim/;
/** Router `Makefile`: the second is the name from 0.9 on. */
const sidecarImage = /routing-sidecar|disagg-sidecar/;
/** The flags that say where a routing sidecar finds its model server; the second is the name from 0.10 on. */
const serverPortFlags = ["vllm-port", "model-server-port"];

/**
 * The containers that requests come to: those that listen at the port by `--port` or by default; if none does, the
 * routing sidecars; otherwise all that are started with `--port`; otherwise those that declare the port; otherwise the
 * first.
 */
export function servingContainers(template: PodTemplate, port: number): Container[] {
    return serving(listeningContainersOf(template), port);
}

/** The containers that a routing sidecar passes requests on to, if they come at a port: found as those in front are. */
export function serversBehind(sidecar: Container, template: PodTemplate, port: number): Container[] {
    return serving(
        listeningContainersOf(template).filter(
            (container) => container.path !== sidecar.path && !isRoutingSidecar(container),
        ),
        port,
    );
}

function serving(containers: readonly Container[], port: number): Container[] {
    const agreeing = containers.filter((container) => portsOf(container).includes(String(port)));
    if (agreeing.length > 0) {
        return agreeing;
    }
    const sidecars = containers.filter(isRoutingSidecar);
    if (sidecars.length > 0) {
        return sidecars;
    }
    const flagged = containers.filter(isFlagged);
    if (flagged.length > 0) {
        return flagged;
    }
    const declaring = containers.filter((container) => declares(container, port));
    return declaring.length > 0 ? declaring : containers.slice(0, 1);
}

/** The port that requests come to, and how many ports from there on: data-parallel ranks have one each. */
export function listensAt(template: PodTemplate, number: number, port: number): boolean {
    return servingContainers(template, port).some((container) => {
        const ranks = Number(flagValue(container, "data-parallel-size")?.value ?? "1");
        return number >= port && number < port + ranks;
    });
}

/**
 * Where a container listens, by `--port` or by default; nowhere as long as that is not known. Unknown arguments are
 * reported by the check of the command line, not by the choice of the container.
 */
function portsOf(container: Container): string[] {
    return asFarAsKnown(() => {
        const flagged = flaggedPortsOf(container);
        return flagged.length === 0 && hasDefaultPort(container) ? [String(defaultPort)] : flagged;
    }, []);
}

function isFlagged(container: Container): boolean {
    return asFarAsKnown(() => flaggedPortsOf(container).length > 0, false);
}

function flaggedPortsOf(container: Container): string[] {
    return flagValues(container, "port").map(({ value }) => value);
}

/** Whether a container is llm-d's routing sidecar, which passes requests on to the model server. */
export function isRoutingSidecar({ fields }: Container): boolean {
    return sidecarImage.test(text(fields.image) ?? "");
}

/** Whether a container, by its image, listens at {@link defaultPort} without `--port`. */
export function hasDefaultPort(container: Container): boolean {
    return isRoutingSidecar(container) || isModelServer(container);
}

function isModelServer({ fields }: Container): boolean {
    return modelServerImage.test(text(fields.image) ?? "");
}

function declares(container: Container, port: number): boolean {
    return asFarAsKnown(() => declaredPortsOf(container).some(({ number }) => number === port), false);
}

/** What a reading gives, or something else where a part of it is not known. */
function asFarAsKnown<T>(read: () => T, otherwise: T): T {
    let value = otherwise;
    new Unknowns().attempt(() => {
        value = read();
    });
    return value;
}

/** Whether a container that requests do not come to has a port, by its declaration or its `--port`. */
export function isSidecarPort(template: PodTemplate, number: number, port: number): boolean {
    const serving = new Set(servingContainers(template, port).map(({ path }) => path));
    return listeningContainersOf(template)
        .filter(({ path }) => !serving.has(path))
        .some((container) => hasPort(container, number));
}

/** Whether pods can be reached at a port for all they say: one of their containers declares it, or listens there. */
export function mayListenAt(template: PodTemplate, number: number): boolean {
    return listeningContainersOf(template).some((container) => hasPort(container, number));
}

function hasPort(container: Container, number: number): boolean {
    return (
        declaredPortsOf(container).some((declared) => declared.number === number) ||
        portsOf(container).includes(String(number))
    );
}

/** Where a routing sidecar passes requests on to, in its own pod; undefined where neither it nor its image tells. */
export function serverPortOf(sidecar: Container): Located<string> | undefined {
    const given = serverPortFlags.flatMap((flag) => flagValue(sidecar, flag) ?? []).at(-1);
    const release = findEpp(parseImage(text(sidecar.fields.image) ?? "").version ?? "");
    return (
        given ??
        (release && { value: release.routingSidecar.defaultServerPort, path: `${sidecar.path}.args` })
    );
}

/** The ports that the other containers of a routing sidecar's pod say that they listen on. */
export function portsBehind(sidecar: Container, template: PodTemplate): Located<string>[] {
    return listeningContainersOf(template)
        .filter(({ path }) => path !== sidecar.path)
        .flatMap((container) => {
            const unsaid = isModelServer(container)
                ? [{ value: String(defaultPort), path: `${container.path}.args` }]
                : [];
            return flagValue(container, "port") ?? unsaid;
        });
}
