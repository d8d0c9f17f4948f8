import { minorOf } from "./versions";

/** An image reference, taken apart. What the reference does not tell is undefined. */
export interface Image {
    readonly reference: string;
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
    const [, name = "", tag, digest] =
        /^(?:.*\/)?([^/:@\s]+)(?::([\w][\w.-]*))?(?:@(\w+:[0-9a-f]+))?$/.exec(reference) ?? [];
    const version = /^v?(\d+\.\d+(?:\.\d+)?(?:[-+][0-9A-Za-z.-]+)?)$/.exec(tag ?? "")?.[1];
    return { reference, name, tag, digest, version, minor: version && minorOf(version) };
}

/** Whether an image is llm-d's simulator, under whatever prefix a distribution gives it. */
export function isSimulator({ name }: Image): boolean {
    return name.includes("inference-sim");
}
