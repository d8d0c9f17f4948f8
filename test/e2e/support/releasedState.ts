import * as fs from "fs";

/**
 * What a release left behind: the resources of a stack's state, without what differs from deployment to deployment.
 * To record a release, check it out and deploy its dev stack (`LLMD_LOCAL_STATE=FOLDER make up`), then:
 *
 *     node -r ./commands/shared/register.js test/e2e/support/releasedState.ts FOLDER/pulumi/backend/.pulumi/stacks/llm-d-inference/dev.json \
 *         > test/e2e/releases/NAME.json
 */
export interface ReleasedResource {
    urn: string;
    type: string;
    custom: boolean;
    id?: string;
    parent?: string;
    provider?: string;
    dependencies?: string[];
    propertyDependencies?: Record<string, string[]>;
    inputs?: Record<string, unknown>;
    outputs?: Record<string, unknown>;
}

/** The kubeconfig is of a cluster that is gone, and a secret; the restored stack has one of its own. */
const withoutKubeconfig = (values: Record<string, unknown>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name !== "kubeconfig"));

/** Of a Kubernetes object's outputs, what the provider keeps for itself; the rest is read from the cluster. */
function providerNotes(outputs: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(outputs).filter(([name]) => name.startsWith("__") && name !== "__inputs"),
    );
}

function release(resource: ReleasedResource): ReleasedResource {
    const { urn, type, custom, id, parent, provider, dependencies, propertyDependencies } = resource;
    const { inputs, outputs = {} } = resource;
    const isProvider = type.startsWith("pulumi:providers:");
    return {
        ...{ urn, type, custom, id, parent, provider, dependencies, propertyDependencies },
        inputs: isProvider ? withoutKubeconfig(inputs!) : inputs,
        outputs: isProvider
            ? withoutKubeconfig(outputs)
            : type.startsWith("kubernetes:")
              ? providerNotes(outputs)
              : {},
    };
}

/** The resources as they are imported: an object is as its release last applied it. */
export function stateOf(resources: readonly ReleasedResource[]): ReleasedResource[] {
    return resources.map((resource) =>
        resource.type.startsWith("kubernetes:")
            ? {
                  ...resource,
                  outputs: { ...resource.inputs, ...resource.outputs, __inputs: resource.inputs },
              }
            : resource,
    );
}

if (require.main === module) {
    const { checkpoint } = JSON.parse(fs.readFileSync(process.argv[2]!, "utf8")) as {
        checkpoint: { latest: { resources: ReleasedResource[] } };
    };
    console.log(JSON.stringify(checkpoint.latest.resources.map(release)));
}
