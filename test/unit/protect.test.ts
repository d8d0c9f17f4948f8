import { strict as assert } from "assert";
import type { ResourceTransformation } from "@pulumi/pulumi";
import { InferenceStack } from "../../components";
import { runShortly } from "../support/mocks";

const gateway = "llm-d-inference-scheduler/infra-inference-scheduling-inference-gateway";

/** The names of the resources that are registered with Pulumi's `protect`, sorted. */
async function protectedBy(settings: Record<string, unknown>): Promise<{ guarded: string[]; all: string[] }> {
    const guarded: string[] = [];
    const all: string[] = [];
    const record: ResourceTransformation = (resource) => {
        if (resource.type.startsWith("kubernetes:")) {
            all.push(resource.name);
            if (resource.opts.protect) {
                guarded.push(resource.name);
            }
        }
        return undefined;
    };
    const program = () => {
        new InferenceStack("llm", { settings }, { transformations: [record] });
        return Promise.resolve({});
    };
    await runShortly(program);
    return { guarded: guarded.sort(), all: all.sort() };
}

describe("the setting protect", () => {
    it("protects nothing by default", async () => {
        const { guarded, all } = await protectedBy({});
        assert.deepEqual(guarded, []);
        assert.ok(all.length > 10);
    });

    it("protects exactly the namespaces and the Gateway", async () => {
        const { guarded } = await protectedBy({ protect: true });
        assert.deepEqual(guarded, [
            gateway,
            "llm-namespaces/llm-d-inference-scheduler",
            "llm-namespaces/llm-d-sim",
        ]);
    });

    it("protects the Gateway alone where the stack finds its namespaces", async () => {
        const { guarded } = await protectedBy({ protect: true, namespaces: { create: false } });
        assert.deepEqual(guarded, [gateway]);
    });
});
