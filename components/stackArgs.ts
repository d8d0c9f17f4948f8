import type { ReleaseNames, Role } from "./contract";
import {
    eppNamespace,
    gatewayNames,
    labels,
    podSelector,
    ports,
    proxyUrl,
    releaseNames,
    serviceHost,
} from "./contract";
import type { EndpointPickerSettings } from "./epp/endpointPicker";
import type { EppTls } from "./epp/tls";
import { kvCacheMetricSettings, presetConfig, routingSidecarArguments } from "../releases";
import type { MonitorSettings } from "./monitors";
import type { Admission } from "./networkPolicies";
import { podsIn } from "./networkPolicies";
import type { RegistryCredentials } from "./pullSecrets";
import type { SchedulerStackArgs } from "./scheduler/schedulerStack";
import type { Model, Settings } from "./settings";
import {
    disaggregates,
    hasKvEvents,
    hasRoutingSidecar,
    imagesOf,
    releasesOf,
    routeMatches,
} from "./settings";
import type { AutoscalingSettings } from "./simulator/autoscaler";
import { demand } from "./simulator/demand";
import type { RoutingSidecarSettings } from "./simulator/routingSidecar";
import type { SimulatorStackArgs } from "./simulator/simulatorStack";

/** What settings mean for the components of one model. Components take values, never the settings themselves. */
export function simulatorStackArgs(model: Model, settings: Settings): SimulatorStackArgs {
    const { placement, resources, replicas, podDisruptionBudget } = model;
    const names = namesOf(model);
    const scoring = settings.routing.backend === "InferencePool";
    const admissions = modelServerAdmissions(model, settings);
    const role = (of: Role) => ({
        replicas: replicas[of],
        resources: resources[of],
        placement: placement[of],
        admissions: admissions?.[of],
        autoscaling: autoscalingSettings(of, model, settings),
    });
    return {
        release: model.release,
        modelRelease: model.modelRelease,
        names,
        namespace: settings.namespaces.simulator,
        servers: {
            image: imagesOf(model).simulator,
            release: releasesOf(model).simulator,
            model: model.simulator,
            env: model.simulator.env,
            fixedUser: settings.pods.fixedUser,
            pullSecrets: pullSecretNames(model, settings),
            ...(podDisruptionBudget.enabled && { maxUnavailable: podDisruptionBudget.maxUnavailable }),
            ...monitorSettings(settings),
            ...(hasKvEvents(model) && {
                kvEventReader: serviceHost(names.epp, eppNamespace(settings)),
            }),
            timeoutSeconds: settings.readiness.timeoutSeconds,
        },
        roles: {
            decode: { ...role("decode"), sidecar: routingSidecarSettings(model) },
            prefill: role("prefill"),
        },
        proxy: model.proxy,
        ...(scoring && {
            pool: {
                podSelector: pickablePods(model),
                failureMode: settings.extProc.failureMode,
                objectives: model.objectives,
                objectiveGroup: model.epp.objectiveGroup ?? releasesOf(model).epp.objectiveGroups.at(-1),
            },
        }),
    };
}

/** What settings mean for the scheduler's side, once each model has its simulator stack. */
export function schedulerStackArgs(
    settings: Settings,
    backendOf: (model: Model) => SchedulerStackArgs["models"][number]["backend"],
): SchedulerStackArgs {
    const { routing } = settings;
    return {
        release: settings.release,
        namespace: settings.namespaces.scheduler,
        gateway: settings.gateway,
        models: settings.models.map((model) => ({
            release: model.release,
            names: namesOf(model),
            backend: backendOf(model),
            ...routeMatches(model, settings),
            epp: endpointPickerSettings(model, settings),
        })),
        timeouts: {
            ...(routing.requestTimeout !== undefined && { request: routing.requestTimeout }),
            ...(routing.backendRequestTimeout !== undefined && {
                backendRequest: routing.backendRequestTimeout,
            }),
        },
        grantVersion: routing.referenceGrantVersion,
        extProc: settings.extProc,
        readiness: settings.readiness,
        protect: settings.protect,
    };
}

