import { strict as assert } from "assert";
import { judge, ownSettings } from "../../../commands/judge/judge";
import type { Judgement } from "../../../commands/judge/reports/report";
import { KubernetesObject } from "../../../objects/kubernetesObject";
import {
    decodeLabels,
    deployment,
    gateway,
    grantToService,
    models,
    route,
    routes,
    service,
    toPool,
    toService,
} from "../../policy/rules/fixtures";
import {
    account,
    binding,
    configMap,
    extProc,
    picker,
    pickerPool,
    pickerService,
    role,
} from "../../policy/rules/pickerFixtures";
import type { Manifest } from "../../policy/support/resources";

/** A pod of the model server as another program's, for which a Namespace decides about sidecars. */
const strict: Manifest = {
    apiVersion: "security.istio.io/v1",
    kind: "AuthorizationPolicy",
    metadata: { name: "nobody", namespace: models },
    spec: { action: "ALLOW" },
};

const objective: Manifest = {
    apiVersion: "inference.networking.x-k8s.io/v1alpha2",
    kind: "InferenceObjective",
    metadata: { name: "chat", namespace: models },
    spec: { poolRef: { name: "pool" } },
};

function otherGateway(namespace: string): Manifest {
    return { ...gateway(), metadata: { name: "other", namespace } };
}

interface Case {
    rule: string;
    /** What is judged. */
    given: Manifest[];
    /** What would decide it, as the finding says. */
    absent: string;
    /** What, added, shows that it is nowhere; undefined where nothing does. */
    certain?: Manifest[];
    /** What, added, settles it. */
    settled: Manifest[];
}

const cases: Record<string, Case> = {
    "a grant to what somebody else has": {
        rule: "reference-grant-presence",
        given: [route(toService)],
        absent: `a ReferenceGrant in namespace ${models} from HTTPRoute of namespace ${routes} to Service ${models}/proxy`,
        certain: [service()],
        settled: [grantToService],
    },
    "a route's pool": {
        rule: "selectors",
        given: [route(toPool)],
        absent: `InferencePool ${models}/pool`,
        settled: [pickerPool()],
    },
    "a route's Gateway": {
        rule: "gateway",
        given: [route(toService), service(), deployment()],
        absent: `Gateway ${routes}/gateway`,
        settled: [gateway()],
    },
    "pods of a pool that is alone": {
        rule: "selectors",
        given: [pickerPool()],
        absent: `pods in namespace ${models} with the labels {llm-d.ai/role: decode}`,
        certain: [deployment({ labels: { ...decodeLabels, "llm-d.ai/role": "both" } })],
        settled: [deployment()],
    },
    "the Service of a pool's endpoint picker": {
        rule: "epp-service",
        given: [pickerPool()],
        absent: `Service ${models}/epp`,
        certain: [picker()],
        settled: [pickerService(), picker()],
    },
    "the pods of a pool's endpoint picker": {
        rule: "epp-service",
        given: [pickerPool(), pickerService()],
        absent: `an endpoint picker's pods in namespace ${models} with the labels {app: epp}`,
        settled: [picker()],
    },
    "the Service that an EnvoyFilter calls": {
        rule: "ext-proc-mode",
        given: [extProc()],
        absent: `Service ${models}/epp`,
        certain: [picker()],
        settled: [pickerService(), picker()],
    },
    "the Gateway that an EnvoyFilter is for": {
        rule: "ext-proc-mode",
        given: [extProc(), picker(), pickerService(), otherGateway("elsewhere")],
        absent: `Gateway ${routes}/gateway`,
        certain: [otherGateway(routes)],
        settled: [gateway()],
    },
    "the account of an endpoint picker": {
        rule: "epp-rbac",
        given: [picker(), role(), binding()],
        absent: `ServiceAccount ${models}/epp`,
        settled: [account],
    },
    "a binding of an account that is not there either": {
        rule: "epp-rbac",
        given: [picker()],
        absent: `a binding of ServiceAccount ${models}/epp`,
        certain: [account],
        settled: [role(), binding()],
    },
    "a role that is bound": {
        rule: "epp-rbac",
        given: [picker(), account, binding()],
        absent: `Role ${models}/epp`,
        settled: [role()],
    },
    "the ConfigMap of an endpoint picker's configuration": {
        rule: "epp-config",
        given: [picker()],
        absent: `ConfigMap ${models}/epp`,
        settled: [configMap()],
    },
    "the pool of an objective": {
        rule: "objective-pool",
        given: [objective],
        absent: `InferencePool ${models}/pool`,
        settled: [pickerPool()],
    },
    "a Namespace, which decides about sidecars": {
        rule: "mesh",
        given: [deployment(), strict],
        absent: `Namespace ${models}`,
        settled: [{ apiVersion: "v1", kind: "Namespace", metadata: { name: models } }],
    },
    "a GatewayClass, which tells whose it is": {
        rule: "gateway",
        given: [
            gateway({}, { gatewayClassName: "other" }),
            route(toService),
            service(),
            deployment(),
            extProc(),
        ],
        absent: "GatewayClass other",
        settled: [
            {
                apiVersion: "gateway.networking.k8s.io/v1",
                kind: "GatewayClass",
                metadata: { name: "other" },
                spec: { controllerName: "istio.io/gateway-controller" },
            },
        ],
    },
};

describe("judge, of what is not in the input", () => {
    function findings(manifests: readonly Manifest[], isWhole: boolean): Judgement[] {
        const read = manifests.map((manifest) => ({
            object: KubernetesObject.of(manifest)!,
            locate: () => undefined,
            served: false,
        }));
        return judge(read, ownSettings, isWhole);
    }

    for (const [what, { rule, given, absent, certain, settled }] of Object.entries(cases)) {
        describe(what, () => {
            const decided = (manifests: readonly Manifest[], isWhole = false) =>
                findings(manifests, isWhole).filter((finding) => finding.decidedBy === absent);

            it("advises, and names what would decide it", () => {
                const found = decided(given).filter((finding) => finding.rule.name === rule);
                assert.ok(found.length > 0, JSON.stringify(findings(given, false), undefined, 2));
                for (const { level, message } of found) {
                    assert.equal(level, "advisory");
                    assert.ok(message.startsWith(`Decided by ${absent}, which is not in the input: `));
                }
            });

            it("is decided by it", () => {
                assert.deepEqual(decided([...given, ...settled]), []);
            });

            it("is certain where everything is judged", () => {
                assert.deepEqual(decided(given, true), []);
            });

            if (certain) {
                it("is certain where the input shows that it is nowhere", () => {
                    assert.deepEqual(decided([...given, ...certain]), []);
                    const found = findings([...given, ...certain], false);
                    assert.ok(
                        found.some((finding) => finding.rule.name === rule && finding.level === "mandatory"),
                        JSON.stringify(found, undefined, 2),
                    );
                });
            }
        });
    }
});
