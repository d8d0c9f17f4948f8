import { stringify } from "yaml";
import type { KeyPair } from "./issueCertificates";

/** Name of the cluster and of the context in every kubeconfig written here. */
export const contextName = "llm-d-local";

/**
 * A kubeconfig with one context, whose credentials it holds itself: it stays valid when copied elsewhere.
 *
 * @param user name that the client shows; what it may do is in its certificate.
 */
export function renderKubeconfig(server: string, authority: string, user: string, client: KeyPair): string {
    const base64 = (text: string) => Buffer.from(text).toString("base64");
    return stringify(
        {
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                { name: contextName, cluster: { server, "certificate-authority-data": base64(authority) } },
            ],
            users: [
                {
                    name: user,
                    user: {
                        "client-certificate-data": base64(client.cert),
                        "client-key-data": base64(client.key),
                    },
                },
            ],
            contexts: [{ name: contextName, context: { cluster: contextName, user } }],
            "current-context": contextName,
        },
        { lineWidth: 0 },
    );
}
