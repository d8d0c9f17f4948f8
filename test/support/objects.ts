import type { KubeObject } from "../../commands/shared/cluster";
import { deploy } from "../../components/deploy";
import type { SettingsInput } from "../../components/settings";
import { settingsFrom } from "../../components/settings";
import type { ProgramRun, Registration } from "./mocks";
import { runShortly } from "./mocks";

/** Deploys settings as the program does; secrets are taken in clear, which no stack's config may have. */
export function runSettings(settings: SettingsInput): Promise<ProgramRun> {
    const program = () => Promise.resolve(deploy(settingsFrom(settings), "", {}));
    return runShortly(program);
}

/** A Kubernetes object among the registrations. */
export interface RegisteredObject extends Registration {
    inputs: KubeObject & Record<string, unknown>;
}

/** The Kubernetes objects that a run registered, without components and providers. */
export function objectsOf({ registrations }: ProgramRun): RegisteredObject[] {
    return registrations.filter(({ type }) => type.startsWith("kubernetes:")) as RegisteredObject[];
}
