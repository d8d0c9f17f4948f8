import { strict as assert } from "assert";
import { eppImagePullable as rule } from "../../../policy/rules/eppImagePullable";
import { checkResource, unknown } from "../support/resources";
import { picker } from "./pickerFixtures";

const check = (image: unknown) => checkResource(rule, picker({ image }));
const digest = `sha256:${"0".repeat(64)}`;

describe("epp-image-pullable", () => {
    it("advises of the closed package, by tag or digest, and names what takes its place", () => {
        for (const suffix of [":v0.8.0", `@${digest}`, `:v0.7.1@${digest}`]) {
            const image = `ghcr.io/llm-d/llm-d-inference-scheduler${suffix}`;
            assert.deepEqual(check(image), [
                `Deployment models/epp: Deployment models/epp: image ${image} (spec.template.spec.containers.0.image) is of a package that is closed to anonymous pulls; use ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0, or a mirror.`,
            ]);
        }
    });

    it("passes the open package, and mirrors of the closed one", () => {
        for (const image of [
            "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.10.0",
            "mirror.example.com:5000/ghcr.io/llm-d/llm-d-inference-scheduler:v0.8.0",
            "registry.example.com/llm-d/llm-d-inference-scheduler:v0.8.0",
        ]) {
            assert.deepEqual(check(image), []);
        }
    });

    it("waits for an image that is not known in preview", () => {
        assert.deepEqual(check(unknown), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.image of Deployment models/epp is not known in preview",
        ]);
    });
});
