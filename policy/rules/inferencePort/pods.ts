import type { Findings } from "../../framework/finding";
import { record, text } from "../../../objects/json";
import type { PodTemplate } from "../../../objects/podIndex";
import { Unknowns } from "../../../objects/unknown";
import type { Container } from "../../../objects/containers";
import { declaredPortsOf, flagValue, flagValues, listeningContainersOf } from "../../../objects/containers";
import type { Claim } from "./claim";
import { disagreement } from "./claim";

/** vLLM, the simulator and llm-d's routing sidecar listen here unless `--port` says otherwise. */
const defaultPort = 8000;
const modelServerImage = /vllm|inference-sim/;
/** Router `Makefile`: the second is the name from 0.9 on. */
const sidecarImage = /routing-sidecar|disagg-sidecar/;

const scrapePortAnnotation = "prometheus.io/port";

/** Everything in a model server's pod template that says a port agrees. */
export function* checkPods(template: PodTemplate, port: number): Findings {
    const unknowns = new Unknowns();
    const claims: Claim[] = [];
    const add = (what: string, path: string, value: number | undefined, more: Partial<Claim> = {}) =>
        claims.push({ object: template.owner, what, path, port: value, ...more });

    unknowns.attempt(() => {
        for (const container of servingContainers(template, port)) {
            unknowns.attempt(() => {
                claimCommandLine(container, add);
            });
            unknowns.attempt(() => {
                claimDeclaredPorts(container, port, add);
            });
            for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
                unknowns.attempt(() => {
                    claimProbe(container, probe, add);
                });
            }
        }
    });
    unknowns.attempt(() => {
        claimScrapePort(template, port, add);
    });

    const agreeing = claims.find((claim) => claim.port === port);
    yield* claims
        .filter((claim) => claim.port !== port)
        .map((claim) =>
            disagreement(claim, port, agreeing, () => !claim.decides && listensOnlyAt(template, port)),
        );
    yield* unknowns.errors.map((unknown) => ({ unknown }));
}

type Add = (what: string, path: string, value: number | undefined, more?: Partial<Claim>) => void;

/** Whether it is known, by arguments or defaults, that what serves in a pod listens at a port and nowhere else. */
export function listensOnlyAt(template: PodTemplate, port: number): boolean {
    const ports: (number | undefined)[] = [];
    for (const container of servingContainers(template, port)) {
        claimCommandLine(container, (_what, _path, value) => ports.push(value));
    }
    return ports.length > 0 && ports.every((value) => value === port);
}

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
    const main = flagged.filter(({ container }) => !isSidecar(container));
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
        if (values.length === 0 && isSidecar(container)) {
            values = [String(defaultPort)];
        }
    });
    return values;
}

/** Whether a container is llm-d's routing sidecar, which passes requests on to the model server. */
function isSidecar({ fields }: Container): boolean {
    return sidecarImage.test(text(fields.image) ?? "");
}

function declares(container: Container, port: number): boolean {
    let found = false;
    new Unknowns().attempt(() => {
        found = declaredPortsOf(container).some(({ number }) => number === port);
    });
    return found;
}

function claimCommandLine(container: Container, add: Add): void {
    const flags = flagValues(container, "port");
    for (const { value, path } of flags) {
        const number = /^\d+$/.test(value) ? Number(value) : undefined;
        add(`\`--port\` of container ${container.name}`, path, number, {
            decides: true,
            ...(number === undefined && { written: value }),
        });
    }
    if (
        flags.length === 0 &&
        (isSidecar(container) || modelServerImage.test(text(container.fields.image) ?? ""))
    ) {
        add(
            `the port without \`--port\` of container ${container.name}`,
            `${container.path}.args`,
            defaultPort,
            { decides: true },
        );
    }
}

/** Declaring ports is optional, and a server may have more than one; then one of them must be the right one. */
function claimDeclaredPorts(container: Container, port: number, add: Add): void {
    const declared = declaredPortsOf(container);
    const claimed = declared.find(({ number }) => number === port) ?? declared[0];
    if (claimed) {
        add(`the declared port of container ${container.name}`, claimed.path, claimed.number);
    }
}

function claimProbe(container: Container, probe: string, add: Add): void {
    const fields = record(container.fields[probe]);
    for (const handler of ["httpGet", "tcpSocket", "grpc"]) {
        const port = record(fields[handler]).port;
        const what = `the ${probe} of container ${container.name}`;
        const path = `${container.path}.${probe}.${handler}.port`;
        if (typeof port === "number") {
            add(what, path, port);
        } else if (typeof port === "string") {
            const named = declaredPortsOf(container).find(({ name }) => name === port);
            add(what, path, named?.number, { written: port });
        }
    }
}

/** A sidecar may be what is scraped. */
function claimScrapePort(template: PodTemplate, port: number, add: Add): void {
    const value = template.annotations[scrapePortAnnotation];
    if (value === undefined || isSidecarPort(template, Number(value), port)) {
        return;
    }
    const path = `${template.path === "" ? "" : `${template.path}.`}metadata.annotations`;
    add(`annotation ${scrapePortAnnotation}`, path, /^\d+$/.test(value) ? Number(value) : undefined, {
        written: value,
        steps: [...path.split("."), scrapePortAnnotation],
    });
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
