import type { Container, Located } from "./containers";
import { declaredPortsOf, flagValue, flagValues, listeningContainersOf } from "./containers";
import { text } from "./json";
import type { PodTemplate } from "./podIndex";
import { Unknowns } from "./unknown";
import { findEpp, parseImage } from "../releases";

/** vLLM, the simulator and llm-d's routing sidecar listen here unless `--port` says otherwise. */
export const defaultPort = 8000;
/** Images of model servers. */
export const modelServerImage = /vllm|inference-sim/;
/** Router `Makefile`: the second is the name from 0.9 on. */
const sidecarImage = /routing-sidecar|disagg-sidecar/;
/** The flags that say where a routing sidecar finds its model server; the second is the name from 0.10 on. */
const serverPortFlags = ["vllm-port", "model-server-port"];

/**
 * The containers that requests come to: those started with `--port`, and of several those with the right one, because
 * a routing sidecar in front of the model server has such a flag too; otherwise those that declare the port; otherwise the
 * first.
 */
export function servingContainers(template: PodTemplate, port: number): Container[] {
    const containers = listeningContainersOf(template);
    const flagged = containers
        .map((container) => ({ container, values: knownPorts(container) }))
        .filter(({ values }) => values.length > 0);
    const agreeing = flagged.filter(({ values }) => values.includes(String(port)));
    if (agreeing.length > 0) {
        return agreeing.map(({ container }) => container);
    }
    // None agrees: what there is to say is said of the model servers, and not of what stands in front of them.
    const main = flagged.filter(({ container }) => !isRoutingSidecar(container));
    if (main.length > 0) {
        return main.map(({ container }) => container);
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

/** Unknown arguments are reported by the check of the command line, not by the choice of the container. */
function knownPorts(container: Container): string[] {
    let values: string[] = [];
    new Unknowns().attempt(() => {
        values = flagValues(container, "port").map(({ value }) => value);
        if (values.length === 0 && isRoutingSidecar(container)) {
            values = [String(defaultPort)];
        }
    });
    return values;
}

/** Whether a container is llm-d's routing sidecar, which passes requests on to the model server. */
export function isRoutingSidecar({ fields }: Container): boolean {
    return sidecarImage.test(text(fields.image) ?? "");
}

function declares(container: Container, port: number): boolean {
    let found = false;
    new Unknowns().attempt(() => {
        found = declaredPortsOf(container).some(({ number }) => number === port);
    });
    return found;
}

/** Whether a container that requests do not come to has a port, by its declaration or its `--port`. */
export function isSidecarPort(template: PodTemplate, number: number, port: number): boolean {
    const serving = new Set(servingContainers(template, port).map(({ path }) => path));
    return listeningContainersOf(template)
        .filter(({ path }) => !serving.has(path))
        .some(
            (container) =>
                declaredPortsOf(container).some((declared) => declared.number === number) ||
                knownPorts(container).includes(String(number)),
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
            const isServer = modelServerImage.test(text(container.fields.image) ?? "");
            const unsaid = isServer ? [{ value: String(defaultPort), path: `${container.path}.args` }] : [];
            return flagValue(container, "port") ?? unsaid;
        });
}
