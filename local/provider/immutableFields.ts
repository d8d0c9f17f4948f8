import { at, kindOf, type KubeObject } from "./objects";
import type { ProviderSettings } from "./settings";

/** A field by its steps from the object's root; "*" stands for every element of a list. */
export type FieldPattern = readonly string[];

const selector = ["spec.selector"];
const job = ["spec.completions", "spec.parallelism", "spec.selector", "spec.template"];
const roleBinding = ["roleRef"];
const secretData = ["type", "stringData", "data"];
const configMapData = ["binaryData", "data"];

const persistentVolumeSources = [
    ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume"],
    ...["flocker", "gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs"],
    ...["photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"],
].map((field) => `spec.${field}`);

const podFields = [
    ...["affinity", "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks"],
    ...["hostAliases", "hostIPC", "hostNetwork", "hostPID", "hostname", "imagePullSecrets", "nodeName"],
    ...["nodeSelector", "overhead", "preemptionPolicy", "priority", "priorityClassName", "readinessGates"],
    ...["restartPolicy", "runtimeClassName", "schedulerName", "securityContext", "serviceAccount"],
    ...[
        "serviceAccountName",
        "shareProcessNamespace",
        "subdomain",
        "terminationGracePeriodSeconds",
        "volumes",
    ],
].map((field) => `spec.${field}`);

const containerFields = ["containers", "initContainers"].flatMap((list) =>
    [
        ...["args", "command", "env", "image", "imagePullPolicy", "lifecycle", "livenessProbe", "ports"],
        ...["readinessProbe", "resources", "securityContext", "stdin", "stdinOnce", "terminationMessagePath"],
        ...["terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts", "workingDir"],
    ].map((field) => `spec.${list}.*.${field}`),
);

/**
 * Fields by group and kind whose change needs a new object. Source: the official provider's table
 * (provider/pkg/provider/diff.go of pulumi-kubernetes), whose choices are kept even where Kubernetes would now
 * allow an update. One entry differs: its table says "Daemonset", which no kind is called.
 */
const fieldsByKind: Record<string, readonly string[]> = {
    "apps/DaemonSet": selector,
    "apps/Deployment": selector,
    "apps/StatefulSet": [
        ...selector,
        "spec.podManagementPolicy",
        "spec.revisionHistoryLimit",
        "spec.serviceName",
        "spec.volumeClaimTemplates",
    ],
    "batch/Job": job,
    "rbac.authorization.k8s.io/ClusterRoleBinding": roleBinding,
    "rbac.authorization.k8s.io/RoleBinding": roleBinding,
    "storage.k8s.io/StorageClass": ["parameters", "provisioner"],
    "/PersistentVolume": persistentVolumeSources,
    "/PersistentVolumeClaim": ["spec"],
    "/Pod": [...podFields, ...containerFields],
    "/ResourceQuota": ["spec.scopes"],
    "/Service": ["spec.clusterIP"],
};

/** Fields that identify an object of any kind. */
const identity = ["apiVersion", "kind", "metadata.name", "metadata.namespace"];

/** The fields of `object` that cannot be changed in place. */
export function immutableFields(
    object: KubeObject,
    settings: Pick<ProviderSettings, "enableConfigMapMutable" | "enableSecretMutable">,
): FieldPattern[] {
    const { group, kind } = kindOf(object);
    const sealed = at(object, "immutable") === true;
    let fields = fieldsByKind[`${group}/${kind}`] ?? [];
    if (group === "" && kind === "Secret" && (sealed || !settings.enableSecretMutable)) {
        fields = secretData;
    }
    if (group === "" && kind === "ConfigMap" && (sealed || !settings.enableConfigMapMutable)) {
        fields = configMapData;
    }
    return [...identity, ...fields].map((field) => field.split("."));
}
