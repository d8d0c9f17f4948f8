import type { Mode } from "../../../components/deploymentOutput";
import type { Generator, Verdict } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";

const presence = breaking("reference-grant-presence");

const backends = "spec.rules.0.backendRefs";

/** Certificate authorities that no BackendTLSPolicy can have. */
const authorities = [
    { title: "that is not there", authority: { group: "", kind: "ConfigMap", name: "no-such-authority" } },
    { title: "of a kind that is none", authority: { group: "invalid.io", kind: "InvalidKind", name: "x" } },
];

/** A listener beside the stack's own, with a certificate. */
function addHttpsListener(program: Program, certificate: { name: string; namespace?: string }): void {
    const tls = { certificateRefs: [certificate] };
    program.get("Gateway").list("spec.listeners").push({ name: "added", port: 8443, protocol: "HTTPS", tls });
}

/** What the conformance suites set up and that nobody has complained of so far, beside what other files have. */
export const suiteSetups: Generator = function* () {
    const found = (id: string, message: RegExp, on: Mode = "scoring"): Verdict => ({ id, message, on: [on] });
    yield presence(
        "the route leads to a kind that there is none of",
        (copy) => {
            copy.get("HTTPRoute")
                .set(`${backends}.0.group`, "unknownkind.example.com")
                .set(`${backends}.0.kind`, "NonExistent");
        },
        found(
            "route-backend-mismatch",
            /leads to NonExistent \S+ of group "unknownkind\.example\.com", and the stack's backend/,
        ),
    );
    yield presence(
        "the route leads to a Service beside its own that no grant is for",
        (copy) => {
            const other = { name: "kubernetes", namespace: "default", port: 443, weight: 1 };
            copy.get("HTTPRoute").list(backends).push(other);
        },
        found(
            "route-mixed-backends",
            /Service default\/kubernetes: a part of the requests goes elsewhere, or gets 500/,
            "scheduler",
        ),
    );
    yield harmless(
        "a listener's certificate is not there",
        (copy) => {
            addHttpsListener(copy, { name: "no-such-certificate" });
        },
        {
            ...found(
                "gateway-listener-refused",
                /listener added: ResolvedRefs=False, InvalidCertificateRef: .*no-such-certificate/,
            ),
            byStatus: true,
        },
    );
    const elsewhere = { name: "tls", namespace: "llm-d-sim" };
    yield presence(
        "a listener's certificate is of another namespace, without a grant",
        (copy) => {
            addHttpsListener(copy, elsewhere);
        },
        found(
            "gateway-certificate-not-granted",
            /refers to Secret llm-d-sim\/tls .*no ReferenceGrant in llm-d-sim lets it/,
        ),
    );
    yield presence(
        "a listener's certificate is of another namespace, whose grant is for others",
        (copy) => {
            copy.add({
                apiVersion: "gateway.networking.k8s.io/v1beta1",
                kind: "ReferenceGrant",
                metadata: { name: "certificates", namespace: "llm-d-sim" },
                spec: {
                    from: [{ group: "gateway.networking.k8s.io", kind: "Gateway", namespace: "default" }],
                    to: [{ group: "", kind: "Secret" }],
                },
            });
            addHttpsListener(copy, elsewhere);
        },
        found("gateway-certificate-not-granted", /no ReferenceGrant in llm-d-sim lets it/),
    );
    yield harmless(
        "the Gateway asks for an address of a type that nobody has",
        (copy) => {
            copy.get("Gateway").set("spec.addresses", [{ type: "test/fake-invalid-type", value: "fake" }]);
        },
        { ...found("gateway-not-accepted", /Accepted=False, UnsupportedAddress/), byStatus: true },
    );
    for (const { title, authority } of authorities) {
        yield harmless(
            `a BackendTLSPolicy for the proxy names a certificate authority ${title}`,
            (copy) => {
                const name = copy.get("Service", /-proxy$/).kubernetesName;
                copy.add({
                    apiVersion: "gateway.networking.k8s.io/v1",
                    kind: "BackendTLSPolicy",
                    metadata: { name: "invalid", namespace: "llm-d-sim" },
                    spec: {
                        targetRefs: [{ group: "", kind: "Service", name }],
                        validation: { hostname: "example.com", caCertificateRefs: [authority] },
                    },
                });
            },
            found(
                "backend-tls-policy",
                /BackendTLSPolicy llm-d-sim\/invalid makes Envoy speak TLS to Service .* plain HTTP/,
                "scheduler",
            ),
        );
    }
};
