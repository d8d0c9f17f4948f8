import { createRequire } from "module";
import type { Finding } from "../../../policy/framework/finding";
import { each, isolated } from "../../../policy/framework/finding";
import { KubernetesObject } from "../../../objects/kubernetesObject";
import type { ResourceLike } from "../../../objects/kubernetesObject";
import type { Rule } from "../../../policy/framework/rule";
import { StackIndex } from "../../../objects/stackIndex";

/** The proxy that the policy server puts around properties; not in the package's types (1.21.0). */
const { unknownCheckingProxy, unknownStringValue } = createRequire(__filename)("@pulumi/policy/proxy") as {
    unknownCheckingProxy: (props: object) => Record<string, unknown>;
    unknownStringValue: string;
};

/** Put where a value is not known in preview, in a manifest given to {@link resource}. */
export const unknown = unknownStringValue;

/** A Kubernetes manifest, as a test writes it. */
export interface Manifest {
    apiVersion: string;
    kind: string;
    metadata?: Record<string, unknown>;
    [key: string]: unknown;
}

/** A resource as the policy server hands it to a policy. */
export function resource(manifest: Manifest): ResourceLike & { props: Record<string, unknown> } {
    return changed(manifest, manifest);
}

/** The resource that a manifest is, with other inputs. */
export function changed(
    manifest: Manifest,
    inputs: object,
): ResourceLike & { props: Record<string, unknown> } {
    const { apiVersion, kind, metadata } = manifest;
    const token = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
    const name = `${kind}-${String(metadata?.namespace)}-${String(metadata?.name)}`.toLowerCase();
    return {
        type: token,
        name,
        urn: `urn:pulumi:test::project::${token}::${name}`,
        props: unknownCheckingProxy(inputs),
    };
}

/** The root stack, with outputs. */
export function stack(outputs: Record<string, unknown>): ResourceLike {
    return {
        type: "pulumi:pulumi:Stack",
        name: "project-test",
        urn: "urn:pulumi:test::project::pulumi:pulumi:Stack::project-test",
        props: unknownCheckingProxy(outputs),
    };
}

/** What the stack part of a rule says of manifests, each finding as one line of text. */
export function checkStack<C extends object>(
    rule: Rule<C>,
    manifests: readonly Manifest[],
    { config = {}, outputs = {} }: { config?: Partial<C>; outputs?: Record<string, unknown> } = {},
): string[] {
    const index = new StackIndex([stack(outputs), ...manifests.map(resource)]);
    const settings = { ...rule.config?.defaults, ...config } as C;
    return [...isolated(() => rule.checkStack?.(index, settings) ?? [])].map(describe);
}

/** What the resource part of a rule says of a manifest. */
export function checkResource<C extends object>(
    rule: Rule<C>,
    manifest: Manifest,
    config: Partial<C> = {},
): string[] {
    const object = KubernetesObject.of(resource(manifest));
    const settings = { ...rule.config?.defaults, ...config } as C;
    return object
        ? [...each([object], (item) => rule.checkResource?.(item, settings) ?? [])].map(describe)
        : [];
}

/** What both parts of a rule say of the resources of a program. */
export function checkProgram<C extends object>(rule: Rule<C>, resources: readonly ResourceLike[]): string[] {
    const settings = { ...rule.config?.defaults } as C;
    const objects = resources.flatMap((item) => KubernetesObject.of(item) ?? []);
    const single = each(objects, (object) => rule.checkResource?.(object, settings) ?? []);
    const index = new StackIndex(resources);
    return [...single, ...isolated(() => rule.checkStack?.(index, settings) ?? [])].map(describe);
}

/** `<object>: <message>`, with the level before it if the finding is only advice or waits for `up`. */
function describe(finding: Finding): string {
    const subject = finding.object ? `${finding.object.toString()}: ` : "";
    if ("unknown" in finding) {
        return `waits: ${subject}${finding.unknown.message}`;
    }
    if ("error" in finding) {
        throw finding.error;
    }
    return `${finding.level ? `${finding.level}: ` : ""}${subject}${finding.message}`;
}
