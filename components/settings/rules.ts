import { quantityOf } from "../../objects/quantity";
import { gatewayNames } from "../contract";
import { pickerConfigText } from "../epp/arguments";
import { requestIdHeader } from "../requestShare";
import type { ResourceSettings } from "../workload";
import { autoscalingConflicts } from "./autoscalingRules";
import { nanosecondsOf } from "./durations";
import { eppTlsConflicts } from "./eppTls";
import type { Name, Problem } from "./errors";
import { refused, shown } from "./errors";
import { kvEventConflicts } from "./kvEvents";
import { isSameHeader, releaseHeader, requiredHeaders, takersOf } from "./match";
import { monitoringConflicts } from "./monitoringRules";
import { at, longGatewayName, longModelNames } from "./nameRules";
import { labelConflicts } from "./ownLabels";
import { passThroughProblems } from "./passThrough";
import { beyondRelease, unreadObjectives, versionConflicts } from "./releaseRules";
import { disaggregates, hasRoutingSidecar } from "./roles";
import { rolloutConflicts } from "./rolloutRules";
import type { Model, Settings } from "./schema";
import { secretConflicts } from "./secrets";
import { indistinctModels } from "./severalModels";
import { simulatorConflicts } from "./simulatorRules";
import { maxDataBytes } from "./values";

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

function modelConflicts(model: Model, settings: Settings): Problem[] {
    const name = (setting: string) => at(model, settings, setting);
    return [
        ...longModelNames(model, settings),
        ...(["decode", "prefill", "sidecar", "epp"] as const).flatMap((workload) =>
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
        ...kvEventConflicts(model, name),
        ...unusedOrMissing(model, settings, name),
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
    const shared = takersOf(model, settings).length > 0 ? [releaseHeader, requestIdHeader] : [];
    const names = new Set([...headers.map((header) => header.name.toLowerCase()), ...shared]);
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
    if (epp.routingSidecar && !disaggregates(model)) {
        problems.push(
            refused(
                name("epp.routingSidecar"),
                true,
                " while the EPP picks no prefill pods",
                `false, ${name("epp.plugins")} pd-disaggregated, or a customConfig with a profile for each role`,
            ),
        );
    }
    if (model.images.sidecar !== undefined && !hasRoutingSidecar(model)) {
        problems.push(
            refused(
                name("images.sidecar"),
                model.images.sidecar,
                " where decode pods have no routing sidecar",
                `none, or ${name("epp.routingSidecar")} true`,
            ),
        );
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
    if (disaggregates(model) && routing.backend === "InferencePool" && extProc.failureMode === "FailOpen") {
        problems.push(
            refused(
                "extProc.failureMode",
                "FailOpen",
                ` with ${name("epp.plugins")} ${epp.plugins}, because its pool selects prefill pods, and FailOpen falls back to any pod of the pool`,
                "FailClose",
            ),
        );
    }
    return problems;
}
