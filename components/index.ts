/**
 * The library: what another Pulumi program imports as `llm-d-inference`. Nothing else is public.
 *
 * - {@link InferenceStack} is everything at once. Its parts are {@link Namespaces}, a {@link SimulatorStack} a model,
 *   and a {@link SchedulerStack} in front of them, and theirs are the other components.
 * - {@link settingsFrom} checks settings and fills in defaults; {@link simulatorStackArgs} and
 *   {@link schedulerStackArgs} make arguments of them.
 */
export { schedulerStackArgs, simulatorStackArgs } from "./stackArgs";
export type { ClusterArgs } from "./cluster";
export { createClusterProvider } from "./cluster";
export type { Backend, GatewayNames, ReleaseNames, Role } from "./contract";
export { gatewayNames, labels, podSelector, ports, releaseNames, serviceHost } from "./contract";
export type { CrossNamespaceRouteArgs, GrantVersion, RouteMatch, RouteTimeouts } from "./crossNamespaceRoute";
export { CrossNamespaceRoute } from "./crossNamespaceRoute";
export type { DeploymentOutput, EppOutput, Mode, ModelDeploymentOutput } from "./deploymentOutput";
export { deploymentOutput, modeOf } from "./deploymentOutput";
export type { EppCommandLine } from "./epp/arguments";
export type { EndpointPickerArgs, EndpointPickerSettings } from "./epp/endpointPicker";
export type { EppTls } from "./epp/tls";
export { EndpointPicker } from "./epp/endpointPicker";
export type {
    Disaggregation,
    EppRelease,
    ObjectiveGroup,
    RoutingSidecar,
    SimulatorRelease,
} from "../releases";
export { findEpp, findSimulator } from "../releases";
export type { MonitorSettings } from "./monitors";
export type { NamespacesArgs } from "./namespaces";
export { Namespaces } from "./namespaces";
export type { Admission } from "./networkPolicies";
export type { ModelOutputs, PathOutput, StackOutputs } from "./outputs";
export { pathInForce, stackOutputs } from "./outputs";
export type { PullSecretsArgs, RegistryCredentials } from "./pullSecrets";
export { PullSecrets } from "./pullSecrets";
export type { Readiness } from "./readiness";
export type { GatewaySettings, InferenceGatewayArgs } from "./scheduler/gateway";
export { InferenceGateway } from "./scheduler/gateway";
export type { RoutedModel, SchedulerStackArgs } from "./scheduler/schedulerStack";
export { SchedulerStack } from "./scheduler/schedulerStack";
export type { Model, Problem, Settings, SettingsInput } from "./settings";
export { loadSettings, parseSettings, SettingsError, settingsFrom } from "./settings";
export type { ModelBehaviour } from "./simulator/arguments";
export type { AutoscalingSettings, DemandScaling } from "./simulator/autoscaler";
export type { Demand } from "./simulator/demand";
export type { InferencePoolArgs } from "./simulator/inferencePool";
export { InferencePool } from "./simulator/inferencePool";
export type { ModelServerArgs, ModelServerSettings, RoleSettings } from "./simulator/modelServer";
export { ModelServer } from "./simulator/modelServer";
export type { LatencyCalculator, LatencySettings } from "./simulator/latency";
export type { RoutingSidecarSettings } from "./simulator/routingSidecar";
export type { ProxyArgs, ProxyTraffic } from "./simulator/proxy";
export { Proxy } from "./simulator/proxy";
export type { PoolSettings, SimulatorStackArgs } from "./simulator/simulatorStack";
export { SimulatorStack } from "./simulator/simulatorStack";
export type { TlsPair } from "./tlsSecret";
export type { InferenceStackArgs } from "./typedStack";
export { InferenceStack } from "./typedStack";
export type { Variables } from "./variables";
export type { Placement, ResourceAmounts, ResourceSettings } from "./workload";
