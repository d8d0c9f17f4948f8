/** An image reference, taken apart. */
export interface Image {
    readonly reference: string;
    /** The last part of the repository. A mirror may put any registry and path before it. */
    readonly name: string;
    readonly tag: string | undefined;
    readonly digest: string | undefined;
    /** `0.8` of the tags `v0.8.0`, `0.8` and `v0.8.0-rc.1`; `undefined` where the tag is no version. */
    readonly minor: string | undefined;
}

/** `undefined` for what is no image reference. */
export function parseImage(reference: string): Image | undefined {
    const match = /^(?:.*\/)?([^/:@\s]+)(?::([\w][\w.-]*))?(?:@(\w+:[0-9a-f]+))?$/.exec(reference);
    if (!match) {
        return undefined;
    }
    const [, name = "", tag, digest] = match;
    const minor = /^v?(\d+\.\d+)(?:\.\d+)?(?:[-+].*)?$/.exec(tag ?? "")?.[1];
    return { reference, name, tag, digest, minor };
}

/** Whether an image is llm-d's simulator, under whatever prefix a distribution gives it. */
export function isSimulator({ name }: Image): boolean {
    return name.includes("inference-sim");
}
