import type { Registration } from "../support/mocks";
import type { Manifest } from "../policy/support/resources";
import type { PlainResource } from "../policy/support/pack";
import { Captured } from "./captured";

/** What a program registered and put out: the set that a mutation changes and the pack judges. */
export class Program {
    constructor(
        readonly resources: Captured[],
        readonly outputs: Record<string, unknown>,
    ) {}

    static of({
        registrations,
        outputs,
    }: {
        registrations: readonly Pick<Registration, "type" | "name" | "inputs">[];
        outputs: Record<string, unknown>;
    }): Program {
        return new Program(
            registrations.map(({ type, name, inputs }) => new Captured(type, name, inputs)),
            outputs,
        );
    }

    /** Of objects that are somewhere, which are changed themselves. */
    static ofObjects(objects: readonly object[]): Program {
        const resources = (objects as readonly Manifest[]).map((manifest) => capture(manifest, "live"));
        return new Program(resources, {});
    }

    /** A copy that shares nothing with this one. */
    clone(): Program {
        return new Program(
            this.resources.map(({ type, name, inputs }) => new Captured(type, name, structuredClone(inputs))),
            structuredClone(this.outputs),
        );
    }

    /**
     * The resources of a kind, in order of registration; with a pattern, those whose Kubernetes name matches. A route
     * that only redirects is left out, for it leads to no model.
     */
    ofKind(kind: string, name?: RegExp): Captured[] {
        return this.resources.filter(
            (resource) =>
                resource.kind === kind &&
                (!name || name.test(resource.kubernetesName)) &&
                !(kind === "HTTPRoute" && isRedirect(resource)),
        );
    }

    has(kind: string, name?: RegExp): boolean {
        return this.ofKind(kind, name).length > 0;
    }

    /** The first resource of a kind whose Kubernetes name matches. There must be one. */
    get(kind: string, name?: RegExp): Captured {
        const [found] = this.ofKind(kind, name);
        if (!found) {
            throw new Error(`the program has no ${kind} ${String(name ?? "")}`);
        }
        return found;
    }

    /** Removes the resources of a kind whose Kubernetes names match. There must be one. */
    remove(kind: string, name?: RegExp): void {
        const doomed = new Set<Captured>([this.get(kind, name), ...this.ofKind(kind, name)]);
        this.resources.splice(0, Infinity, ...this.resources.filter((resource) => !doomed.has(resource)));
    }

    /** As the policy server would be handed it: the stack, whose properties are the outputs, and its resources. */
    toResources(): PlainResource[] {
        const urn = (type: string, name: string) => `urn:pulumi:test::llm-d-inference::${type}::${name}`;
        const stack = { type: "pulumi:pulumi:Stack", name: "llm-d-inference-test", inputs: this.outputs };
        return [stack, ...this.resources].map(({ type, name, inputs }) => ({
            type,
            name,
            urn: urn(type, name),
            props: inputs,
        }));
    }

    add(manifest: Manifest): void {
        this.resources.push(capture(manifest, "added"));
    }
}

function capture(manifest: Manifest, origin: string): Captured {
    const { apiVersion, kind, metadata } = manifest;
    const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
    return new Captured(
        `kubernetes:${version}:${kind}`,
        `${origin}-${kind}-${String(metadata?.namespace)}-${String(metadata?.name)}`.toLowerCase(),
        manifest,
    );
}

function isRedirect(route: Captured): boolean {
    const { spec } = route.inputs as { spec?: { rules?: { filters?: { type?: string }[] }[] } };
    return spec?.rules?.[0]?.filters?.[0]?.type === "RequestRedirect";
}
