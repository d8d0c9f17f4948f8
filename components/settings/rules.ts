import { eppTlsNames, extProcFilterName, gatewayNames, releaseNames } from "../contract";
import { pickerConfigText } from "../epp/arguments";
import type { EppRelease } from "../../releases";
import { compareVersions, findEpp, findSimulator, incompatibilities, lintPickerConfig } from "../../releases";
import { quantityOf } from "../../objects/quantity";
import type { ResourceSettings } from "../workload";
import type { Name, Problem } from "./errors";
import { refused, shown } from "./errors";
import { nanosecondsOf } from "./durations";
import { autoscalingConflicts, lackingMetric } from "./autoscalingRules";
import { eppTlsConflicts } from "./eppTls";
import { isSameHeader, matchIdentity, requiredHeaders, sharedBy } from "./match";
import { monitoringConflicts } from "./monitoringRules";
import { labelConflicts } from "./ownLabels";
import { lackingFlags, passThroughProblems } from "./passThrough";
import { rolloutConflicts } from "./rolloutRules";
import type { Model, Settings } from "./schema";
import { secretConflicts } from "./secrets";
import { simulatorConflicts } from "./simulatorRules";
import { anyOf, maxDataBytes } from "./values";
import { versionsOf } from "./versions";

/** Kubernetes' limit for the names of Services and of label values. */
const maxNameLength = 63;

/** What is wrong with settings that are each allowed, but not together. */
export function conflicts(settings: Settings): Problem[] {
    return [
        ...impossiblePath(settings),
        ...sameNamespace(settings),
        ...foreignNamespaces(settings),
        ...longGatewayName(settings),
        ...gatewayLimits(settings),
        ...attemptLongerThanRequest(settings),
        ...indistinctModels(settings),
        ...secretConflicts(settings),
        ...monitoringConflicts(settings),
        ...labelConflicts(settings),
        ...settings.models.flatMap((model) => modelConflicts(model, settings)),
    ];
}

/** The setting of a model: below `models` where there are several, at the top level otherwise. */
function at(model: Model, settings: Settings, setting: string): string {
    return settings.models.length === 1 && model.release === settings.release
        ? setting
        : `models.${model.release}.${setting}`;
}

/** Three of the four pairs exist. */
function impossiblePath({ routing, extProc }: Settings): Problem[] {
    return routing.backend === "InferencePool" && !extProc.enabled
        ? [
              refused(
                  "extProc.enabled",
                  false,
                  " with routing.backend InferencePool, because Istio always asks the EPP of a pool",
                  "extProc.enabled true, or routing.backend Service",
              ),
          ]
        : [];
}

function sameNamespace({ namespaces }: Settings): Problem[] {
    return namespaces.scheduler === namespaces.simulator
        ? [
              refused(
                  "namespaces.simulator",
                  namespaces.simulator,
                  "",
                  "a namespace other than namespaces.scheduler, because the route crosses namespaces",
              ),
          ]
        : [];
}

function tooLong(setting: string, value: string, names: string[]): Problem[] {
    return names
        .filter((name) => name.length > maxNameLength)
        .sort((one, other) => other.length - one.length)
        .slice(0, 1)
        .map((name) =>
            refused(
                setting,
                value,
                `, because it makes the name ${name} of ${String(name.length)} characters`,
                `at most ${String(value.length - (name.length - maxNameLength))} characters`,
            ),
        );
}

/** Namespaces that every cluster has, which no stack may own: it would take them down with it. */
const clusterNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

function foreignNamespaces({ namespaces }: Settings): Problem[] {
    return (["scheduler", "simulator"] as const)
        .filter((role) => namespaces.create && clusterNamespaces.includes(namespaces[role]))
        .map((role) =>
            refused(
                `namespaces.${role}`,
                namespaces[role],
                " with namespaces.create, because every cluster has it",
                "a namespace of the stack's own, or namespaces.create false",
            ),
        );
}

/** The class is part of the name of the Gateway's Service as the release is: the one that is to blame is named. */
function longGatewayName({ release, gateway }: Settings): Problem[] {
    const { gatewayService } = gatewayNames(release, gateway.className);
    const fitsByDefault = gatewayNames(release, "istio").gatewayService.length <= maxNameLength;
    return fitsByDefault
        ? tooLong("gateway.className", gateway.className, [gatewayService])
        : tooLong("release", release, [gatewayNames(release, "istio").gatewayService]);
}

function gatewayLimits({ gateway }: Settings): Problem[] {
    return limitsBelowRequests("gateway.resources", gateway.resources);
}

