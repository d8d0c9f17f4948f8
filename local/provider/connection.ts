import * as fs from "fs";
import * as http from "http";
import * as https from "https";
import * as os from "os";
import * as path from "path";
import type * as KubernetesClient from "@kubernetes/client-node";
import type { ProviderSettings } from "./settings";

/** One way to an API server, with its credentials. */
export interface Connection {
    /** The API server's URL. */
    server: URL;
    /** Where objects go that name no namespace. */
    namespace: string;
    /** Node request options for one call: credentials, trust, and an agent that keeps connections open. */
    requestOptions(): Promise<https.RequestOptions>;
    /** Closes the idle connections. */
    close(): void;
}

/**
 * Opens the kubeconfig that the settings name. Nothing is sent yet.
 *
 * @throws if there is no kubeconfig, or it has no such context or cluster.
 */
export function connect(settings: ProviderSettings): Connection {
    const config = loadKubeConfig(settings);
    const cluster = config.getCurrentCluster();
    if (cluster === null) {
        throw new Error(
            `the kubeconfig has no cluster for context "${config.getCurrentContext()}"` +
                (settings.cluster ? ` (cluster "${settings.cluster}")` : ""),
        );
    }
    const server = new URL(cluster.server);
    let agent: http.Agent | undefined;
    return {
        server,
        namespace:
            settings.namespace ??
            config.getContextObject(config.getCurrentContext())?.namespace ??
            process.env.POD_NAMESPACE ??
            "default",
        requestOptions: async () => {
            const options: https.RequestOptions = {};
            await config.applyToHTTPSOptions(options);
            // The client makes an agent for every call, which would mean a TLS handshake for every call.
            if (agent === undefined) {
                const { ca, cert, key, pfx, passphrase, rejectUnauthorized, servername } = options;
                agent =
                    server.protocol === "http:"
                        ? new http.Agent({ keepAlive: true })
                        : new https.Agent({
                              ...(options.agent as https.Agent | undefined)?.options,
                              ...{ ca, cert, key, pfx, passphrase, rejectUnauthorized, servername },
                              keepAlive: true,
                          });
            }
            options.agent = agent;
            return options;
        },
        close: () => agent?.destroy(),
    };
}

/** Loaded here and not above: the client is a large module, and a provider must print its port at once. */
function newKubeConfig(): KubernetesClient.KubeConfig {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const client = require("@kubernetes/client-node") as typeof KubernetesClient;
    return new client.KubeConfig();
}

function loadKubeConfig(settings: ProviderSettings): KubernetesClient.KubeConfig {
    const config = newKubeConfig();
    const given = settings.kubeconfig;
    if (given === undefined) {
        config.loadFromDefault();
    } else if (looksLikeContents(given)) {
        config.loadFromString(given);
    } else {
        const file = given.replace(/^~(?=$|[/\\])/, os.homedir());
        if (!fs.existsSync(file)) {
            throw new Error(`there is no kubeconfig at ${path.resolve(file)}`);
        }
        config.loadFromFile(file);
    }
    if (settings.context !== undefined) {
        if (config.getContextObject(settings.context) === null) {
            const known = config.getContexts().map(({ name }) => `"${name}"`);
            throw new Error(
                `the kubeconfig has no context "${settings.context}"; it has ${known.join(", ")}`,
            );
        }
        config.setCurrentContext(settings.context);
    }
    if (settings.cluster !== undefined) {
        const { cluster, context } = { cluster: settings.cluster, context: config.getCurrentContext() };
        config.loadFromOptions({
            clusters: config.clusters,
            users: config.users,
            contexts: config.contexts.map((entry) =>
                entry.name === context ? { ...entry, cluster } : entry,
            ),
            currentContext: context,
        });
    }
    return config;
}

/** A path has neither line breaks nor braces at its start; every kubeconfig has one of them. */
function looksLikeContents(kubeconfig: string): boolean {
    return kubeconfig.includes("\n") || kubeconfig.trimStart().startsWith("{");
}
