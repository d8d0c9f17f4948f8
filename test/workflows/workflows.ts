import * as fs from "fs";
import * as path from "path";
import { parse } from "yaml";

/** The part of a step that tests read. */
export interface WorkflowStep {
    id?: string;
    name?: string;
    if?: string;
    uses?: string;
    run?: string;
    with?: Record<string, string | number | boolean>;
    env?: Record<string, string>;
}

/** The part of a job that tests read. */
export interface Job {
    if?: string;
    needs?: string | string[];
    uses?: string;
    environment?: string;
    permissions?: Record<string, string>;
    concurrency?: { group: string; "cancel-in-progress": boolean | string };
    strategy?: { matrix: Record<string, string[]> };
    "timeout-minutes"?: number;
    with?: Record<string, string>;
    secrets?: Record<string, string> | "inherit";
    steps?: WorkflowStep[];
}

/** The part of a workflow that tests read. */
export interface Workflow {
    on: Record<string, unknown>;
    permissions?: Record<string, string>;
    concurrency?: Job["concurrency"];
    jobs: Record<string, Job>;
}

const root = path.resolve(__dirname, "../..");
const folder = path.join(root, ".github/workflows");

/** Files of the workflows, as paths. */
export const workflowFiles = fs.readdirSync(folder).map((name) => path.join(folder, name));

/** The text of a workflow. */
export function workflowText(name: string): string {
    return fs.readFileSync(path.join(folder, `${name}.yaml`), "utf8");
}

/** The workflows by name. */
export const workflows: Record<string, Workflow> = Object.fromEntries(
    workflowFiles.map((file) => [
        path.basename(file, ".yaml"),
        parse(fs.readFileSync(file, "utf8")) as Workflow,
    ]),
);

/** Every job with its workflow's name and its own. */
export const jobs = Object.entries(workflows).flatMap(([workflow, { jobs: own }]) =>
    Object.entries(own).map(([name, job]) => ({ name: `${workflow}/${name}`, job })),
);

/** The environments that the project has a stack file for, in the order of a rollout. */
export const environments = ["dev", "staging", "prod"].filter((name) =>
    fs.existsSync(path.join(root, `Pulumi.${name}.yaml`)),
);

/** The step of a job by its name. */
export function findStep(workflow: string, job: string, step: string): WorkflowStep {
    const found = workflows[workflow]?.jobs[job]?.steps?.find(({ name }) => name === step);
    if (found === undefined) {
        throw new Error(`${workflow}/${job} has no step named ${step}`);
    }
    return found;
}
