import { isRpcSecret, unwrapRpcSecret } from "@pulumi/pulumi/runtime/rpc";
import { setTimeout as sleep } from "timers/promises";
import type { KubeObject } from "../../../commands/shared/cluster";
import { Cluster } from "../../../commands/shared/cluster";
import { KindNotServedError } from "../../../commands/shared/errors";
import type { Registration } from "../../support/mocks";
import { monitorDefinitions } from "../../support/monitors";
import { ObjectClient } from "../../support/objectClient";

/** What the API server thinks of objects that nobody has applied: a server-side apply without its effect. */
export class ApiServer {
    private readonly objects: ObjectClient;
    private readonly namespaces = new Map<string, Promise<void>>();
    /** What it has said of an object, which most settings have in common with others. */
    private readonly said = new Map<string, Promise<string | undefined>>();

    private constructor(kubeconfig: string) {
        this.objects = new ObjectClient(kubeconfig);
    }

    /** @param kubeconfig of the embedded control plane, whose server is on this machine. */
    static async open(kubeconfig: string): Promise<ApiServer> {
        const server = new ApiServer(kubeconfig);
        for (const definition of monitorDefinitions) {
            await server.objects.ensure(definition);
        }
        await monitorsServed(kubeconfig);
        return server;
    }

    close(): void {
        this.objects.close();
    }

    /** Why the object would be refused; undefined where it would not. */
    async refusal(object: KubeObject): Promise<string | undefined> {
        const text = JSON.stringify(object);
        const known = this.said.get(text) ?? this.ask(object, text);
        this.said.set(text, known);
        return known;
    }

    private async ask(object: KubeObject, body: string): Promise<string | undefined> {
        if (object.metadata.namespace !== undefined) {
            await this.ensureNamespace(object.metadata.namespace);
        }
        let path: string;
        try {
            path = await this.objects.pathOf(object);
        } catch (error) {
            if (error instanceof KindNotServedError) {
                return error.message;
            }
            throw error;
        }
        const answer = await this.objects.server.request(
            "PATCH",
            `${path}?dryRun=All&fieldManager=fuzz&force=true&fieldValidation=Strict`,
            { type: "application/apply-patch+yaml", body },
        );
        return answer.status < 300 ? undefined : answer.body.slice(0, 2000);
    }

    /** Objects are refused where their namespace is not there, which on a real `up` comes before them. */
    private ensureNamespace(name: string): Promise<void> {
        const known =
            this.namespaces.get(name) ??
            this.objects.ensure({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
        this.namespaces.set(name, known);
        return known;
    }
}

/** Waits until the API server serves the kinds of the monitors, whose definitions it has. */
async function monitorsServed(kubeconfig: string): Promise<void> {
    for (;;) {
        // A client remembers what it was told of a version.
        const cluster = new Cluster({ kubeconfig });
        try {
            for (const { spec } of monitorDefinitions) {
                await cluster.pathOf(`${spec.group}/${spec.versions[0]!.name}`, spec.names.kind, undefined);
            }
            return;
        } catch (error) {
            if (!(error instanceof KindNotServedError)) {
                throw error;
            }
        } finally {
            cluster.close();
        }
        await sleep(100);
    }
}

/** What the provider would apply, with its secrets. */
export function objectsOf(registrations: readonly Registration[]): KubeObject[] {
    return registrations
        .filter(({ type }) => type.startsWith("kubernetes:"))
        .map(({ inputs }) => inClear(inputs) as KubeObject);
}

function inClear(value: unknown): unknown {
    if (isRpcSecret(value)) {
        return inClear(unwrapRpcSecret(value));
    }
    if (Array.isArray(value)) {
        return value.map(inClear);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, inClear(inner)]))
        : value;
}
