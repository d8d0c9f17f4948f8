import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { container, setDeployment, tagOf } from "./picker";

const advised = breaking("epp-image-pullable", "advisory");

/** Images of the endpoint picker's closed package. */
export const eppImagePullable: Generator = function* (program) {
    const image = (value: string) => setDeployment(`${container}.image`, value);
    const closed = `ghcr.io/llm-d/llm-d-inference-scheduler:${tagOf(program)}`;
    yield advised("the package that is closed", image(closed));
    yield harmless("a mirror with the registry in its path", image(`mirror.example.com/${closed}`));
};