/** As the HTTPRoute's CRD asks for it; 0s is no limit. */
function attemptLongerThanRequest({
    routing: { requestTimeout, backendRequestTimeout },
}: Settings): Problem[] {
    if (requestTimeout === undefined || backendRequestTimeout === undefined) {
        return [];
    }
    const limit = nanosecondsOf(requestTimeout);
    return limit === 0n || nanosecondsOf(backendRequestTimeout) <= limit
        ? []
        : [
              refused(
                  "routing.backendRequestTimeout",
                  backendRequestTimeout,
                  "",
                  `at most routing.requestTimeout, which is ${shown(requestTimeout)}`,
              ),
          ];
}

/** Several models must be told apart by their pods, and by the requests that are theirs. */
function indistinctModels(settings: Settings): Problem[] {
    const { models, routing, extProc } = settings;
    if (models.length < 2) {
        return [];
    }
    const problems: Problem[] = [];
    if (routing.backend === "Service" && extProc.enabled) {
        problems.push(
            refused(
                "extProc.enabled",
                true,
                " with several models and routing.backend Service, because the one EnvoyFilter of the Gateway asks one EPP",
                "routing.backend InferencePool, or extProc.enabled false",
            ),
        );
    }
    const matchOf = (model: Model) => matchIdentity(model, settings);
    const isAlone = models.filter(({ rollout }) => rollout === undefined).length < 2;
    models.forEach((model, index) => {
        const { modelName, path, header } = model.match;
        const setting = `models.${model.release}.match`;
        const same = models.slice(0, index).find((other) => matchOf(other) === matchOf(model));
        const matchesAll = !modelName && path === undefined && header === undefined;
        if (matchesAll && model.rollout === undefined && !isAlone) {
            problems.push(
                refused(setting, model.match, " with several models", "any of modelName, path, header"),
            );
        } else if (same !== undefined && (model.rollout === undefined || sharedBy(model, settings))) {
            const own = model.rollout === undefined ? setting : `models.${model.release}.rollout.header`;
            const value = model.rollout === undefined ? model.match : headerOf(model, settings);
            problems.push(refused(own, value, "", `another match than that of models.${same.release}`));
        }
        const namesake = models.slice(0, index).find((other) => other.modelRelease === model.modelRelease);
        if (namesake !== undefined) {
            problems.push(
                refused(
                    `models.${model.release}.modelRelease`,
                    model.modelRelease,
                    "",
                    `another release than that of models.${namesake.release}`,
                ),
            );
        }
        problems.push(...sharedObjectives(model, models.slice(0, index)));
    });
    return problems;
}

/** The last header that a model's requests carry, as settings have it. */
function headerOf(model: Model, settings: Settings): { name: string; value: string } {
    const { name, value } = requiredHeaders(model, settings).at(-1)!;
    return { name, value };
}

/** InferenceObjectives are named in one namespace, and each is of one pool. */
function sharedObjectives(model: Model, others: readonly Model[]): Problem[] {
    return Object.entries(model.objectives).flatMap(([objective, priority]) => {
        const owner = others.find(({ objectives }) => Object.hasOwn(objectives, objective));
        return owner === undefined
            ? []
            : [
                  refused(
                      `models.${model.release}.objectives.${objective}`,
                      priority,
                      `, because models.${owner.release} has an objective of that name`,
                      "another name, or objectives of each model's own and none at the top level",
                  ),
              ];
    });
}

function modelConflicts(model: Model, settings: Settings): Problem[] {
    const name = (setting: string) => at(model, settings, setting);
    return [
        ...longModelNames(model, settings),
        ...(["decode", "prefill", "epp"] as const).flatMap((workload) =>
            limitsBelowRequests(name(`resources.${workload}`), model.resources[workload]),
        ),
        ...headerConflicts(model, settings, name),
        ...rolloutConflicts(model, settings, name),
        ...pullSecretTwice(model, settings, name),
        ...largePickerConfig(model, name),
        ...versionConflicts(model, settings, name),
        ...beyondRelease(model, name),
        ...passThroughProblems(model, name),
        ...eppTlsConflicts(model, settings, name),
        ...simulatorConflicts(model, settings, name),
        ...unusedOrMissing(model, settings, name),
    ];
}

