import * as pulumi from "@pulumi/pulumi";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { ReadResourceRequest, RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { deserializeProperties } from "@pulumi/pulumi/runtime/rpc";
import { withPlainStacks } from "../../components/plainStacks";

/** What every request for a resource has. */
interface ResourceRequest {
    type: string;
    name: string;
    /** With the types of the parents, as the engine would make it. */
    urn: string;
    dependencies: string[];
    parent: string;
    provider: string;
}

/** One resource as the program registered it. */
export interface Registration extends ResourceRequest {
    /** URNs that it is to be found under as well, in an earlier state. */
    aliases: string[];
    /** As the engine would get them: a secret is wrapped, see `isRpcSecret` of Pulumi's SDK. */
    inputs: Record<string, unknown>;
    /** Seconds or text, as the engine is asked to wait. */
    timeouts?: { create?: string; update?: string };
    /** Paths of the inputs that are set once and then left to others. */
    ignoreChanges?: string[];
}

/** One resource that is not the program's own, as it read it: it must exist, and is left as it is. */
export interface ResourceRead extends ResourceRequest {
    id: string;
}

/** What a run of the program made. */
export interface ProgramRun {
    registrations: Registration[];
    reads: ResourceRead[];
    outputs: Record<string, unknown>;
}

/** Which stack the program is to take itself for. */
export interface ProgramStack {
    project: string;
    stack: string;
    /** Config by `project:key`: text as it is, everything else as JSON. */
    config: Record<string, string>;
}

/** A program that exports one function, as `index.ts` does. */
export type Program = () => Promise<object>;

/** `urn:pulumi:stack::project::a$b$type::name` -> `type::name`: the part that says which resource it is. */
export function shortUrn(urn: string): string {
    const [, , qualifiedType, name] = urn.split("::");
    return name === undefined ? "" : `${qualifiedType!.split("$").at(-1)!}::${name}`;
}

/**
 * Runs a program in this process, under Pulumi's mocks: no engine, no provider and no cluster is asked, and each
 * resource is taken to be as its inputs say.
 *
 * @throws whatever the program throws, such as a SettingsError.
 */
export async function runUnderMocks(program: Program, stack: ProgramStack): Promise<ProgramRun> {
    const registrations: Registration[] = [];
    const reads: ResourceRead[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: ({ name, inputs }) => ({
                id: `${name}-id`,
                state: inputs as Record<string, unknown>,
            }),
            call: () => ({}),
        },
        stack.project,
        stack.stack,
    );
    const monitor = pulumi.runtime.getMonitor() as unknown as MockMonitor;
    // The mocks' own URNs have the type of one parent; the engine's have those of all.
    (monitor as unknown as { newUrn: typeof urnBelow }).newUrn = urnBelow;
    recordRegistrations(monitor, registrations);
    recordReads(monitor, reads);
    pulumi.runtime.setAllConfig(stack.config);
    const outputs = await withPlainStacks(
        () =>
            new Promise<Record<string, unknown>>((resolve, reject) => {
                program().then(
                    (result) => pulumi.output(result).apply((value) => resolve({ ...value })),
                    (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
                );
            }),
    );
    await pulumi.runtime.disconnect();
    return { registrations, reads, outputs };
}

/** Config values as the engine hands them over: text as it is, everything else as JSON. */
export function configTexts(project: string, config: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(config).map(([key, value]) => [
            `${project}:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

/** Mocks see inputs only; dependencies, parents and providers are in the request that the engine would get. */
function recordRegistrations(monitor: MockMonitor, registrations: Registration[]): void {
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = async (request: RegisterResourceRequest, callback) => {
        const { create, update } = request.getCustomtimeouts()?.toObject() ?? {};
        const ignoreChanges = request.getIgnorechangesList();
        registrations.push({
            ...commonOf(request),
            aliases: request.getAliasesList().map((alias) => aliasUrn(alias, request)),
            ...(create !== "" && { timeouts: { create, update } }),
            ...(ignoreChanges.length > 0 && { ignoreChanges }),
            inputs: deserializeProperties(request.getObject() ?? new Struct()),
        });
        await register(request, callback);
    };
}

function recordReads(monitor: MockMonitor, reads: ResourceRead[]): void {
    const read = monitor.readResource.bind(monitor);
    monitor.readResource = async (request: ReadResourceRequest, callback) => {
        reads.push({ ...commonOf(request), id: request.getId() });
        await read(request, callback);
    };
}

function commonOf(request: RegisterResourceRequest | ReadResourceRequest): ResourceRequest {
    return {
        type: request.getType(),
        name: request.getName(),
        urn: urnBelow(request.getParent(), request.getType(), request.getName()),
        parent: shortUrn(request.getParent()),
        provider: shortUrn(request.getProvider()),
        dependencies: request.getDependenciesList().map(shortUrn).sort(),
    };
}

/** A URN as the engine makes it: the stack's own type is none of the parents'. */
function urnBelow(parent: string, type: string, name: string): string {
    const [, , parentTypes] = parent.split("::");
    const types =
        parentTypes === undefined || parentTypes === "pulumi:pulumi:Stack" ? type : `${parentTypes}$${type}`;
    return `urn:pulumi:${pulumi.getStack()}::${pulumi.getProject()}::${types}::${name}`;
}

/** The URN that an alias stands for: what it does not say is the resource's own. */
function aliasUrn(alias: Alias, request: RegisterResourceRequest): string {
    const spec = alias.getSpec();
    if (spec === undefined) {
        return alias.getUrn();
    }
    return urnBelow(
        spec.getParenturn() || request.getParent(),
        spec.getType() || request.getType(),
        spec.getName() || request.getName(),
    );
}
