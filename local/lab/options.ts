import type { LabTools } from "../toolchain/lab";

/** What the agent inside the lab's network is told. Paths of sockets are relative to the working folder. */
export interface AgentOptions {
    kubeconfig: string;
    /** The API server's port on the machine's loopback interface, and on that of the lab. */
    apiServerPort: number;
    /** Unix socket that leads to the API server. */
    apiServerSocket: string;
    /** Unix socket that leads to the lab's addresses. */
    egressSocket: string;
    /** Unix socket that runs programs of the machine in the lab's network. */
    guestSocket: string;
    /** Paths of the PEM files that the node's own server shows the API server. */
    certificate: { cert: string; key: string };
    tools: LabTools;
    podsFolder: string;
    logsFolder: string;
}

/** What the lab's process on the machine's own network is told. */
export interface SupervisorOptions {
    agent: AgentOptions;
    /** File that says which ports of the loopback interface lead where: see {@link Entrances}. */
    entrancesFile: string;
}

/** Ports of the machine's loopback interface by the place in the lab (`host:port`) that they lead to. */
export type Entrances = Record<string, number>;
