import type { Findings, Violation } from "../../framework/finding";
import { record } from "../../../objects/json";
import type { PodTemplate } from "../../../objects/podIndex";
import { Unknowns } from "../../../objects/unknown";
import type { Container } from "../../../objects/containers";
import { declaredPortsOf, flagValues } from "../../../objects/containers";
import {
    defaultPort,
    hasDefaultPort,
    isRoutingSidecar,
    isSidecarPort,
    portsBehind,
    serversBehind,
    servingContainers,
    serverPortOf,
} from "../../../objects/serving";
import type { Claim } from "./claim";
import { disagreement } from "./claim";

const scrapePortAnnotation = "prometheus.io/port";

/** Everything in a model server's pod template that says a port agrees. */
export function* checkPods(template: PodTemplate, port: number): Findings {
    const unknowns = new Unknowns();
    const claims: Claim[] = [];
    let front: Container[] = [];
    unknowns.attempt(() => {
        front = servingContainers(template, port);
        claims.push(...front.flatMap((container) => claimsOf(container, template, port, unknowns)));
    });
    unknowns.attempt(() => {
        claimScrapePort(template, port, adder(template, claims));
    });
    const agreeing = claims.find((claim) => claim.port === port);
    yield* disagreements(claims, port, agreeing, () => listensOnlyAt(template, port));
    const behind: Violation[] = [];
    for (const sidecar of front.filter(isRoutingSidecar)) {
        unknowns.attempt(() => {
            behind.push(...sidecarAstray(sidecar, template));
        });
        unknowns.attempt(() => {
            behind.push(...checkBehind(sidecar, template, unknowns));
        });
    }
    yield* behind;
    // A command line is read for what is in it about more than one port.
    const distinct = new Map(unknowns.errors.map((unknown) => [unknown.path, unknown]));
    yield* [...distinct.values()].map((unknown) => ({ unknown }));
}

/** What a container says of its port, beside what is not known yet. */
function claimsOf(container: Container, template: PodTemplate, port: number, unknowns: Unknowns): Claim[] {
    const claims: Claim[] = [];
    const add = adder(template, claims);
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
    return claims;
}

type Add = (what: string, path: string, value: number | undefined, more?: Partial<Claim>) => void;

function adder({ owner }: PodTemplate, claims: Claim[]): Add {
    return (what, path, value, more = {}) => claims.push({ object: owner, what, path, port: value, ...more });
}

/** @param isCertain whether it is known that the port is the right one. */
function disagreements(
    claims: readonly Claim[],
    port: number,
    agreeing: Claim | undefined,
    isCertain: () => boolean,
): Violation[] {
    return claims
        .filter((claim) => claim.port !== port)
        .map((claim) => disagreement(claim, port, agreeing, () => !claim.decides && isCertain()));
}

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
    if (flags.length === 0 && hasDefaultPort(container)) {
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
function* sidecarAstray(sidecar: Container, template: PodTemplate): Iterable<Violation> {
    const target = serverPortOf(sidecar);
    const behind = portsBehind(sidecar, template);
    if (target && behind.length > 0 && !behind.some(({ value }) => value === target.value)) {
        const listening = behind.map(({ value, path }) => `${value} (${path})`).join(", ");
        yield {
            message: `${template.owner.toString()}: the routing sidecar ${sidecar.name} passes requests on to port ${target.value} (${target.path}), but the containers behind it listen on ${listening}.`,
        };
    }
}

/** All in a container behind a routing sidecar says the port where it listens: if it does not tell, where it is asked. */
function* checkBehind(sidecar: Container, template: PodTemplate, unknowns: Unknowns): Iterable<Violation> {
    const target = serverPortOf(sidecar);
    const asked = Number(target?.value);
    if (target === undefined || !Number.isInteger(asked)) {
        return;
    }
    for (const container of serversBehind(sidecar, template, asked)) {
        const claims = claimsOf(container, template, asked, unknowns);
        const listens = claims.findLast(({ decides, port }) => decides && port !== undefined);
        const right: Claim = listens ?? {
            object: template.owner,
            what: `the port that the routing sidecar ${sidecar.name} passes requests on to`,
            path: target.path,
            port: asked,
        };
        yield* disagreements(claims, right.port ?? asked, right, () => listens?.port === asked);
    }
}
