import * as pulumi from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { deserializeProperties } from "@pulumi/pulumi/runtime/rpc";

/** One resource as the program registered it. */
export interface Registration {
    type: string;
    name: string;
    inputs: Record<string, unknown>;
    dependencies: string[];
    parent: string;
    provider: string;
    /** Seconds or text, as the engine is asked to wait. */
    timeouts?: { create?: string; update?: string };
}

/** What a run of the program made. */
export interface ProgramRun {
    registrations: Registration[];
    outputs: Record<string, unknown>;
}

export const project = "llm-d-inference";

/** `urn:pulumi:stack::project::a$b$type::name` -> `type::name`: the part that says which resource it is. */
export function shortUrn(urn: string): string {
    const [, , qualifiedType, name] = urn.split("::");
    return name === undefined ? "" : `${qualifiedType!.split("$").at(-1)!}::${name}`;
}

/**
 * Runs the program of `index.ts` under Pulumi's mocks.
 *
 * @param config top-level settings, as `Pulumi.<stack>.yaml` would hold them.
 */
export async function runProgram(config: Record<string, unknown> = {}): Promise<ProgramRun> {
    const registrations: Registration[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => ({
                id: `${name}-id`,
                state: inputs as Record<string, unknown>,
            }),
            call: () => ({}),
        },
        project,
        "test",
    );
    recordRegistrations(pulumi.runtime.getMonitor() as unknown as MockMonitor, registrations);
    pulumi.runtime.setAllConfig(
        Object.fromEntries(
            Object.entries(config).map(([key, value]) => [
                `${project}:${key}`,
                typeof value === "string" ? value : JSON.stringify(value),
            ]),
        ),
    );
    const { default: program } = await import("../../index");
    const outputs = await new Promise<Record<string, unknown>>((resolve, reject) => {
        program().then(
            (result) => pulumi.output(result).apply((value) => resolve({ ...value })),
            (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
        );
    });
    await pulumi.runtime.disconnect();
    return { registrations, outputs };
}

/** Mocks see inputs only; dependencies, parents and providers are in the request that the engine would get. */
function recordRegistrations(monitor: MockMonitor, registrations: Registration[]): void {
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = async (request: RegisterResourceRequest, callback) => {
        const { create, update } = request.getCustomtimeouts()?.toObject() ?? {};
        registrations.push({
            type: request.getType(),
            name: request.getName(),
            parent: shortUrn(request.getParent()),
            provider: shortUrn(request.getProvider()),
            dependencies: request.getDependenciesList().map(shortUrn).sort(),
            ...(create !== "" && { timeouts: { create, update } }),
            inputs: deserializeProperties(request.getObject() ?? new Struct()),
        });
        await register(request, callback);
    };
}
