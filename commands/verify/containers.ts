import type { EppRelease, SimulatorRelease } from "../../releases";
import { findEpp, findSimulator, parseImage } from "../../releases";
import type { Container, DeploymentObject } from "./kinds";

/** The container of a Deployment that serves: the only one, or the one with arguments. */
export function mainContainer(deployment: DeploymentObject): Container | undefined {
    const containers = deployment.spec?.template?.spec?.containers ?? [];
    return containers.find(({ args = [] }) => args.length > 0) ?? containers[0];
}

/** The value of a flag, written `--flag=value`, `--flag value` or, for true, `--flag`. */
export function flagValue(args: readonly string[], flag: string): string | undefined {
    for (const [index, argument] of args.entries()) {
        const [, name, value] = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(argument) ?? [];
        if (name !== flag) {
            continue;
        }
        const next = args[index + 1];
        return value ?? (next === undefined || next.startsWith("-") ? "true" : next);
    }
    return undefined;
}

/** What the matrix knows of the EPP that a Deployment runs, by its image's tag. */
export function eppReleaseOf(deployment: DeploymentObject): EppRelease | undefined {
    const { version } = parseImage(mainContainer(deployment)?.image ?? "");
    return version === undefined ? undefined : findEpp(version);
}

/** What the matrix knows of the simulator that a Deployment runs, by its image's tag. */
export function simulatorReleaseOf(deployment: DeploymentObject): SimulatorRelease | undefined {
    const { version } = parseImage(mainContainer(deployment)?.image ?? "");
    return version === undefined ? undefined : findSimulator(version);
}
