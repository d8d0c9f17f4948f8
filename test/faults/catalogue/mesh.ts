import type { Manifest } from "../../policy/support/resources";
import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import type { Program } from "../program";
import { epp, namespaceOf } from "./picker";

const broken = breaking("mesh");
const advised = breaking("mesh", "advisory");

function policy(kind: string, namespace: string, spec: object): Manifest {
    return { apiVersion: "security.istio.io/v1", kind, metadata: { name: "added", namespace }, spec };
}

/** A mesh that keeps inference from working. */
export const mesh: Generator = function* (program) {
    const gateway = String(program.get("Gateway").get("metadata.namespace"));
    const strict = (copy: Program) => {
        copy.add(policy("PeerAuthentication", namespaceOf(copy), { mtls: { mode: "STRICT" } }));
    };
    // The program's pods want no sidecar, whatever their namespace says.
    const wanted = (copy: Program, value: "true" | "false") => {
        for (const deployment of copy.ofKind("Deployment")) {
            deployment.set(["spec", "template", "metadata", "labels", "sidecar.istio.io/inject"], value);
        }
    };
    const inject = (copy: Program) => {
        wanted(copy, "true");
        for (const namespace of copy.ofKind("Namespace")) {
            namespace.set("metadata.labels.istio-injection", "enabled");
            // Istio's CNI plugin is what another mutation is about.
            namespace.set(["metadata", "labels", "pod-security.kubernetes.io/enforce"], "privileged");
        }
    };
    yield broken("an AuthorizationPolicy without rules at the Gateway", (copy) => {
        copy.add(policy("AuthorizationPolicy", gateway, {}));
    });
    yield broken("a DENY policy for everything at the Gateway", (copy) => {
        copy.add(policy("AuthorizationPolicy", gateway, { action: "DENY", rules: [{}] }));
    });
    yield harmless("an AuthorizationPolicy for everything", (copy) => {
        copy.add(policy("AuthorizationPolicy", gateway, { rules: [{}] }));
    });
    if (!program.has("Namespace")) {
        return;
    }
    if (program.has("DestinationRule")) {
        yield broken("STRICT mutual TLS over an endpoint picker with a sidecar", (copy) => {
            inject(copy);
            strict(copy);
        });
    }
    yield advised("sidecars under Pod Security", (copy) => {
        wanted(copy, "true");
        copy.ofKind("Namespace").forEach((namespace) =>
            namespace
                .set("metadata.labels.istio-injection", "enabled")
                .set(["metadata", "labels", "pod-security.kubernetes.io/enforce"], "restricted"),
        );
    });
    yield broken("an AuthorizationPolicy by identity around an endpoint picker with a sidecar", (copy) => {
        inject(copy);
        copy.add(
            policy("AuthorizationPolicy", namespaceOf(copy), {
                selector: { matchLabels: copy.get("Deployment", epp).get("spec.selector.matchLabels") },
                rules: [{ from: [{ source: { namespaces: [gateway] } }] }],
            }),
        );
    });
    yield harmless("STRICT mutual TLS without sidecars", (copy) => {
        strict(copy);
    });
    yield harmless("sidecars where Pod Security lets them be", inject);
    yield harmless("an endpoint picker without a sidecar, under STRICT mutual TLS", (copy) => {
        inject(copy);
        strict(copy);
        wanted(copy, "false");
    });
};
