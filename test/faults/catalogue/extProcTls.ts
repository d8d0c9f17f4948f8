import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { epp, namespaceOf, replaceArgument } from "./picker";

const broken = breaking("ext-proc-tls");

const port = "spec.trafficPolicy.portLevelSettings.0";

/** Gateways that speak TLS to an endpoint picker that does not, and the other way round. */
export const extProcTls: Generator = function* (program) {
    const edit = (title: string, change: (rule: ReturnType<typeof program.get>) => void) =>
        broken(title, (copy) => {
            change(copy.get("DestinationRule", epp));
        });
    const same = (title: string, change: (rule: ReturnType<typeof program.get>) => void) =>
        harmless(title, (copy) => {
            change(copy.get("DestinationRule", epp));
        });
    yield broken(
        "no DestinationRule",
        (copy) => {
            copy.remove("DestinationRule", epp);
        },
        { id: "epp-tls-rule-missing", message: /500 \(gRPC status 14\)/, on: ["scoring"] },
    );
    yield broken(
        "plain text without saying so to gateways",
        replaceArgument("secure-serving", "--secure-serving=false"),
        {
            id: "epp-tls-mismatch",
            message: /speak TLS \(SIMPLE\) to an EPP that has --secure-serving=false/,
            on: ["scoring"],
        },
    );
    if (program.get("DestinationRule", epp).get(`${port}.tls.insecureSkipVerify`) === true) {
        yield broken(
            "a self-signed certificate that is verified, for it says so",
            (copy) => {
                copy.get("DestinationRule", epp).set(`${port}.tls.insecureSkipVerify`, false);
            },
            {
                id: "epp-tls-mismatch",
                message: /insecureSkipVerify false/,
                on: ["scoring-not-obeyed"],
            },
        );
    }
    for (const mode of ["DISABLE", "ISTIO_MUTUAL", "MUTUAL"]) {
        yield edit(`mode ${mode}`, (rule) => rule.set(`${port}.tls.mode`, mode));
    }
    yield edit("no TLS for the port", (rule) => rule.unset(`${port}.tls`));
    yield edit("no policy", (rule) => rule.unset("spec.trafficPolicy"));
    const serving = (certPath: string[], tls: object) => (copy: typeof program) => {
        replaceArgument("cert-path", ...certPath)(copy);
        copy.get("DestinationRule", epp).set(`${port}.tls`, { mode: "SIMPLE", ...tls });
    };
    const own = ["--cert-path=/certs"];
    yield broken("a self-signed certificate that is verified", serving([], {}));
    yield broken(
        "a self-signed certificate that somebody else shall have signed",
        serving([], { caCertificates: "/etc/ca.crt" }),
    );
    yield broken("a certificate that is checked against nobody's", serving(own, {}));
    yield edit("another host", (rule) => rule.set("spec.host", "other.llm-d-sim.svc.cluster.local"));
    yield broken(
        "a host with a namespace, which Istio does not complete",
        (copy) => {
            const rule = copy.get("DestinationRule", epp);
            rule.set("spec.host", `${rule.kubernetesName}.${namespaceOf(program)}`);
        },
        { id: "epp-tls-rule-missing", message: /no DestinationRule makes Envoy speak TLS/, on: ["scoring"] },
    );
    yield edit("a short host, in another namespace", (rule) =>
        rule.set("spec.host", rule.kubernetesName).set("metadata.namespace", "default"),
    );
    yield edit("in a namespace that no gateway looks into", (rule) =>
        rule.set("metadata.namespace", "default"),
    );
    yield edit("for another port only", (rule) => rule.set(`${port}.port.number`, 9003));
    yield same("a short host", (rule) => rule.set("spec.host", rule.kubernetesName));
    yield same("TLS for all ports", (rule) =>
        rule.set("spec.trafficPolicy", { tls: { mode: "SIMPLE", insecureSkipVerify: true } }),
    );
    yield same("a wildcard host", (rule) =>
        rule.set("spec.host", `*.${namespaceOf(program)}.svc.cluster.local`),
    );
    yield same("in Istio's root namespace", (rule) => rule.set("metadata.namespace", "istio-system"));
    yield same("in the Gateway's namespace", (rule) =>
        rule.set("metadata.namespace", "llm-d-inference-scheduler"),
    );
    yield harmless("secure serving by default", replaceArgument("secure-serving"));
    yield harmless("plain text on both sides", (copy) => {
        replaceArgument("secure-serving", "--secure-serving=false")(copy);
        copy.remove("DestinationRule", new RegExp(`^${copy.get("Service", epp).kubernetesName}$`));
    });
    for (const authority of [{ caCertificates: "/etc/ca.crt" }, { credentialName: "epp-ca" }]) {
        yield harmless(
            `a certificate of an authority known by ${Object.keys(authority).join()}`,
            serving(own, authority),
        );
    }
    yield harmless("a certificate of its own that nobody checks", serving(own, { insecureSkipVerify: true }));
};
