import type { DeploymentOutput } from "../../components/deploymentOutput";
import type { PathName } from "../compare/paths";
import type { Cluster } from "../shared/cluster";

/** A deployed stack whose paths can be reached. */
export interface Staged {
    deployment: DeploymentOutput;
    /** Base URL of each path, of the model that is measured. */
    bases: Record<PathName, string>;
    /** What reaching them so does to the figures, one sentence each. */
    notes: string[];
    readonly close: () => Promise<void>;
}

/** Settings by their path, e.g. `epp.plugins`. */
export type SettingValues = Readonly<Record<string, string | number | boolean>>;

/** The stack that is switched from preset to preset: on a cluster, or in the lab. */
export interface Stage {
    /** The words that call the command there, with flags, for the report. */
    callWith(flags: readonly string[]): string[];
    /**
     * Previews the stack with settings over its own; nothing is changed.
     *
     * @throws Error when it cannot be deployed so.
     */
    check(settings: SettingValues): Promise<void>;
    /**
     * Deploys the stack with settings over its own, and waits until it serves.
     *
     * @param settings those of the deployment before are gone.
     */
    deploy(settings: SettingValues): Promise<Staged>;
    /** The stack's cluster. */
    openCluster(): Cluster;
    /** Deploys the stack's own settings again. */
    restore(): Promise<void>;
}
