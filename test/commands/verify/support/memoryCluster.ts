import { strict as assert } from "assert";
import type { DeploymentOutput } from "../../../../components/deploymentOutput";
import type { ReleasedModel } from "../../../../commands/verify/checks/check";
import type { KindName, Kinds } from "../../../../commands/verify/kinds";
import { kinds } from "../../../../commands/verify/kinds";
import { selects } from "../../../../objects/selectors";
import type { Reading, Scrape, SnapshotData } from "../../../../commands/verify/snapshot";
import { Snapshot } from "../../../../commands/verify/snapshot";
import { Metrics } from "../../../../commands/shared/metrics";
import type { Mutation } from "../../../faults/mutation";
import { Program } from "../../../faults/program";
import { readGolden } from "../../../faults/stacks";

type AnyObject = Kinds[KindName];

const accepted = { type: "Accepted", status: "True", reason: "Accepted" };
const resolved = { type: "ResolvedRefs", status: "True", reason: "ResolvedRefs" };
const programmed = { type: "Programmed", status: "True", reason: "Programmed" };

/**
 * A cluster that holds what the program deploys, as the golden files have it, with the status that a healthy one would
 * have. Pods and EndpointSlices follow from Deployments and Services, as their controllers would make them; the status
 * of the rest stays as it is, whatever is edited.
 */
export class MemoryCluster {
    readonly deployment: DeploymentOutput;
    /** Objects by kind; tests may change them. */
    readonly objects = new Map<KindName, AnyObject[]>();
    /** Kinds that the API server is to refuse, or not to know. */
    readonly readings: Partial<Record<KindName, Reading>> = {};
    readonly logs: Record<string, string> = {};
    /** What each EPP pod says, by pod; default: that it sees every decode pod. */
    readonly eppMetrics: Record<string, Scrape> = {};

    constructor(golden: string) {
        const { outputs, registrations } = readGolden(golden);
        this.deployment = outputs.deployment;
        for (const { inputs } of registrations) {
            this.addManifest(structuredClone(inputs));
        }
        this.addIstio();
    }

    /** The stack's first model. */
    get model(): ReleasedModel {
        const [[release, model]] = Object.entries(this.deployment.models) as [
            [string, DeploymentOutput["models"][string]],
        ];
        return { release, ...model };
    }

    /** Changes an object. */
    edit<K extends KindName>(
        kind: K,
        namespace: string,
        name: string,
        change: (object: Kinds[K]) => void,
    ): void {
        change(this.find(kind, namespace, name));
    }

    remove(kind: KindName, namespace: string, name: string): void {
        const gone = this.find(kind, namespace, name);
        this.objects.set(
            kind,
            this.objects.get(kind)!.filter((object) => object !== gone),
        );
    }

    create<K extends KindName>(kind: K, object: Omit<Kinds[K], "apiVersion" | "kind">): void {
        this.add(kind, { ...kinds[kind], ...object });
    }

    /** Breaks it as a mutation does: what is not of this program's kinds is as good as gone. */
    apply(mutation: Mutation): void {
        const program = Program.ofObjects([...this.objects.values()].flat());
        mutation.apply(program);
        this.objects.clear();
        for (const { inputs } of program.resources) {
            this.addManifest(inputs);
        }
    }

    /** The cluster as verify reads it. */
    snapshot(): Snapshot {
        const pods = [...this.of("pod"), ...this.of("deployment").flatMap(podsOfDeployment)];
        const slices = [
            ...this.of("endpointSlice"),
            ...this.of("service").flatMap((service) => sliceOf(service, pods)),
        ];
        const readings = Object.fromEntries(
            (Object.keys(kinds) as KindName[]).map((kind) => [kind, { objects: this.of(kind) }]),
        ) as SnapshotData["readings"];
        readings.pod = { objects: pods };
        readings.endpointSlice = { objects: slices };
        return new Snapshot({
            readings: { ...readings, ...this.readings },
            logs: this.logs,
            eppMetrics: { ...this.syncedEpps(pods), ...this.eppMetrics },
        });
    }

    private syncedEpps(pods: readonly Kinds["pod"][]): Record<string, Scrape> {
        return Object.fromEntries(
            Object.values(this.deployment.models).flatMap(({ epp, pickable }) => {
                const seen = pods.filter((pod) => selects({ matchLabels: pickable }, pod.metadata.labels));
                const text = `# TYPE inference_pool_ready_pods gauge\ninference_pool_ready_pods{name="x"} ${String(seen.length)}\n`;
                return pods
                    .filter((pod) => pod.metadata.name.startsWith(`${epp.name}-`))
                    .map((pod) => [pod.metadata.name, { metrics: new Metrics(text) }]);
            }),
        );
    }

    private of<K extends KindName>(kind: K): Kinds[K][] {
        return (this.objects.get(kind) ?? []) as Kinds[K][];
    }

