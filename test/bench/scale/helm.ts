import * as fs from "fs";
import * as os from "os";
import * as path from "path";
import { stringify } from "yaml";
import { type KubernetesObject, yamlOf } from "../../../commands/render/manifests";
import { renderStack } from "../../../commands/render/render";
import { projectRoot } from "../../../local/paths";
import type { CliMachine } from "../../support/cli/machine";
import { environment, modelsConfig } from "./models";
import { type Duration, durationText, operate, timed } from "./operation";

/** What Helm took for the same objects. */
export interface HelmCosts {
    releases: number;
    install: Duration;
    /** The same `helm upgrade --install` again, with nothing changed. */
    unchanged: Duration;
    uninstall: Duration;
}

/** How many releases are worked on at once: as many as the engine takes steps at once. */
const concurrency = 4 * os.availableParallelism();

/** What all objects of a model, and none that models share, have as its own. */
const instanceLabel = "app.kubernetes.io/instance";

/**
 * Installs the objects that the program would make of the models, one release a model and one for what they share, and
 * uninstalls them again. Helm waits for what it installs, as Pulumi does.
 *
 * @param helm its path.
 * @param report takes one line of progress at a time.
 */
export async function measureHelm(
    machine: CliMachine,
    helm: string,
    models: number,
    report: (line: string) => void,
): Promise<HelmCosts> {
    const folder = path.join(machine.home, `charts-${String(models)}`);
    const overrides = modelsConfig(models);
    const manifests = await renderStack({ root: projectRoot, stack: environment, overrides });
    const releases = releasesOf(
        manifests.map(({ object }) => object),
        Object.keys(overrides.models as object),
    );
    for (const [release, objects] of releases) {
        writeChart(path.join(folder, release), release, objects);
    }
    const run = (...args: string[]) => operate(helm, args, { cwd: folder, env: machine.env });
    const waiting = ["--wait", "--timeout", "30m"];
    const install = (release: string) => run("upgrade", "--install", release, release, ...waiting);
    const uninstall = (release: string) => run("uninstall", release, ...waiting);
    const ofModels = [...releases.keys()].filter((release) => release !== sharedRelease);
    const installAll = async () => {
        await install(sharedRelease);
        await sideBySide(ofModels, install);
    };
    const uninstallAll = async () => {
        await sideBySide(ofModels, uninstall);
        await uninstall(sharedRelease);
    };
    const measure = async (what: string, work: () => Promise<void>) => {
        const { duration } = await timed(work);
        report(`helm ${what} of ${String(releases.size)} releases: ${durationText(duration)}`);
        return duration;
    };
    return {
        releases: releases.size,
        install: await measure("upgrade --install", installAll),
        unchanged: await measure("upgrade --install, unchanged,", installAll),
        uninstall: await measure("uninstall", uninstallAll),
    };
}

const sharedRelease = "shared";

function releasesOf(
    objects: readonly KubernetesObject[],
    models: readonly string[],
): Map<string, KubernetesObject[]> {
    const releases = new Map<string, KubernetesObject[]>();
    for (const object of objects) {
        const { labels } = object.metadata as { labels?: Record<string, string> };
        const instance = labels?.[instanceLabel] ?? "";
        const release = models.includes(instance) ? instance : sharedRelease;
        releases.set(release, [...(releases.get(release) ?? []), object]);
    }
    return releases;
}

function writeChart(folder: string, name: string, objects: readonly KubernetesObject[]): void {
    fs.mkdirSync(path.join(folder, "templates"), { recursive: true });
    fs.writeFileSync(
        path.join(folder, "Chart.yaml"),
        stringify({ apiVersion: "v2", name, version: "1.0.0" }),
    );
    // What looks like a template is text.
    const text = objects.map(yamlOf).join("---\n").replaceAll("{{", '{{ "{{" }}');
    fs.writeFileSync(path.join(folder, "templates", "objects.yaml"), text);
}

async function sideBySide<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
    const left = [...items];
    const worker = async () => {
        for (let item = left.shift(); item !== undefined; item = left.shift()) {
            await work(item);
        }
    };
    await Promise.all(Array.from({ length: concurrency }, worker));
}
