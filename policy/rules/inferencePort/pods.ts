import type { Findings } from "../../framework/finding";
import { record, text } from "../../../objects/json";
import type { PodTemplate } from "../../../objects/podIndex";
import { Unknowns } from "../../../objects/unknown";
import type { Container } from "../../../objects/containers";
import {
    containersOf,
    declaredPortsOf,
    flagValues,
    listeningContainersOf,
} from "../../../objects/containers";
import type { Claim } from "./claim";
import { disagreement } from "./claim";

/** vLLM and the simulator listen here unless `--port` says otherwise. */
const defaultPort = 8000;
const modelServerImage = /vllm|llm-d-inference-sim/;

const scrapePortAnnotation = "prometheus.io/port";

/** Everything in a model server's pod template that says a port agrees. */
export function* checkPods(template: PodTemplate, port: number): Findings {
    const unknowns = new Unknowns();
    const claims: Claim[] = [];
    const add = (what: string, path: string, value: number | undefined, written?: string) =>
        claims.push({ object: template.owner, what, path, port: value, written });

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
    yield* claims.filter((claim) => claim.port !== port).map((claim) => disagreement(claim, port, agreeing));
    yield* unknowns.errors.map((unknown) => ({ unknown }));
}

type Add = (what: string, path: string, value: number | undefined, written?: string) => void;

/**
 * The containers that serve the model: those started with `--port`, and of several those with the right one, because
 * a sidecar may have such a flag too; otherwise those that declare the port; otherwise the first.
 */
export function servingContainers(template: PodTemplate, port: number): Container[] {
    const containers = containersOf(template);
    const flagged = containers
        .map((container) => ({ container, values: knownFlagValues(container) }))
        .filter(({ values }) => values.length > 0);
    const agreeing = flagged.filter(({ values }) => values.includes(String(port)));
    if (flagged.length > 0) {
        return (agreeing.length > 0 ? agreeing : flagged).map(({ container }) => container);
    }
    const declaring = containers.filter((container) => declares(container, port));
    return declaring.length > 0 ? declaring : containers.slice(0, 1);
}

/** Unknown arguments are reported by the check of the command line, not by the choice of the container. */
function knownFlagValues(container: Container): string[] {
    let values: string[] = [];
    new Unknowns().attempt(() => {
        values = flagValues(container, "port").map(({ value }) => value);
    });
    return values;
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
        add(
            `\`--port\` of container ${container.name}`,
            path,
            number,
            number === undefined ? value : undefined,
        );
    }
    if (flags.length === 0 && modelServerImage.test(text(container.fields.image) ?? "")) {
        add(
            `the port without \`--port\` of container ${container.name}`,
            `${container.path}.args`,
            defaultPort,
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
            add(what, path, named?.number, port);
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
    add(`annotation ${scrapePortAnnotation}`, path, /^\d+$/.test(value) ? Number(value) : undefined, value);
}

/** Whether a container that does not serve the model declares a port number. */
export function isSidecarPort(template: PodTemplate, number: number, port: number): boolean {
    const serving = new Set(servingContainers(template, port).map(({ path }) => path));
    return listeningContainersOf(template)
        .filter(({ path }) => !serving.has(path))
        .some((container) => declaredPortsOf(container).some((declared) => declared.number === number));
}

/** The EPP of llm-d, by the names its image has had. */
const pickerImage = /inference-scheduler|endpoint-picker|\/epp\b/;

/** `--endpoint-target-ports` of an EPP that picks endpoints without a pool. */
export function* checkPicker(template: PodTemplate, port: number): Findings {
    const flag = "endpoint-target-ports";
    const unknowns = new Unknowns();
    for (const container of containersOf(template)) {
        const isPicker = pickerImage.test(text(container.fields.image) ?? "");
        const reading = isPicker ? unknowns : new Unknowns();
        const claims: Claim[] = [];
        reading.attempt(() => {
            for (const { value, path } of flagValues(container, flag)) {
                for (const part of value.split(",")) {
                    claims.push({
                        object: template.owner,
                        what: `\`--${flag}\` of container ${container.name}`,
                        path,
                        port: /^\d+$/.test(part.trim()) ? Number(part) : undefined,
                    });
                }
            }
        });
        yield* claims.filter((claim) => claim.port !== port).map((claim) => disagreement(claim, port));
    }
    yield* unknowns.errors.map((unknown) => ({ unknown }));
}