    private find<K extends KindName>(kind: K, namespace: string, name: string): Kinds[K] {
        const found = this.of(kind).find(
            ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
        );
        assert.ok(found, `there is no ${kind} ${namespace}/${name} to break`);
        return found;
    }

    private add(kind: KindName, object: AnyObject): void {
        this.objects.set(kind, [...(this.objects.get(kind) ?? []), object]);
    }

    private addManifest(manifest: Record<string, unknown>): void {
        const entry = Object.entries(kinds).find(
            ([, kind]) => kind.apiVersion === manifest.apiVersion && kind.kind === manifest.kind,
        );
        if (entry !== undefined) {
            this.add(entry[0] as KindName, manifest as unknown as AnyObject);
        }
    }

    /** What Istio adds, and the status that it sets. */
    private addIstio(): void {
        const { gateway, namespaces } = this.deployment;
        const parents = [{ parentRef: { name: gateway.name }, conditions: [accepted, resolved] }];
        // Namespaces that the stack does not create are there all the same.
        for (const name of Object.values(namespaces)) {
            if (!this.of("namespace").some(({ metadata }) => metadata.name === name)) {
                this.create("namespace", { metadata: { name } });
            }
        }
        for (const namespace of this.of("namespace")) {
            namespace.metadata.labels = {
                ...namespace.metadata.labels,
                "kubernetes.io/metadata.name": namespace.metadata.name,
            };
        }
        this.create("gatewayClass", {
            metadata: { name: gateway.className },
            spec: { controllerName: "istio.io/gateway-controller" },
            status: { conditions: [accepted] },
        });
        for (const found of this.of("gateway")) {
            found.status = { conditions: [accepted, programmed] };
        }
        for (const found of this.of("route")) {
            found.status = { parents };
        }
        for (const found of this.of("pool")) {
            found.status = { parents };
        }
        const selector = { "gateway.networking.k8s.io/gateway-name": gateway.name };
        this.create("service", {
            metadata: { name: gateway.service, namespace: namespaces.scheduler },
            spec: {
                selector,
                ports: [gateway.httpPort, gateway.httpsPort ?? []]
                    .flat()
                    .map((port) => ({ port, targetPort: port })),
            },
        });
        this.create("deployment", {
            metadata: { name: gateway.service, namespace: namespaces.scheduler },
            spec: {
                replicas: 1,
                selector: { matchLabels: selector },
                template: { metadata: { labels: selector }, spec: { containers: [{ name: "istio-proxy" }] } },
            },
        });
        for (const { epp } of Object.values(this.deployment.models)) {
            if (epp.replicas > 1) {
                this.create("lease", {
                    metadata: { name: `epp-${epp.name}`, namespace: namespaces.simulator },
                    spec: { holderIdentity: `${epp.name}-0_5d1c` },
                });
            }
        }
    }
}

/** Only the leader of several EPPs is ready; every other pod is. */
function podsOfDeployment({ metadata, spec }: Kinds["deployment"]): Kinds["pod"][] {
    const { labels } = spec?.template.metadata ?? {};
    const onlyLeader = spec?.template.spec?.containers[0]?.args?.includes("--ha-enable-leader-election");
    return Array.from({ length: spec?.replicas ?? 1 }, (_none, index) => ({
        ...kinds.pod,
        metadata: { name: `${metadata.name}-${String(index)}`, namespace: metadata.namespace, labels },
        spec: spec?.template.spec,
        status: {
            phase: "Running",
            podIP: `10.0.0.${String(index + 1)}`,
            conditions: [{ type: "Ready", status: onlyLeader && index > 0 ? "False" : "True" }],
        },
    }));
}

function sliceOf(
    { metadata, spec }: Kinds["service"],
    pods: readonly Kinds["pod"][],
): Kinds["endpointSlice"][] {
    const selected = pods.filter(
        (pod) =>
            pod.metadata.namespace === metadata.namespace &&
            selects({ matchLabels: spec?.selector }, pod.metadata.labels),
    );
    return [
        {
            ...kinds.endpointSlice,
            metadata: {
                name: `${metadata.name}-x`,
                namespace: metadata.namespace,
                labels: { "kubernetes.io/service-name": metadata.name },
            },
            endpoints: selected.map((pod) => ({
                addresses: [pod.status?.podIP ?? ""],
                conditions: { ready: pod.status?.conditions?.[0]?.status === "True" },
                targetRef: { name: pod.metadata.name },
            })),
            ports: (spec?.ports ?? []).flatMap(({ name, port, targetPort = port }) => {
                const container = selected[0]?.spec?.containers[0];
                const number =
                    typeof targetPort === "number"
                        ? targetPort
                        : container?.ports?.find((candidate) => candidate.name === targetPort)?.containerPort;
                return number === undefined ? [] : [{ name, port: number }];
            }),
        },
    ];
}