/** The image pull Secret that the stack makes, with what it holds; undefined where it makes none. */
export function registryCredentials({
    registry: { server, username, password },
    release,
    gateway,
}: Settings): { secretName: string; credentials: RegistryCredentials } | undefined {
    return server === undefined || username === undefined || password === undefined
        ? undefined
        : {
              secretName: gatewayNames(release, gateway.className).pullSecret,
              credentials: { server, username, password },
          };
}

/** The image pull Secrets of a model's pods: those that exist already, and the stack's own. */
function pullSecretNames({ images }: Model, settings: Settings): string[] {
    const own = registryCredentials(settings);
    return [...images.pullSecrets, ...(own === undefined ? [] : [own.secretName])];
}

/** The names of a model's resources. */
export function namesOf(model: Model): ReleaseNames {
    return releaseNames(model.release, model.modelRelease);
}

/** Whether decode pods may all go while there are no requests. */
export function scalesToZero({ autoscaling }: Model): boolean {
    return autoscaling.enabled && autoscaling.minReplicas === 0;
}

/** Which pods an EPP may pick: decode pods, and with a prefill/decode split the prefill pods besides. */
export function pickablePods(model: Model): Record<string, string> {
    return disaggregates(model) ? podsOf(model) : podSelector(model.modelRelease, "decode");
}

/** The pods of a model, of either role. */
function podsOf(model: Model): Record<string, string> {
    const decode = podSelector(model.modelRelease, "decode");
    return Object.fromEntries(Object.entries(decode).filter(([key]) => key !== labels.role));
}

function endpointPickerSettings(model: Model, settings: Settings): EndpointPickerSettings {
    const { epp } = model;
    const releases = releasesOf(model);
    const metric = kvCacheMetricSettings(releases.epp, releases.simulator);
    const options = {
        blockSize: model.simulator.blockSize,
        engineMetric: metric.engineMetric,
        flowControl: epp.flowControl,
        kvEvents: {
            model: model.simulator.model,
            renderUrl: proxyUrl(namesOf(model), settings.namespaces.simulator),
            port: ports.kvEvents,
        },
        ...(scalesToZero(model) && { requestTtl: `${String(settings.readiness.timeoutSeconds)}s` }),
    };
    return {
        image: imagesOf(model).epp,
        release: releases.epp,
        replicas: model.replicas.epp,
        resources: model.resources.epp,
        placement: model.placement.epp,
        pullSecrets: pullSecretNames(model, settings),
        podSelector: pickablePods(model),
        config:
            epp.plugins === "custom" ? epp.customConfig! : presetConfig(epp.plugins, releases.epp, options),
        extraArguments: metric.arguments,
        tracing: {
            enabled: epp.tracing,
            otlpEndpoint: epp.otlpEndpoint,
            sampleRatio: epp.traceSampleRatio,
        },
        metricsAuth: epp.metricsAuth,
        logLevel: epp.logLevel,
        allowExperimentalPlugins: epp.allowExperimentalPlugins,
        drainTimeout: epp.drainTimeout,
        emitEndpointScores: epp.emitEndpointScores,
        extraArgs: epp.extraArgs,
        env: epp.env,
        fixedUser: settings.pods.fixedUser,
        ...(epp.tls && { tls: servingTls(epp.tls) }),
        ...monitorSettings(settings),
        readsKvEvents: hasKvEvents(model),
        admissions: eppAdmissions(model, settings),
    };
}

/** The sidecar by which decode pods have prefill pods work, where the EPP names any. */
function routingSidecarSettings(model: Model): RoutingSidecarSettings | undefined {
    return hasRoutingSidecar(model)
        ? {
              image: imagesOf(model).sidecar,
              args: routingSidecarArguments(releasesOf(model).epp, {
                  port: ports.inference,
                  serverPort: ports.behindSidecar,
              }),
              resources: model.resources.sidecar,
          }
        : undefined;
}

