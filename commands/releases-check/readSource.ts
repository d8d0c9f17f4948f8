import type { Place } from "./goCode";
import { parametersOf, textOf } from "./goCode";
import type { GoFile, GoTrees } from "./goTree";

/** What the sources of an EPP say that it accepts. */
export interface EppSource {
    flags: string[];
    featureGates: string[];
    plugins: PluginSource[];
    /** Registrations whose name could not be read. */
    unread: string[];
}

/** A registration of a plugin. */
export interface PluginSource {
    type: string;
    /** Undefined where its factory is of a form that is not read, or decodes what is in neither tree. */
    parameters?: string[];
    /** Whether it needs `--allow-experimental-plugins`. */
    experimental: boolean;
    /** The release that it is announced to be gone from, e.g. `0.11`. */
    goneFrom?: string;
}

/** Of controller-runtime's `zap.Options.BindFlags`, which is in neither tree. */
const zapFlags = ["zap-devel", "zap-encoder", "zap-log-level", "zap-stacktrace-level", "zap-time-encoding"];

/** Reads flags, feature gates and plugins out of the Go sources of an EPP. */
export function readEpp(trees: GoTrees): EppSource {
    // Where all releases from 0.4 to 0.10 register: the command itself, and files of that name.
    const registering = [...trees.filesBelow("cmd/epp"), ...trees.filesBelow("pkg", "register.go")];
    const options = [
        ...trees.filesBelow("cmd/epp"),
        ...trees.filesBelow("pkg/epp", "options.go"),
        ...trees.filesBelow("pkg/common", "options.go"),
    ];
    const plugins = new Map<string, PluginSource>();
    const featureGates: string[] = [];
    const unread: string[] = [];
    for (const file of registering) {
        const place: Place = { file, scope: { files: [file] } };
        const calls = /\b(?:fwkplugin|plugins?|loader)\.(Register\w*)\(([\w.]+)(?:,\s*([^)]*))?\)/g;
        for (const [, kind, name = "", rest = ""] of file.text.matchAll(calls)) {
            const value = textOf(name, place);
            if (value === undefined) {
                unread.push(name);
            } else if (kind === "RegisterFeatureGate") {
                featureGates.push(value);
            } else {
                plugins.set(value, pluginOf(value, rest, place));
            }
        }
    }
    return {
        flags: unique(options.flatMap(eppFlags)),
        featureGates: unique(featureGates),
        plugins: [...plugins.values()],
        unread: unique(unread),
    };
}

/** Reads the flags out of the Go sources of a simulator; klog's, which are in its dependencies, are left out. */
export function readSimulatorFlags(trees: GoTrees): string[] {
    return unique(
        trees.filesBelow("pkg/common").flatMap(({ text }) => [
            ...firstGroups(text, /\bf\.\w*Var(?:P)?\(\s*&?[\w.]+,\s*"([\w-]+)"/g),
            // Each is two flags.
            ...firstGroups(text, /\baddToggle\(f,\s*&?[\w.]+,\s*"([\w-]+)"/g).flatMap((name) => [
                name,
                `no-${name}`,
            ]),
        ]),
    );
}

function eppFlags({ text }: GoFile): string[] {
    return [
        ...firstGroups(text, /\b(?:fs|flag|pflag)\.\w+Var(?:P)?\(\s*&?[\w.]+,\s*"([\w-]+)"/g),
        ...firstGroups(text, /\bflag\.(?:Int|Bool|String|Duration|Float64)\(\s*"([\w-]+)"/g),
        ...(text.includes("BindFlags(") ? zapFlags : []),
        // controller-runtime registers it on Go's own flag set.
        ...(/\bflag\.Parse\(\)/.test(text) ? ["kubeconfig"] : []),
    ];
}

function pluginOf(type: string, rest: string, place: Place): PluginSource {
    const args = rest.split(",").map((argument) => argument.trim());
    const factory = args.find((argument) => argument !== "" && !/Stability|^"/.test(argument));
    const versions = [...rest.matchAll(/"v(\d+\.\d+)\.\d+"/g)].map(([, version]) => version);
    return {
        type,
        parameters: factory === undefined ? undefined : parametersOf(factory, place),
        experimental: rest.includes("StabilityAlpha"),
        // The first is the release that announced it.
        goneFrom: versions[1],
    };
}

function firstGroups(text: string, expression: RegExp): string[] {
    return [...text.matchAll(expression)].map(([, name]) => name ?? "");
}

function unique(values: readonly string[]): string[] {
    return [...new Set(values)].sort();
}
