import { pool, poolPods, poolStatus, proxy, proxyTraffic } from "./backend";
import { backendTls } from "./backendTls";
import type { Check } from "./check";
import { customKinds, gatewayClass, namespaces } from "./cluster";
import { endpoints } from "./endpoints";
import { eppAsked, eppTls, extProcFilter } from "./extProc";
import { gateway, gatewayService } from "./gateway";
import { networkPolicies } from "./networkPolicies";
import { eppObjectives } from "./objectives";
import { epp } from "./picker";
import { eppArguments } from "./pickerArguments";
import { eppConfig } from "./pickerConfig";
import { eppRunning, eppSync } from "./pickerRunning";
import { eppRights } from "./rights";
import { grant, route, routeStatus } from "./route";
import { modelServers, pods } from "./servers";

/** Every check of objects, causes before what they cause. */
export const checks: readonly Check[] = [
    namespaces,
    customKinds,
    gatewayClass,
    gateway,
    gatewayService,
    grant,
    route,
    modelServers,
    pods,
    proxy,
    proxyTraffic,
    backendTls,
    networkPolicies,
    endpoints,
    epp,
    eppArguments,
    eppConfig,
    eppRights,
    eppObjectives,
    eppTls,
    pool,
    poolPods,
    extProcFilter,
    eppAsked,
    eppRunning,
    eppSync,
    poolStatus,
    routeStatus,
];