/**
 * What the autoscaler of a role follows; undefined where there is none. Checked settings have an address for every signal
 * of the EPP. Requests that the EPP holds for want of a pod are not in flight, and what is in flight does not queue: so
 * either of them has to start the first pod of a role, and to keep the last one.
 */
function autoscalingSettings(role: Role, model: Model, settings: Settings): AutoscalingSettings | undefined {
    const { autoscaling } = model;
    const { enabled, minReplicas, maxReplicas, targetCpuPercent, signal, target } =
        role === "decode" ? autoscaling : autoscaling.prefill;
    if (!enabled) {
        return undefined;
    }
    if (signal === "cpu") {
        return { minReplicas, maxReplicas, by: { targetCpuPercent } };
    }
    const picker = { namespace: eppNamespace(settings), epp: namesOf(model).epp };
    const others = (["requests-running", "queue-size"] as const).filter(
        (other) => other !== signal && minReplicas === 0 && role === "decode",
    );
    return {
        minReplicas,
        maxReplicas,
        by: {
            demands: [demand(signal, picker, target), ...others.map((other) => demand(other, picker))],
            prometheusAddress: autoscaling.prometheusAddress!,
            cooldownSeconds: autoscaling.cooldownSeconds,
        },
    };
}

/** Checked settings have one of each pair. */
function servingTls({
    secretName,
    certificate,
    key,
    ca,
    caSecretName,
}: NonNullable<Model["epp"]["tls"]>): EppTls {
    return {
        certificate: secretName === undefined ? { certificate: certificate!, key: key! } : { secretName },
        ca: ca === undefined ? { secretName: caSecretName! } : { certificates: ca },
    };
}

/** How monitors scrape, where there are any. */
function monitorSettings({ monitoring }: Settings): { monitor?: MonitorSettings } {
    const { monitors, ...monitor } = monitoring;
    return monitors ? { monitor } : {};
}

/** Envoy of the Gateway. */
function gatewayPods({ release, gateway, namespaces }: Settings) {
    const name = gatewayNames(release, gateway.className).gateway;
    return podsIn(namespaces.scheduler, { [labels.gatewayName]: name });
}

/**
 * Who may connect to model servers: the Gateway, clients of the direct path, the EPP and Prometheus; to prefill pods also
 * the routing sidecars of decode pods.
 */
function modelServerAdmissions(model: Model, settings: Settings): Record<Role, Admission[]> | undefined {
    const { networkPolicies, namespaces } = settings;
    if (!networkPolicies.enabled) {
        return undefined;
    }
    const readers = [
        podsIn(eppNamespace(settings), { [labels.name]: namesOf(model).epp }),
        podsIn(networkPolicies.monitoringNamespace, {}),
    ];
    const sidecars = hasRoutingSidecar(model)
        ? [podsIn(namespaces.simulator, podSelector(model.modelRelease, "decode"))]
        : [];
    const clients = [gatewayPods(settings), podsIn(undefined, networkPolicies.directClientLabels)];
    return {
        decode: [{ port: ports.inference, from: [...clients, ...readers] }],
        prefill: [{ port: ports.inference, from: [...sidecars, ...readers] }],
    };
}

/**
 * Who may connect to an EPP: the Gateway asks it, Prometheus reads its metrics, and where it reads events the model's
 * pods send them.
 */
function eppAdmissions(model: Model, settings: Settings): Admission[] | undefined {
    const { networkPolicies, namespaces } = settings;
    return networkPolicies.enabled
        ? [
              { port: ports.eppGrpc, from: [gatewayPods(settings)] },
              { port: ports.eppMetrics, from: [podsIn(networkPolicies.monitoringNamespace, {})] },
              ...(hasKvEvents(model)
                  ? [
                        {
                            port: ports.kvEvents,
                            from: [podsIn(namespaces.simulator, podsOf(model))],
                        },
                    ]
                  : []),
          ]
        : undefined;
}
