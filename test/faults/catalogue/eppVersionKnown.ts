import type { Generator } from "../mutation";
import { breaking, harmless } from "../mutation";
import { container, setDeployment, tagOf } from "./picker";

const advised = breaking("epp-version-known", "advisory");

/** Images of the endpoint picker whose version the pack does not know. */
export const eppVersionKnown: Generator = function* (program) {
    const tag = tagOf(program);
    const image = (value: string) => setDeployment(`${container}.image`, value);
    const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
    yield advised("a version to come", image("ghcr.io/llm-d/llm-d-router-endpoint-picker:v1.7.0"));
    yield advised(
        "a build by its commit",
        image("registry.example.com/llm-d/llm-d-inference-scheduler:main-0a1b2c3"),
    );
    yield advised("a digest only", image(`registry.example.com/llm-d/llm-d-inference-scheduler@${digest}`));
    yield harmless(
        "a tag and a digest",
        image(`registry.example.com/llm-d/llm-d-inference-scheduler:${tag}@${digest}`),
    );
    yield harmless("a mirror", image(`mirror.example.com:5000/team/llm-d-inference-scheduler:${tag}`));
    yield harmless(
        "a candidate for a release",
        image(`registry.example.com/llm-d/llm-d-inference-scheduler:${tag}-rc.1`),
    );
};
