import * as fs from "fs";
import * as https from "https";
import { isIP } from "net";
import type * as clientNode from "@kubernetes/client-node";
import { UsageError } from "./errors";

/** @throws UsageError where there is no kubeconfig that can be read. */
export function loadKubeConfig(file: string | undefined): clientNode.KubeConfig {
    // Not before it is needed: it takes as long to load as all the rest of a command.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { KubeConfig } = require("@kubernetes/client-node") as typeof clientNode;
    const config = new KubeConfig();
    try {
        if (file === undefined) {
            config.loadFromDefault();
        } else if (fs.existsSync(file)) {
            config.loadFromFile(file);
        } else {
            throw new UsageError(`--kubeconfig: there is no file ${file}; give the path of a kubeconfig`);
        }
    } catch (error) {
        if (error instanceof UsageError) {
            throw error;
        }
        const name = file ?? process.env.KUBECONFIG ?? "~/.kube/config";
        // What the reader says quotes the line that it cannot read, and with it a token or a key.
        throw new UsageError(`--kubeconfig: ${name} cannot be read as a kubeconfig${whereIn(error)}`, {
            cause: error,
        });
    }
    return config;
}

/** Where a reader of YAML or JSON gave up, as far as its error tells, or which file it could not open. */
function whereIn(error: unknown): string {
    const { mark, code } = error as { mark?: { line: number; column: number }; code?: string };
    if (mark !== undefined) {
        return `: line ${String(mark.line + 1)}, column ${String(mark.column + 1)}`;
    }
    return code === undefined ? "" : `: ${code}`;
}

/**
 * The same agent, but for connections that stay open, to a server that must prove to be the one of the kubeconfig: Node
 * has it prove that it is whomever a Host header names, otherwise. An agent of another class speaks to a proxy: it stays
 * as it is.
 */
export function ownAgent(agent: https.RequestOptions["agent"], server: URL): https.RequestOptions["agent"] {
    if (!(agent instanceof https.Agent) || agent.constructor !== https.Agent) {
        return agent;
    }
    const host = server.hostname.replace(/^\[|\]$/g, "");
    // TLS has no names for addresses (RFC 6066); the certificate is checked for the address all the same.
    const servername = agent.options.servername ?? (isIP(host) === 0 ? host : "");
    return new https.Agent({ ...agent.options, servername, keepAlive: true });
}
