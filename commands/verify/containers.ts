import type { Container } from "../../objects/containers";
import { flagValue, mainContainerOf } from "../../objects/containers";
import { kinds } from "../../objects/kinds";
import { Picker } from "../../objects/pickers";
import type { PodTemplate } from "../../objects/podIndex";
import { templatesOf } from "../../objects/podIndex";
import type { SimulatorRelease } from "../../releases";
import { defaultBlockTokens, findSimulator, parseImage } from "../../releases";
import type { ModelContext, Outcome } from "./checks/check";
import { ref } from "./checks/check";

/** What a Deployment runs: its pods, and the container in them that serves. */
export interface Workload {
    readonly template: PodTemplate;
    readonly container: Container;
}

/** What the Deployment with this name runs; undefined where there is none. */
export function workloadOf(
    { snapshot }: Pick<ModelContext, "snapshot">,
    namespace: string,
    name: string,
): Workload | undefined {
    const owner = snapshot.index.find(kinds.deployment, namespace, name);
    const [template] = owner ? templatesOf(owner) : [];
    const container = template && mainContainerOf(template);
    return template && container && { template, container };
}

/** What the decode pods run. */
export function decodeOf(context: ModelContext): Workload | undefined {
    const { deployment, model } = context;
    return workloadOf(context, deployment.namespaces.simulator, model.pods.decode.deployment);
}

/** What is known of the simulator of the decode pods, by its image's tag. */
export function simulatorReleaseOf(context: ModelContext): SimulatorRelease | undefined {
    const image = decodeOf(context)?.container.fields.image;
    return findSimulator(parseImage(typeof image === "string" ? image : "").version ?? "");
}

/** The decode pods' KV cache block, in tokens. */
export function blockSizeOf(context: ModelContext): number {
    const decode = decodeOf(context);
    return Number((decode && flagValue(decode.container, "block-size")?.value) ?? defaultBlockTokens);
}

/** The model's EPP, as its Deployment has it; undefined when there is none. */
export function eppOf(context: ModelContext): Picker | undefined {
    const { namespace, name } = context.model.epp;
    const found = workloadOf(context, namespace, name);
    return found && new Picker(found.template, found.container, true);
}

/** Runs a check of the EPP's Deployment, where there is one. */
export function withEpp(
    judge: (context: ModelContext, epp: Picker) => Outcome,
): (context: ModelContext) => Outcome {
    return (context) => {
        const epp = eppOf(context);
        const { namespace, name } = context.model.epp;
        return epp === undefined
            ? { skipped: `${ref("Deployment", namespace, name)} does not exist` }
            : judge(context, epp);
    };
}
