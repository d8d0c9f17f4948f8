import * as fs from "fs";
import * as path from "path";
import { parse, stringify } from "yaml";
import { messageOf, UsageError } from "../shared/errors";
import type { Manifest } from "./manifests";
import { yamlOf } from "./manifests";

/** The folder that Argo CD or Flux reads, and that later runs write again. */

const kustomizationFile = "kustomization.yaml";

/** The first line of the kustomization says whose folder it is. */
const marker =
    "# Rendered by `npm run render` of llm-d-inference, which replaces and removes the files listed here.";

/** The files that manifests are written to: one folder, one file. Nothing else is ever removed. */
const manifestFile = /^(?!\.)[a-z0-9_.-]+\/[a-z0-9][a-z0-9_.-]*\.yaml$/;

/** What a run did to the folder. */
export interface FolderChange {
    /** Files that are there now, without the kustomization. */
    written: string[];
    /** Files of an earlier run that are of no use any more. */
    removed: string[];
}

/**
 * Writes the manifests and their kustomization, and removes what an earlier run wrote and this one does not. Other
 * people's files stay as they are, also those that a symbolic link in the folder leads to.
 *
 * @throws UsageError, with nothing written, where the folder has files and no kustomization of this command, or where
 * a file of somebody else's, or a symbolic link, stands in the way.
 */
export function writeFolder(folder: string, manifests: readonly Manifest[]): FolderChange {
    const earlier = earlierFiles(folder);
    const files = manifests.map(({ file }) => file);
    refuseLinks(folder, [kustomizationFile, ...files, ...earlier]);
    const foreign = files.find(
        (file) => !earlier.includes(file) && fs.existsSync(path.join(folder, ...file.split("/"))),
    );
    if (foreign !== undefined) {
        throw new UsageError(
            `--out: ${path.join(folder, foreign)} is not allowed, because it was not rendered by this command; allowed: an empty or new folder, or one that this command rendered.`,
        );
    }
    const removed = earlier.filter((file) => !files.includes(file));
    try {
        // In this order a run that is killed leaves a folder that the next run knows and completes.
        fs.mkdirSync(folder, { recursive: true });
        removed.forEach((file) => removeFile(folder, file));
        writeInPlace(path.join(folder, kustomizationFile), kustomization(manifests));
        for (const { file, object } of manifests) {
            const target = path.join(folder, ...file.split("/"));
            fs.mkdirSync(path.dirname(target), { recursive: true });
            writeInPlace(target, yamlOf(object));
        }
    } catch (error) {
        throw new UsageError(
            `--out: ${folder} cannot be written: ${messageOf(error)}; allowed: a folder of your own.`,
            { cause: error },
        );
    }
    return { written: files, removed };
}

/**
 * Whoever may write into the folder could have a link there lead to any file of ours. The folder itself may be one: its
 * user names it.
 *
 * @throws UsageError naming the first link on the way to one of the files.
 */
function refuseLinks(folder: string, files: readonly string[]): void {
    const places = files.flatMap((file) => [path.dirname(file), file]).filter((place) => place !== ".");
    const link = [...new Set(places)]
        .map((place) => path.join(folder, ...place.split("/")))
        .find((place) => fs.lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink());
    if (link !== undefined) {
        throw new UsageError(
            `--out: ${link} is not allowed, because it is a symbolic link; allowed: files and folders in the folder itself.`,
        );
    }
}

/** Writes a file, and nothing where a link has come to stand in its place meanwhile. */
function writeInPlace(file: string, text: string): void {
    const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = fs.constants;
    const opened = fs.openSync(file, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o666);
    try {
        fs.writeFileSync(opened, text);
    } finally {
        fs.closeSync(opened);
    }
}

/** The kustomization, with the namespaces first. */
function kustomization(manifests: readonly Manifest[]): string {
    const isNamespace = ({ object }: Manifest) => object.kind === "Namespace";
    const resources = [
        ...manifests.filter(isNamespace),
        ...manifests.filter((manifest) => !isNamespace(manifest)),
    ].map(({ file }) => file);
    const body = { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", resources };
    return `${marker}\n${stringify(body, { lineWidth: 0 })}`;
}

/**
 * The files that an earlier run left in the folder; none where the folder is new or empty.
 *
 * @throws UsageError for a folder of somebody else's.
 */
function earlierFiles(folder: string): string[] {
    if (!fs.existsSync(folder)) {
        return [];
    }
    if (!fs.statSync(folder).isDirectory()) {
        throw new UsageError(`--out: ${folder} is not allowed, because it is no folder; allowed: a folder.`);
    }
    if (fs.readdirSync(folder).length === 0) {
        return [];
    }
    const file = path.join(folder, kustomizationFile);
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    if (!text.startsWith(`${marker}\n`)) {
        throw new UsageError(
            `--out: ${folder} is not allowed, because it has files that were not rendered by this command; allowed: an empty or new folder, or one that this command rendered.`,
        );
    }
    const { resources } = parse(text) as { resources?: unknown };
    return Array.isArray(resources)
        ? resources.filter((entry): entry is string => typeof entry === "string" && manifestFile.test(entry))
        : [];
}

function removeFile(folder: string, file: string): void {
    const target = path.join(folder, ...file.split("/"));
    fs.rmSync(target, { force: true });
    const parent = path.dirname(target);
    if (fs.existsSync(parent) && fs.readdirSync(parent).length === 0) {
        fs.rmdirSync(parent);
    }
}
