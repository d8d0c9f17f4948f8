import type { Findings } from "../../framework/finding";
import { each } from "../../framework/finding";
import { text } from "../../../objects/json";
import type { KubernetesObject } from "../../../objects/kubernetesObject";
import type { Backend, Target } from "../../../objects/chains";
import { chainsOf, targetPortsOf } from "../../../objects/chains";
import type { Located } from "../../../objects/containers";
import { declaredPortsIn } from "../../../objects/containers";
import type { PodTemplate } from "../../../objects/podIndex";
import { isSidecarPort, listensAt, servingContainers } from "../../../objects/serving";
import { isSimulator, parseImage } from "../../../releases";
import type { Claim } from "./claim";
import { disagreement } from "./claim";
import { listensOnlyAt } from "./pods";

function claimOf(pool: KubernetesObject, { value, path }: Located<number | undefined>): Claim {
    return { object: pool, what: "a target port", path, port: value };
}

/** The port is a pool's only target, or one of several. */
export function* checkPool(pool: KubernetesObject, port: number): Findings {
    const targets = targetPortsOf(pool);
    if (targets.length === 0) {
        yield {
            message: `${pool.toString()}: it has no target port (spec.targetPorts), but the inference port is ${String(port)} (\`port\` in this rule's config).`,
        };
    } else if (targets.every(({ value }) => value !== port)) {
        const [, ...others] = targets;
        yield* targets.map((target) =>
            disagreement(claimOf(pool, target), port, undefined, (index) => {
                const templates = chainsOf(index).backendAt(named(pool))?.selection.templates ?? [];
                return (
                    others.length === 0 &&
                    templates.length > 0 &&
                    templates.every((template) => listensOnlyAt(template, port))
                );
            }),
        );
    }
}

function named({ group, kind, namespace, name = "" }: KubernetesObject): Target {
    return { group, kind, namespace, name };
}

/** Each further target port of a pool is one of the pods'. */
export function* checkBackendPool({ object, selection }: Backend, port: number): Findings {
    const claims = targetPortsOf(object).map((target) => claimOf(object, target));
    if (claims.some((claim) => claim.port === port)) {
        yield* checkFurtherTargets(claims, selection.templates, port);
    }
}

/**
 * The target ports beside the port of inference are ports of the pods, as those of data-parallel ranks are. Kubernetes
 * needs no port declared, and only of the simulator it is known where else it listens: nowhere.
 */
export function* checkFurtherTargets(
    claims: readonly Claim[],
    templates: readonly PodTemplate[],
    port: number,
): Findings {
    yield* each(
        claims.filter((claim) => claim.port !== port),
        function* ({ object, what, path, port: number }) {
            yield* each(templates, function* (template) {
                const declared = declaredPortsIn(template);
                if (
                    number === undefined ||
                    declared.some((entry) => entry.number === number) ||
                    listensAt(template, number, port) ||
                    isSidecarPort(template, number, port)
                ) {
                    return;
                }
                const known = servingContainers(template, port).every((container) =>
                    isSimulator(parseImage(text(container.fields.image) ?? "")),
                );
                yield {
                    object,
                    message: known
                        ? `${object.toString()}: ${what} (${path}) is ${String(number)}, which the pods of ${template.owner.toString()} neither declare nor, by --data-parallel-size, listen at.`
                        : `${object.toString()}: ${what} (${path}) is ${String(number)}, which the pods of ${template.owner.toString()} do not declare: nothing tells whether they listen there.`,
                    ...(!known && { level: "advisory" as const }),
                };
            });
        },
    );
}
