import * as k8s from "@pulumi/kubernetes";
import { openEngine } from "../../local/engine";

/**
 * Run as a process of its own by the engine's tests, which kill it: brings up a stack whose last resource never
 * becomes ready. Its arguments are what the engine needs, as JSON.
 */
async function main(): Promise<void> {
    const options = JSON.parse(process.argv[2] ?? "") as {
        pulumi: string;
        kubernetesProvider: string;
        projectRoot: string;
        stateDir: string;
        kubeconfig: string;
        namespace: string;
    };
    const engine = await openEngine({
        ...options,
        policyPacks: [],
        program: () => {
            interruptedProgram(options.namespace, "condition=Programmed");
            return Promise.resolve();
        },
        report: (line) => process.stdout.write(`${line}\n`),
    });
    await engine.up();
}

/** An autonamed ConfigMap and an autonamed Gateway that is waited for. */
export function interruptedProgram(namespace: string, waitFor: string): void {
    const ns = new k8s.core.v1.Namespace("ns", { metadata: { name: namespace } });
    const map = new k8s.core.v1.ConfigMap("map", {
        metadata: { namespace: ns.metadata.name },
        data: { a: "1" },
    });
    new k8s.apiextensions.CustomResource(
        "gateway",
        {
            apiVersion: "gateway.networking.k8s.io/v1",
            kind: "Gateway",
            metadata: { namespace: ns.metadata.name, annotations: { "pulumi.com/waitFor": waitFor } },
            spec: { gatewayClassName: "none", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
        },
        { dependsOn: map },
    );
}

if (require.main === module) {
    void main();
}
