import { inferencePort as rule } from "../../../../policy/rules/inferencePort";
import type { Manifest } from "../../support/resources";
import { checkStack } from "../../support/resources";
import { deployment, route, service, toService } from "../fixtures";

/** How a finding names what it is held against where nothing agrees with the config. */
export const configured = "the inference port is 8200 (`port` in this rule's config)";
/** How a finding names the fixture's `--port`, and its declared port. */
export const flag = "`--port` of container server (spec.template.spec.containers.0.args.0)";
export const declared =
    "the declared port of container server (spec.template.spec.containers.0.ports.0.containerPort)";

/** What the rule says of a whole program. */
export function stack(manifests: Manifest[], outputs: Record<string, unknown> = {}): string[] {
    return checkStack(rule, manifests, { outputs });
}

/** From a route to pods, every port the right one. */
export const chain = [deployment(), service(), route(toService)];
