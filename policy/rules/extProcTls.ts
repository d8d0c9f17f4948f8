import type { Findings } from "../framework/finding";
import { each } from "../framework/finding";
import { text } from "../../objects/json";
import { kinds } from "../../objects/kinds";
import type { KubernetesObject } from "../../objects/kubernetesObject";
import type { Rule, RuleConfig } from "../framework/rule";
import type { StackIndex } from "../../objects/stackIndex";
import type { ClientTls } from "../../objects/destinationRules";
import { destinationRulesOf, tlsOf } from "../../objects/destinationRules";
import type { Picker, PickerService } from "../../objects/pickers";
import { leadsToGrpc, pickersOf, servicePortsOf } from "../../objects/pickers";

/** Settings of {@link extProcTls}. */
export interface ExtProcTlsConfig {
    istioClasses: string[];
    verified: "no" | "advised" | "required";
}

const config: RuleConfig<ExtProcTlsConfig> = {
    defaults: { istioClasses: ["istio", "istio-remote"], verified: "no" },
    schema: {
        istioClasses: {
            type: "array",
            items: { type: "string" },
            description: "GatewayClasses of Istio: only its Envoys learn of TLS from DestinationRules.",
        },
        verified: {
            type: "string",
            enum: ["no", "advised", "required"],
            description:
                "Whether gateways have to check the endpoint picker's certificate: any other pod that its Service's address leads to could answer in its place otherwise.",
        },
    },
};

/** Gateways speak TLS to an endpoint picker if, and only if, it serves it. */
export const extProcTls: Rule<ExtProcTlsConfig> = {
    name: "ext-proc-tls",
    description:
        "A DestinationRule has gateways use TLS for an endpoint picker's gRPC port exactly if it serves with --secure-serving, which is the default.",
    severity: "critical",
    enforcementLevel: "mandatory",
    remediationSteps:
        "With secure serving, add a DestinationRule for the full host of the endpoint picker's Service, with tls mode SIMPLE and insecureSkipVerify for its self-signed certificate. With --secure-serving=false, remove its tls settings.",
    config,
    *checkStack(index, settings) {
        if (!usesIstio(index, settings)) {
            return;
        }
        for (const service of pickersOf(index).services) {
            yield* each([service.object], () => checkService(service, index, settings));
        }
    },
};

function usesIstio(index: StackIndex, { istioClasses }: ExtProcTlsConfig): boolean {
    return (
        index.ofKind(kinds.envoyFilter, kinds.destinationRule).length > 0 ||
        index
            .ofKind(kinds.gateway)
            .some((gateway) => istioClasses.includes(text(gateway.spec.gatewayClassName) ?? ""))
    );
}

function* checkService(
    { object, pickers }: PickerService,
    index: StackIndex,
    settings: ExtProcTlsConfig,
): Findings {
    for (const picker of pickers.filter(({ upstream }) => upstream)) {
        for (const port of servicePortsOf(object)) {
            if (leadsToGrpc(port, picker)) {
                yield* checkPort(object, port.number, picker, index, settings);
            }
        }
    }
}

function* checkPort(
    service: KubernetesObject,
    port: number,
    picker: Picker,
    index: StackIndex,
    { verified }: ExtProcTlsConfig,
): Findings {
    const rules = destinationRulesOf(index);
    const covering = rules.covering(service);
    const tls = covering.map((rule) => tlsOf(rule, port)).find((settings) => settings !== undefined);
    const secure = picker.isOn("secure-serving", true);
    const flag = picker.flag("secure-serving");
    const serves = `${picker.owner.toString()} serves ${secure ? "TLS" : "plain text"} on gRPC port ${String(port)} of ${service.toString()} (${flag ? `--secure-serving at ${flag.path}` : "the default of --secure-serving"})`;
    if (tls && tls.mode !== "DISABLE") {
        yield* secure
            ? checkSettings(serves, tls, picker, verified)
            : [
                  {
                      object: tls.rule,
                      message: `${serves}, but ${tls.rule.toString()} has gateways use TLS, mode ${tls.mode} (${tls.path}).`,
                  },
              ];
        return;
    }
    if (!secure) {
        return;
    }
    const [unknown] = rules.unknowns;
    if (unknown) {
        yield { unknown };
        return;
    }
    const near = rules.missing(service);
    const hints = near.map(
        (candidate) =>
            ` ${candidate.toString()} is not for it: Istio takes its host ${text(candidate.spec.host) ?? ""} for a full one.`,
    );
    const [rule] = covering;
    yield {
        ...(rule && { object: tls?.rule ?? rule }),
        message: rule
            ? `${serves}, but ${(tls?.rule ?? rule).toString()} has gateways use none (${tls?.path ?? "spec.trafficPolicy"}).`
            : `${serves}, but no DestinationRule of the program tells gateways to use it.${hints.join("")}`,
    };
}

function* checkSettings(
    serves: string,
    { rule, path, mode, settings }: ClientTls,
    picker: Picker,
    verified: ExtProcTlsConfig["verified"],
): Findings {
    if (mode !== "SIMPLE") {
        yield {
            object: rule,
            message: `${serves}, but ${rule.toString()} uses mode ${mode} (${path}.mode); it has to be SIMPLE.`,
        };
        return;
    }
    const trusts = text(settings.caCertificates) ?? text(settings.credentialName);
    if (settings.insecureSkipVerify === true) {
        if (verified !== "no") {
            yield {
                object: rule,
                message: `${serves}, and ${rule.toString()} has gateways take any certificate for its own (${path}.insecureSkipVerify): give it one by --cert-path, and name whose to trust.`,
                ...(verified === "advised" && { level: "advisory" as const }),
            };
        }
        return;
    }
    if (trusts && picker.flag("cert-path")?.value) {
        return;
    }
    yield {
        object: rule,
        message: trusts
            ? `${serves} with a certificate that it signs itself at each start, which ${rule.toString()} checks against ${trusts} (${path}); without --cert-path it needs insecureSkipVerify: true.`
            : `${serves}, but ${rule.toString()} says neither insecureSkipVerify: true nor whose certificates to trust (${path}).`,
    };
}
