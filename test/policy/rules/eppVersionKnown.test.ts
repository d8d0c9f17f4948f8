import { strict as assert } from "assert";
import { eppVersionKnown as rule } from "../../../policy/rules/eppVersionKnown";
import { checkResource, unknown } from "../support/resources";
import { picker } from "./pickerFixtures";

const check = (image: unknown) => checkResource(rule, picker({ image }));

describe("epp-version-known", () => {
    it("passes versions that the pack knows", () => {
        assert.deepEqual(check("registry.example.com:5000/a/llm-d-inference-scheduler:v0.8.1"), []);
        assert.deepEqual(check("llm-d-inference-scheduler:0.4.0-rc.1"), []);
        assert.deepEqual(check("llm-d-inference-scheduler:v0.6.1"), []);
        assert.deepEqual(check("llm-d-router-endpoint-picker:v0.10.0"), []);
        assert.deepEqual(check("registry.example.com/epp:v1.5.0"), []);
    });

    it("advises of others", () => {
        assert.deepEqual(check("llm-d-inference-scheduler:v0.3.0"), [
            "Deployment models/epp: Deployment models/epp: image llm-d-inference-scheduler:v0.3.0 (spec.template.spec.containers.0.image) is no version of the endpoint picker that this pack knows (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10), so its flags, plugins and metric names were not checked.",
        ]);
        assert.deepEqual(check("llm-d-inference-scheduler:latest"), [
            "Deployment models/epp: Deployment models/epp: image llm-d-inference-scheduler:latest (spec.template.spec.containers.0.image) is no version of the endpoint picker that this pack knows (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10), so its flags, plugins and metric names were not checked.",
        ]);
        assert.deepEqual(check("llm-d-inference-scheduler@sha256:0a"), [
            "Deployment models/epp: Deployment models/epp: image llm-d-inference-scheduler@sha256:0a (spec.template.spec.containers.0.image) is no version of the endpoint picker that this pack knows (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10), so its flags, plugins and metric names were not checked.",
        ]);
        assert.deepEqual(check("registry.example.com/epp:v0.8.0"), [
            "Deployment models/epp: Deployment models/epp: image registry.example.com/epp:v0.8.0 (spec.template.spec.containers.0.image) is no version of the endpoint picker that this pack knows (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10), so its flags, plugins and metric names were not checked.",
        ]);
        assert.deepEqual(check(""), [
            "Deployment models/epp: Deployment models/epp: image without a name (spec.template.spec.containers.0.image) is no version of the endpoint picker that this pack knows (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10), so its flags, plugins and metric names were not checked.",
        ]);
    });

    it("waits for an image that is not known in preview", () => {
        assert.deepEqual(check(unknown), [
            "waits: Deployment models/epp: spec.template.spec.containers.0.image of Deployment models/epp is not known in preview",
        ]);
    });
});
