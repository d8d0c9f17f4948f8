import type { Findings, Violation } from "../../framework/finding";
import { record, text } from "../../../objects/json";
import type { PodTemplate } from "../../../objects/podIndex";
import { Unknowns } from "../../../objects/unknown";
import type { Container } from "../../../objects/containers";
import { declaredPortsOf, flagValues } from "../../../objects/containers";
import {
    defaultPort,
    isRoutingSidecar,
    isSidecarPort,
    portsBehind,
    servingContainers,
    modelServerImage,
    serverPortOf,
} from "../../../objects/serving";
import type { Claim } from "./claim";
import { disagreement } from "./claim";

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
    const astray: Violation[] = [];
    unknowns.attempt(() => {
        astray.push(...sidecarsAstray(template, port));
    });

    const agreeing = claims.find((claim) => claim.port === port);
    yield* claims
        .filter((claim) => claim.port !== port)
        .map((claim) =>
            disagreement(claim, port, agreeing, () => !claim.decides && listensOnlyAt(template, port)),
        );
    yield* astray;
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
        (isRoutingSidecar(container) || modelServerImage.test(text(container.fields.image) ?? ""))
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

/** A routing sidecar that passes requests on to a port at which no container of its pod says that it listens. */
function* sidecarsAstray(template: PodTemplate, port: number): Iterable<Violation> {
    for (const sidecar of servingContainers(template, port).filter(isRoutingSidecar)) {
        const target = serverPortOf(sidecar);
        const behind = portsBehind(sidecar, template);
        if (target && behind.length > 0 && !behind.some(({ value }) => value === target.value)) {
            const listening = behind.map(({ value, path }) => `${value} (${path})`).join(", ");
            yield {
                message: `${template.owner.toString()}: the routing sidecar ${sidecar.name} passes requests on to port ${target.value} (${target.path}), but the containers behind it listen on ${listening}.`,
            };
        }
    }
}
