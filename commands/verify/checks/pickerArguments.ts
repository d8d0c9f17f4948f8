import { api } from "../../../components/contract";
import { record, text } from "../../../objects/json";
import { kvCacheMetricFlag, readKvCacheMetric } from "../../../objects/kvCacheMetric";
import { pickerFlagProblems } from "../../../objects/pickerFlags";
import type { Picker } from "../../../objects/pickers";
import { pickerPortNames, pickerPorts } from "../../../objects/pickers";
import { eppHealthServices } from "../../../releases";
import { simulatorReleaseOf, withEpp } from "../containers";
import type { Check, Finding, ModelContext } from "./check";
import { broken, labelText, redeploy, scoringOnly, warning } from "./check";

export const eppArguments: Check = {
    id: "epp-arguments",
    title: "The EPP's flags are known to its version, and agree with the pool, the ports and the simulator",
    scope: "model",
    needs: ["epp"],
    on: scoringOnly,
    run: withEpp((context, found) => [
        ...flagsOf(found),
        ...discoveryOf(context, found),
        ...portsOf(context, found),
        ...metricOf(context, found),
        ...probesOf(context, found),
    ]),
};

function flagsOf({ owner, image, release, container }: Picker): Finding[] {
    const name = owner.toString();
    if (release === undefined) {
        return [
            warning(
                "epp-version-unknown",
                `${name} runs ${image.reference}, of which no version is known: its flags, rights and configuration are not judged by version`,
                "use an image with a version in its tag that is known",
            ),
        ];
    }
    return pickerFlagProblems(container, release).problems.map(({ message }) =>
        broken("epp-unknown-flag", `${name}: ${message}`, redeploy),
    );
}

function discoveryOf({ deployment, model }: ModelContext, epp: Picker): Finding[] {
    const name = epp.owner.toString();
    const findings: Finding[] = [];
    const expect = (flag: string, wanted: string, byDefault?: string) => {
        const value = epp.flag(flag)?.value ?? byDefault;
        if (value !== wanted) {
            findings.push(
                broken(
                    "epp-pool-mismatch",
                    `${name}: --${flag} is ${value ?? "not set"}, and must be ${wanted}`,
                    redeploy,
                ),
            );
        }
    };
    expect("pool-namespace", deployment.namespaces.simulator);
    if (model.pool !== undefined) {
        expect("pool-name", model.pool);
        expect("pool-group", api.inferencePool.group, api.inferencePool.group);
        return findings;
    }
    const selector = epp.flag("endpoint-selector")?.value;
    const parsed = Object.fromEntries(
        (selector ?? "").split(",").map((pair) => pair.split("=") as [string, string]),
    );
    if (!sameLabels(parsed, model.pickable)) {
        findings.push(
            broken(
                "epp-selector-mismatch",
                `${name}: --endpoint-selector is ${selector ?? "not set"}, and the pods to pick from are ${labelText(model.pickable)}`,
                redeploy,
            ),
        );
    }
    const ports = epp.flag("endpoint-target-ports")?.value;
    if (ports !== String(model.backend.port)) {
        findings.push(
            broken(
                "epp-target-ports-mismatch",
                `${name}: --endpoint-target-ports is ${ports ?? "not set"}, and the pods listen on ${String(model.backend.port)}`,
                redeploy,
            ),
        );
    }
    return findings;
}

function sameLabels(a: Record<string, string>, b: Record<string, string>): boolean {
    return (
        Object.keys(a).length === Object.keys(b).length &&
        Object.entries(a).every(([key, value]) => b[key] === value)
    );
}

function portsOf({ model }: ModelContext, epp: Picker): Finding[] {
    const { grpcPort, healthPort, metricsPort } = model.epp;
    const wanted = { grpc: grpcPort, health: healthPort, metrics: metricsPort };
    return pickerPortNames.flatMap((port) => {
        const { flag, byDefault } = pickerPorts[port];
        const value = epp.flag(flag)?.value ?? String(byDefault);
        return value === String(wanted[port])
            ? []
            : [
                  broken(
                      "epp-port-mismatch",
                      `${epp.owner.toString()}: --${flag} is ${value}, and must be ${String(wanted[port])}`,
                      redeploy,
                  ),
              ];
    });
}

function metricOf(context: ModelContext, epp: Picker): Finding[] {
    const read = readKvCacheMetric(epp, context.snapshot.index);
    const simulator = simulatorReleaseOf(context);
    if (read === undefined || simulator === undefined || read.name === simulator.kvCacheMetric) {
        return [];
    }
    const { minor, kvCacheMetric } = epp.release!;
    const fix =
        kvCacheMetric.rename === "engineConfigs"
            ? `name ${simulator.kvCacheMetric} as kvUsageSpec of the engine vllm in its configuration`
            : `give the EPP --${kvCacheMetricFlag}=${simulator.kvCacheMetric}`;
    return [
        broken(
            "epp-metric-mismatch",
            `${epp.owner.toString()} (EPP ${minor}) reads ${read.name} (${read.origin}), and simulator ${simulator.minor} emits ${simulator.kvCacheMetric}: KV cache scores are silently zero`,
            `${fix}; ${redeploy}`,
        ),
    ];
}

function probesOf({ model }: ModelContext, { owner, container }: Picker): Finding[] {
    const name = owner.toString();
    const { grpc } = record(container.fields.readinessProbe);
    if (grpc === undefined) {
        return [
            warning(
                "epp-probe-not-grpc",
                `${name} has no gRPC readiness probe: other probes hide a pool that is not synced`,
                redeploy,
            ),
        ];
    }
    const wanted = model.epp.replicas > 1 ? eppHealthServices.readiness : "";
    const { port, service } = record(grpc);
    const asked = text(service) ?? "";
    return asked === wanted && port === model.epp.healthPort
        ? []
        : [
              broken(
                  "epp-probe-mismatch",
                  `${name}: the readiness probe asks gRPC service "${asked}" on ${String(port)}, and it must be "${wanted}" on ${String(model.epp.healthPort)}`,
                  redeploy,
              ),
          ];
}
