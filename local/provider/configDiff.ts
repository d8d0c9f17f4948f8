import { connect } from "./connection";
import { deepEqual } from "./objects";
import { readSettings } from "./settings";
import type { PropertyMap } from "./values";
import { reveal } from "./values";

/** What a change of the provider's own arguments means. */
export interface ConfigDiff {
    changed: boolean;
    /** Arguments whose change means another cluster: every resource must be created anew there. */
    replaces: string[];
}

/**
 * Compares the provider's old and new arguments. With `clusterIdentifier` only its change means another cluster;
 * without, the URL of the API server tells. A kubeconfig that cannot be opened any more tells nothing.
 */
export function diffConfig(olds: PropertyMap, news: PropertyMap): ConfigDiff {
    const changed = !deepEqual(reveal(olds), reveal(news));
    const [before, after] = [readSettings(olds, {}), readSettings(news, {})];
    if (before.clusterIdentifier !== undefined || after.clusterIdentifier !== undefined) {
        const same = before.clusterIdentifier === after.clusterIdentifier;
        return {
            changed,
            replaces: same || before.clusterIdentifier === undefined ? [] : ["clusterIdentifier"],
        };
    }
    const [oldServer, newServer] = [serverOf(olds), serverOf(news)];
    const moved = oldServer !== undefined && newServer !== undefined && oldServer !== newServer;
    const deciding = ["kubeconfig", "context", "cluster"].filter((name) => name in olds || name in news);
    return { changed, replaces: changed && moved ? deciding : [] };
}

function serverOf(args: PropertyMap): string | undefined {
    try {
        return connect(readSettings(args, {})).server.href;
    } catch {
        return undefined;
    }
}
