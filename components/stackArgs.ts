import type { ReleaseNames, Role } from "./contract";
import { eppNamespace, gatewayNames, labels, podSelector, ports, releaseNames } from "./contract";
import type { EndpointPickerSettings } from "./epp/endpointPicker";
import type { EppTls } from "./epp/tls";
import { kvCacheMetricSettings, presetConfig } from "../releases";
import type { MonitorSettings } from "./monitors";
import type { Admission } from "./networkPolicies";
import { podsIn } from "./networkPolicies";
import type { RegistryCredentials } from "./pullSecrets";
import type { SchedulerStackArgs } from "./scheduler/schedulerStack";
import type { Model, Settings } from "./settings";
import { imagesOf, releasesOf, routeMatches } from "./settings";
import type { AutoscalingSettings } from "./simulator/autoscaler";
import { demand } from "./simulator/demand";
import type { SimulatorStackArgs } from "./simulator/simulatorStack";

/** What settings mean for the components of one model. Components take values, never the settings themselves. */
export function simulatorStackArgs(model: Model, settings: Settings): SimulatorStackArgs {
    const { placement, resources, replicas, podDisruptionBudget } = model;
    const names = namesOf(model);
    const scoring = settings.routing.backend === "InferencePool";
    const admissions = modelServerAdmissions(names, settings);
    const role = (of: Role) => ({
        replicas: replicas[of],
        resources: resources[of],
        placement: placement[of],
        admissions: admissions?.[of],
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
            timeoutSeconds: settings.readiness.timeoutSeconds,
        },
        roles: {
            decode: {
                ...role("decode"),
                ...(model.autoscaling.enabled && { autoscaling: autoscalingSettings(model, settings) }),
            },
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

/** Which pods an EPP may pick: decode pods, and with a prefill/decode split the prefill pods besides. */
export function pickablePods(model: Model): Record<string, string> {
    const decode = podSelector(model.modelRelease, "decode");
    if (model.epp.plugins !== "pd-disaggregated") {
        return decode;
    }
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
        admissions: eppAdmissions(settings),
    };
}

/** What an autoscaler follows. Checked settings have an address for every signal of the EPP. */
function autoscalingSettings(model: Model, settings: Settings): AutoscalingSettings {
    const { minReplicas, maxReplicas, targetCpuPercent, signal, target, prometheusAddress, cooldownSeconds } =
        model.autoscaling;
    const names = namesOf(model);
    const picker = { namespace: eppNamespace(settings), epp: names.epp, pool: names.pool };
    return {
        minReplicas,
        maxReplicas,
        by:
            signal === "cpu"
                ? { targetCpuPercent }
                : {
                      ...demand(signal, picker, target),
                      prometheusAddress: prometheusAddress!,
                      cooldownSeconds,
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

/** Who may connect to model servers: the Gateway, clients of the direct path, the EPP and Prometheus. */
function modelServerAdmissions(
    names: ReleaseNames,
    settings: Settings,
): Record<Role, Admission[]> | undefined {
    const { networkPolicies } = settings;
    if (!networkPolicies.enabled) {
        return undefined;
    }
    const readers = [
        podsIn(eppNamespace(settings), { [labels.name]: names.epp }),
        podsIn(networkPolicies.monitoringNamespace, {}),
    ];
    const clients = [gatewayPods(settings), podsIn(undefined, networkPolicies.directClientLabels)];
    return {
        decode: [{ port: ports.inference, from: [...clients, ...readers] }],
        prefill: [{ port: ports.inference, from: readers }],
    };
}

/** Who may connect to an EPP: the Gateway asks it, Prometheus reads its metrics. */
function eppAdmissions(settings: Settings): Admission[] | undefined {
    const { networkPolicies } = settings;
    return networkPolicies.enabled
        ? [
              { port: ports.eppGrpc, from: [gatewayPods(settings)] },
              { port: ports.eppMetrics, from: [podsIn(networkPolicies.monitoringNamespace, {})] },
          ]
        : undefined;
}
