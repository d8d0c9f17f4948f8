import { namesOf, pickablePods, scalesToZero } from "./stackArgs";
import type { Backend, Role } from "./contract";
import {
    eppNamespace,
    extProcFilterName,
    gatewayNames,
    httpRouteName,
    podSelector,
    ports,
    referenceGrantName,
    redirectsHttp,
} from "./contract";
import type { RouteMatch } from "./crossNamespaceRoute";
import type { Model, Settings } from "./settings";
import { routeMatches } from "./settings";
import { requestedModel } from "./simulator/arguments";

/** Which path requests through the Gateway take: the three rows of the README's table. */
export type Mode = "scheduler" | "scoring-not-obeyed" | "scoring";

/** The endpoint picker of a model. */
export interface EppOutput {
    /** Name of its Deployment, its Service and its DestinationRule. */
    name: string;
    namespace: string;
    grpcPort: number;
    healthPort: number;
    metricsPort: number;
    /** More than one elects a leader, and only the leader is Ready. */
    replicas: number;
    /** Whether its metrics ask for a token. */
    metricsAuth: boolean;
    /** What happens to requests when it does not answer. */
    failureMode: "FailClose" | "FailOpen";
}

/** The objects that one model's requests pass, by name. Each is in the namespace that its comment says. */
export interface ModelDeploymentOutput {
    /** Name that requests must name in `model`. */
    model: string;
    /** HTTPRoute, in the scheduler namespace. */
    route: string;
    /** Which requests certainly come to the route. */
    match: RouteMatch;
    /** Which come to it besides, but for those that another model's route takes a part of. Default: none. */
    besides?: RouteMatch[];
    /** What the route refers to. */
    backend: Pick<Backend, "kind" | "name" | "namespace" | "port">;
    /** ReferenceGrant, in the backend's namespace. */
    grant: string;
    /** Service of the direct path, in the simulator namespace, and its port. */
    proxy: { name: string; port: number };
    /** Deployments in the simulator namespace, and the labels of their pods. */
    pods: Record<Role, { deployment: string; selector: Record<string, string> }>;
    /** Whether all decode pods may be gone while there are no requests, of which the EPP then holds the next ones. */
    scalesToZero?: true;
    /** Labels of the pods that the EPP may pick. */
    pickable: Record<string, string>;
    epp: EppOutput;
    /** InferencePool, in the simulator namespace; only with the mode `scoring`. */
    pool?: string;
    /** EnvoyFilter, in the scheduler namespace; only with the mode `scoring-not-obeyed`. */
    extProcFilter?: string;
}

/** The objects that the paths are made of: what a tool needs to find them on the cluster. Plain values only. */
export interface DeploymentOutput {
    mode: Mode;
    namespaces: { scheduler: string; simulator: string };
    gateway: {
        name: string;
        className: string;
        /** The Service that Istio creates for it. */
        service: string;
        /** Where there is an {@link httpsPort}, it answers with a redirect. */
        httpPort: number;
        /** Where plain HTTP is redirected: the port that leads to the models. */
        httpsPort?: number;
        statusPort: number;
    };
    /** By release. */
    models: Record<string, ModelDeploymentOutput>;
}

/** What the settings deploy, by name. */
export function deploymentOutput(settings: Settings): DeploymentOutput {
    const { namespaces, gateway, release, models } = settings;
    const names = gatewayNames(release, gateway.className);
    return {
        mode: modeOf(settings),
        namespaces: { scheduler: namespaces.scheduler, simulator: namespaces.simulator },
        gateway: {
            name: names.gateway,
            className: gateway.className,
            service: names.gatewayService,
            httpPort: ports.gatewayHttp,
            ...(redirectsHttp(gateway) && { httpsPort: ports.gatewayHttps }),
            statusPort: ports.gatewayStatus,
        },
        models: Object.fromEntries(models.map((model) => [model.release, modelOutput(model, settings)])),
    };
}

/** The path that the two settings decide. */
export function modeOf({ extProc, routing }: Pick<Settings, "extProc" | "routing">): Mode {
    if (routing.backend === "InferencePool") {
        return "scoring";
    }
    return extProc.enabled ? "scoring-not-obeyed" : "scheduler";
}

function modelOutput(model: Model, settings: Settings): ModelDeploymentOutput {
    const { namespaces, routing, extProc } = settings;
    const names = namesOf(model);
    const mode = modeOf(settings);
    const backendName = routing.backend === "InferencePool" ? names.pool : names.proxy;
    const pods = (role: Role) => ({
        deployment: names[role],
        selector: podSelector(model.modelRelease, role),
    });
    return {
        model: requestedModel(model.simulator),
        route: httpRouteName(names.route, routing.backend),
        ...routeMatches(model, settings),
        backend: {
            kind: routing.backend,
            name: backendName,
            namespace: namespaces.simulator,
            port: ports.inference,
        },
        grant: referenceGrantName(names.route, routing.backend),
        proxy: { name: names.proxy, port: ports.inference },
        pods: { decode: pods("decode"), prefill: pods("prefill") },
        ...(scalesToZero(model) && { scalesToZero: true as const }),
        pickable: pickablePods(model),
        epp: {
            name: names.epp,
            namespace: eppNamespace(settings),
            grpcPort: ports.eppGrpc,
            healthPort: ports.eppHealth,
            metricsPort: ports.eppMetrics,
            replicas: model.replicas.epp,
            metricsAuth: model.epp.metricsAuth,
            failureMode: extProc.failureMode,
        },
        ...(mode === "scoring" && { pool: names.pool }),
        ...(mode === "scoring-not-obeyed" && { extProcFilter: extProcFilterName(names.epp) }),
    };
}
