import type { V1Container, V1Pod } from "@kubernetes/client-node";

/** The containers of a pod, with the native sidecars among them, which come first. */
export function containersOf({ spec }: V1Pod): V1Container[] {
    return [...(spec!.initContainers ?? []), ...spec!.containers];
}