function longModelNames(model: Model, settings: Settings): Problem[] {
    const { decode, prefill, proxy, epp } = releaseNames(model.release, model.modelRelease);
    const { extProc, routing } = settings;
    // Names of objects are their labels' values as well.
    const filters = extProc.enabled && routing.backend === "Service" ? [extProcFilterName(epp)] : [];
    const own = eppTlsNames(epp);
    const secrets = [
        ...(model.epp.tls?.certificate === undefined ? [] : [own.certificate]),
        ...(model.epp.tls?.ca === undefined ? [] : [own.ca]),
    ];
    const isOnly = at(model, settings, "") === "";
    return [
        ...tooLong(isOnly ? "release" : `models.${model.release}`, model.release, [
            proxy,
            ...filters,
            ...secrets,
        ]),
        ...tooLong(at(model, settings, "modelRelease"), model.modelRelease, [prefill, decode]),
    ];
}

function limitsBelowRequests(setting: string, { requests, limits }: ResourceSettings): Problem[] {
    return (["cpu", "memory"] as const).flatMap((kind) => {
        const limit = limits[kind];
        return limit === undefined || quantityOf(requests[kind]) <= quantityOf(limit)
            ? []
            : [
                  refused(
                      `${setting}.limits.${kind}`,
                      limit,
                      "",
                      `at least ${setting}.requests.${kind}, which is ${shown(requests[kind])}`,
                  ),
              ];
    });
}

/** Most headers that an HTTPRoute's match may name (Gateway API's CRD). */
const mostHeaders = 16;

/** A header that is asked for twice must be asked for with one value: no request carries two. */
function headerConflicts(model: Model, settings: Settings, name: Name): Problem[] {
    const headers = requiredHeaders(model, settings);
    const isShared = (setting: string) => setting === "routing.headers";
    const problems = headers.flatMap(({ setting, ...header }, index) => {
        const other = headers.slice(0, index).find((earlier) => isSameHeader(earlier, header));
        return other === undefined || other.value === header.value
            ? []
            : [
                  refused(
                      isShared(setting) ? setting : name(setting),
                      { [header.name]: header.value },
                      `, because ${isShared(other.setting) ? other.setting : name(other.setting)} asks for ${other.name} ${shown(other.value)}`,
                      "another header, or the same value",
                  ),
              ];
    });
    const names = new Set(headers.map((header) => header.name.toLowerCase()));
    return names.size <= mostHeaders
        ? problems
        : [
              ...problems,
              refused(
                  "routing.headers",
                  Object.keys(settings.routing.headers),
                  `, because with ${name("match")} the route matches ${String(names.size)} headers`,
                  `at most ${String(mostHeaders)} in all`,
              ),
          ];
}

/** The Secret that the stack makes itself stands among the pods' already: Kubernetes takes each name once. */
function pullSecretTwice(model: Model, { registry, release, gateway }: Settings, name: Name): Problem[] {
    const { pullSecret } = gatewayNames(release, gateway.className);
    return registry.server !== undefined && model.images.pullSecrets.includes(pullSecret)
        ? [
              refused(
                  name("images.pullSecrets"),
                  model.images.pullSecrets,
                  ` with registry.server, which makes ${pullSecret}`,
                  "the names of other Secrets",
              ),
          ]
        : [];
}

function largePickerConfig({ epp: { customConfig } }: Model, name: Name): Problem[] {
    const bytes = customConfig === undefined ? 0 : Buffer.byteLength(pickerConfigText(customConfig));
    return bytes <= maxDataBytes
        ? []
        : [
              {
                  setting: name("epp.customConfig"),
                  message: `${name("epp.customConfig")}: an EndpointPickerConfig of ${String(bytes)} bytes is not allowed, because a ConfigMap holds it; allowed: at most ${String(maxDataBytes)} bytes.`,
              },
          ];
}

/** Images of an unknown version, or whose versions do not work together or with what is asked of them. */
function versionConflicts(model: Model, settings: Settings, name: Name): Problem[] {
    const { epp, simulator } = versionsOf(model);
    const { images } = model;
    const untold = [
        ...(simulator === undefined ? [untoldVersion(name, "simulator", images.simulator)] : []),
        ...(epp === undefined ? [untoldVersion(name, "epp", images.epp)] : []),
    ];
    if (epp === undefined || simulator === undefined) {
        return untold;
    }
    const found = incompatibilities({
        epp,
        simulator,
        istio: settings.gateway.istioVersion,
        backend: settings.routing.backend,
        models: settings.models.length,
    });
    return found.map(({ reason, nearest }) => ({
        setting: name("images"),
        message: `${name("images")}: EPP ${epp} with simulator ${simulator} and gateway.istioVersion ${settings.gateway.istioVersion} is not allowed: ${reason} Nearest that works: ${nearest}.`,
    }));
}

function untoldVersion(name: Name, image: "simulator" | "epp", reference: string): Problem {
    return refused(
        name(`images.${image}`),
        reference,
        ", because its tag names no version",
        `a tag such as v0.8.0, or ${name(`images.${image}Version`)} beside it`,
    );
}

