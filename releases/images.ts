import { defaultVersions, minorOf } from "./versions";

/** An image reference, taken apart. What the reference does not tell is undefined. */
export interface Image {
    readonly reference: string;
    /** Registry and path, without tag and digest; empty for no reference at all. */
    readonly repository: string;
    /** The last part of the repository: a mirror may put any registry and path before it. Empty for no reference at all. */
    readonly name: string;
    readonly tag?: string;
    readonly digest?: string;
    /** As in the tag, without the `v`: `0.8.0`, `0.9.0-rc.2`. */
    readonly version?: string;
    /** `0.8` of that. */
    readonly minor?: string;
}

/** Takes an image reference apart. */
export function parseImage(reference: string): Image {
    const [, repository = "", name = "", tag, digest] =
        /^((?:.*\/)?([^/:@\s]+))(?::([\w][\w.-]*))?(?:@(\w+:[0-9a-f]+))?$/.exec(reference) ?? [];
    const version = /^v?(\d+\.\d+(?:\.\d+)?(?:[-+][0-9A-Za-z.-]+)?)$/.exec(tag ?? "")?.[1];
    return { reference, repository, name, tag, digest, version, minor: version && minorOf(version) };
}

/** Whether an image is llm-d's simulator, under whatever prefix a distribution gives it. */
export function isSimulator({ name }: Image): boolean {
    return name.includes("inference-sim");
}

/** The default image of the endpoint picker. */
export const defaultEppImage = `ghcr.io/llm-d/llm-d-router-endpoint-picker:v${defaultVersions.epp}`;

/** The package of EPPs up to 0.8: closed to anonymous pulls (vllm-project/semantic-router#3404, kserve/kserve#6215). */
const closedRepository = "ghcr.io/llm-d/llm-d-inference-scheduler";

/** What takes the place of an image that cannot be pulled any more; undefined for any other, a mirror of it too. */
export function replacementOf({ repository }: Image): string | undefined {
    return repository === closedRepository ? defaultEppImage : undefined;
}

/**
 * An image as another registry has it: `registry` takes the place of the image's own, and the rest of its path stays. An
 * image of that registry stays as it is.
 *
 * @param registry a host with what is before the path of every image there, e.g. `mirror.example.com:5000/ghcr`.
 */
export function atRegistry(reference: string, registry: string | undefined): string {
    if (registry === undefined || reference.startsWith(`${registry}/`)) {
        return reference;
    }
    // The first part is a host where it has a dot or a port, or is localhost (distribution's `reference` grammar).
    return `${registry}/${reference.replace(/^(?:[^/]*[.:][^/]*|localhost)\//, "")}`;
}