/** What the versions in use cannot do that the settings ask of them. */
function beyondRelease(model: Model, name: Name): Problem[] {
    const { epp: eppVersion = "", simulator: simulatorVersion = "" } = versionsOf(model);
    const epp = findEpp(eppVersion);
    const release = findSimulator(simulatorVersion);
    if (epp === undefined || release === undefined) {
        return [];
    }
    const { blockSize } = model.simulator;
    const { customConfig } = model.epp;
    // Whole milliseconds are read by every version, and finer settings would silently be lost.
    const imprecise = (["timeToFirstToken", "interTokenLatency"] as const).filter(
        (key) => release.latency === "milliseconds" && !/^\d+ms$/.test(model.simulator[key]),
    );
    return [
        ...imprecise.map((key) =>
            refused(
                name(`simulator.${key}`),
                model.simulator[key],
                ` with simulator ${release.minor}`,
                "whole milliseconds, e.g. 20ms",
            ),
        ),
        ...(release.blockSizes.includes(blockSize)
            ? []
            : [
                  refused(
                      name("simulator.blockSize"),
                      blockSize,
                      ` with simulator ${release.minor}`,
                      anyOf(release.blockSizes),
                  ),
              ]),
        ...lackingFlags(model, name),
        ...unreadGroup(model, epp, name),
        ...lackingMetric(model, epp, name),
        ...(customConfig === undefined
            ? []
            : lintPickerConfig(customConfig, epp, blockSize, [], model.epp.allowExperimentalPlugins)
        ).map(({ path, message }) => ({
            setting: name("epp.customConfig"),
            message: `${[name("epp.customConfig"), path].filter(Boolean).join(".")}: ${message}`,
        })),
    ];
}

function unreadGroup({ epp: { objectiveGroup } }: Model, epp: EppRelease, name: Name): Problem[] {
    return objectiveGroup === undefined || epp.objectiveGroups.includes(objectiveGroup)
        ? []
        : [
              refused(
                  name("epp.objectiveGroup"),
                  objectiveGroup,
                  ` with EPP ${epp.minor}`,
                  anyOf(epp.objectiveGroups),
              ),
          ];
}

/** Why an EPP would never read an InferenceObjective. A version without a patch may be one that does. */
function unreadObjectives(model: Model): { because: string; allowed: string } | undefined {
    const { epp: version = "" } = versionsOf(model);
    const since = findEpp(version)?.objectivesSince;
    return since === undefined || !/^\d+\.\d+\.\d+/.test(version) || compareVersions(version, since) >= 0
        ? undefined
        : {
              because: ` with EPP ${version}, which never reads InferenceObjectives (router#610)`,
              allowed: `EPP ${since} or later, or no objectives`,
          };
}

/** Settings that would be ignored, or that another setting asks for. */
function unusedOrMissing(model: Model, { routing, extProc }: Settings, name: Name): Problem[] {
    const { epp, objectives } = model;
    const problems: Problem[] = [];
    if ((epp.plugins === "custom") !== (epp.customConfig !== undefined)) {
        problems.push(
            epp.plugins === "custom"
                ? refused(
                      name("epp.customConfig"),
                      undefined,
                      " with epp.plugins custom",
                      "an EndpointPickerConfig object",
                  )
                : refused(name("epp.plugins"), epp.plugins, " with epp.customConfig", "custom"),
        );
    }
    if (epp.otlpEndpoint !== undefined && !epp.tracing) {
        problems.push(refused(name("epp.tracing"), false, " with epp.otlpEndpoint", "true"));
    }
    problems.push(...autoscalingConflicts(model, { routing, extProc }, name));
    const unread = unreadObjectives(model);
    if (Object.keys(objectives).length > 0 && unread !== undefined) {
        problems.push(refused(name("objectives"), objectives, unread.because, unread.allowed));
    }
    if (Object.keys(objectives).length > 0 && routing.backend !== "InferencePool") {
        problems.push(
            refused(
                name("objectives"),
                objectives,
                " with routing.backend Service, because an InferenceObjective belongs to a pool",
                "routing.backend InferencePool, or no objectives",
            ),
        );
    }
    if (
        epp.plugins === "pd-disaggregated" &&
        routing.backend === "InferencePool" &&
        extProc.failureMode === "FailOpen"
    ) {
        problems.push(
            refused(
                "extProc.failureMode",
                "FailOpen",
                ` with ${name("epp.plugins")} pd-disaggregated, because its pool selects prefill pods, and FailOpen falls back to any pod of the pool`,
                "FailClose",
            ),
        );
    }
    return problems;
}
