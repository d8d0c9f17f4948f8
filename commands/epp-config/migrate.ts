import type { EppRelease } from "../../releases";
import {
    charactersPerToken,
    compareVersions,
    lintPickerConfig,
    parameterMoves,
    pluginTypesOf,
    typeRenames,
    vllmMetrics,
} from "../../releases";
import type { PickerDocument, Plugin } from "./pickerDocument";

/** What a configuration became. */
export interface Migration {
    /** What was rewritten, a sentence each. */
    changes: string[];
    /** What the newer release would refuse or ignore, and nobody but its author can decide. */
    undecided: string[];
}

/** What a step works on. */
interface Step {
    document: PickerDocument;
    from: EppRelease;
    to: EppRelease;
    /** Notes what was rewritten. */
    changed: (text: string) => void;
    /** Notes what cannot be. */
    undecided: (text: string) => void;
    /** Whether something that is so from a release on was not so before. */
    crosses: (since: string) => boolean;
}

const prefixScorer = "prefix-cache-scorer";
const pdDecider = "prefix-based-pd-decider";
const pdHandler = "pd-profile-handler";
const disaggregationHandler = "disagg-profile-handler";

/**
 * Rewrites a configuration that one EPP release reads in the words of a later one.
 *
 * @param document is changed.
 */
export function migrate(document: PickerDocument, from: EppRelease, to: EppRelease): Migration {
    const changes: string[] = [];
    const undecided: string[] = [];
    const step: Step = {
        document,
        from,
        to,
        changed: (text) => changes.push(text),
        undecided: (text) => undecided.push(text),
        crosses: (since) => compareVersions(from.minor, since) < 0 && compareVersions(since, to.minor) <= 0,
    };
    for (const rewrite of [
        apiVersion,
        ignoredParameters,
        movedParameters,
        metricSpecs,
        prefillThreshold,
        profileHandler,
        renamedTypes,
        foldedHandlers,
        labelFilters,
        prefixBlocks,
        featureGates,
    ]) {
        rewrite(step);
    }
    // The model servers' block is not known here, and whether experimental plugins are allowed is a flag's matter.
    const problems = lintPickerConfig(document.toJS(), to);
    return { changes, undecided: [...undecided, ...problems.map(({ message }) => message)] };
}

function apiVersion({ document, to, changed }: Step): void {
    const [current = ""] = to.configApiVersions;
    const found = document.get("apiVersion");
    if (typeof found === "string" && found !== current) {
        document.set("apiVersion", current);
        changed(`apiVersion: ${found} is ${current}.`);
    }
}

/** What the older release ignored would end a strict one, or be taken for what it was not. */
function ignoredParameters({ document, from, to, changed }: Step): void {
    const older = pluginTypesOf(from);
    for (const plugin of document.plugins()) {
        const known = older.get(plugin.type)?.parameters;
        for (const key of known && !from.strictParameters ? Object.keys(plugin.parameters()) : []) {
            if (!known!.includes(key)) {
                plugin.deleteParameter([key]);
                changed(
                    `${plugin.name}: parameter ${key} is taken out: EPP ${from.minor} ignored it, EPP ${to.minor} may not.`,
                );
            }
        }
    }
}

function movedParameters({ document, changed, crosses }: Step): void {
    for (const { type, from, to } of parameterMoves.filter(({ since }) => crosses(since))) {
        for (const plugin of document.plugins(type)) {
            if (plugin.parameter(from) !== undefined) {
                plugin.moveParameter(from, to);
                changed(`${plugin.name}: parameter ${from.join(".")} is ${to.join(".")}.`);
            }
        }
    }
}

/** GIE 1.4: the metrics of one engine became those of several. An engine of that name replaces the built-in one wholly. */
function metricSpecs({ document, changed, crosses }: Step): void {
    for (const plugin of crosses("0.7") ? document.plugins("model-server-protocol-metrics") : []) {
        const { queueRequestsSpec, ...others } = plugin.parameters();
        const specs = {
            ...others,
            ...(queueRequestsSpec !== undefined && { queuedRequestsSpec: queueRequestsSpec }),
        };
        const given = Object.keys(plugin.parameters());
        if (given.length > 0) {
            given.forEach((key) => plugin.deleteParameter([key]));
            plugin.setParameter(["engineConfigs"], [{ name: "vllm", ...vllmMetrics, ...specs }]);
            changed(`${plugin.name}: ${given.join(", ")} are the engineConfigs of vllm.`);
        }
    }
}

/** scheduler 0.6.0: a decider counts what is not cached, in tokens, where the handler counted characters. */
function prefillThreshold({ document, from, to, changed }: Step): void {
    if (from.disaggregation.form !== "threshold" || to.disaggregation.form === "threshold") {
        return;
    }
    for (const plugin of document.plugins(pdHandler)) {
        const threshold = plugin.parameter(["threshold"]);
        const tokens = typeof threshold === "number" ? Math.ceil(threshold / charactersPerToken) : 0;
        for (const parameter of ["threshold", "hashBlockSize"]) {
            plugin.deleteParameter([parameter]);
        }
        const decider = document.insertBefore(plugin, {
            type: pdDecider,
            parameters: { nonCachedTokens: tokens },
        });
        plugin.setParameter(["deciderPluginName"], decider.name);
        changed(
            `${plugin.name}: its threshold is nonCachedTokens of ${decider.name}, ${String(tokens)} tokens.`,
        );
    }
}

/** scheduler 0.7.0: one handler for all ways to disaggregate. Router 0.9 reads its parameters nested or flat, not both. */
function profileHandler({ document, from, to, changed }: Step): void {
    if (from.disaggregation.form === "deciders" || to.disaggregation.form !== "deciders") {
        return;
    }
    for (const plugin of document.plugins(pdHandler)) {
        if (plugin.parameter(["deciderPluginName"]) === undefined) {
            // Its default, which the newer handler has not.
            plugin.setParameter(["deciderPluginName"], pdDecider);
        }
        plugin.moveParameter(["deciderPluginName"], ["deciders", "prefill"]);
        plugin.moveParameter(["decodeProfile"], ["profiles", "decode"]);
        plugin.moveParameter(["prefillProfile"], ["profiles", "prefill"]);
        // Never read, and not needed from Istio 1.28.1 on, say the router's sources.
        for (const unused of ["prefixPluginName", "prefixPluginType", "primaryPort"]) {
            if (plugin.parameter([unused]) !== undefined) {
                plugin.deleteParameter([unused]);
                changed(`${plugin.name}: parameter ${unused} is taken out, which no later EPP needs.`);
            }
        }
        const { name } = plugin;
        document.rename(plugin, disaggregationHandler);
        changed(`${name}: type ${pdHandler} is ${disaggregationHandler}.`);
    }
}

function renamedTypes({ document, changed, crosses }: Step): void {
    for (const { type, replacement } of typeRenames.filter(({ since }) => crosses(since))) {
        for (const plugin of document.plugins(type)) {
            const { name } = plugin;
            document.rename(plugin, replacement);
            changed(`${name}: type ${type} is ${replacement}.`);
        }
    }
}

/** router#905: the profile handler tells the decode pod where to prefill. */
function foldedHandlers({ document, from, to, changed }: Step): void {
    if (from.disaggregation.headersHandler === undefined || to.disaggregation.headersHandler !== undefined) {
        return;
    }
    const handlers = ["disagg-headers-handler", "prefill-header-handler"];
    for (const plugin of handlers.flatMap((type) => document.plugins(type))) {
        const [handler] = document.plugins(disaggregationHandler);
        for (const profile of ["prefill", "encode"]) {
            const named = plugin.parameter([`${profile}Profile`]);
            if (named !== undefined && handler?.parameter(["profiles", profile]) === undefined) {
                handler?.setParameter(["profiles", profile], named);
            }
        }
        document.remove(plugin);
        changed(`${plugin.name}: taken out, for ${disaggregationHandler} does its work.`);
    }
}

/** Announced to go in 0.11. The selector cannot say "this value, or no such label". */
function labelFilters({ document, changed, undecided, crosses }: Step): void {
    for (const plugin of crosses("0.9") ? document.plugins("by-label") : []) {
        const { name } = plugin;
        const { label, validValues, allowsNoLabel } = plugin.parameters();
        const values = Array.isArray(validValues) ? (validValues as unknown[]) : [];
        if (allowsNoLabel === true && values.length > 0) {
            undecided(
                `${name}: by-label that allows ${String(label)} to be missing has no equal in label-selector-filter; it goes in EPP 0.11.`,
            );
            continue;
        }
        for (const parameter of Object.keys(plugin.parameters())) {
            plugin.deleteParameter([parameter]);
        }
        const operator = values.length > 0 ? { operator: "In", values } : { operator: "DoesNotExist" };
        plugin.setParameter(["matchExpressions"], [{ key: label, ...operator }]);
        document.rename(plugin, "label-selector-filter");
        changed(`${name}: type by-label is label-selector-filter.`);
    }
}

/** Tokens instead of characters (GIE 1.4), then in a plugin of their own (GIE 1.5), then 64 at least (router#1158). */
function prefixBlocks(step: Step): void {
    const { document, from, to, changed, undecided } = step;
    const scorers = document
        .plugins(prefixScorer)
        .filter((plugin) => Object.keys(plugin.parameters()).length > 0);
    for (const plugin of scorers) {
        blockInTokens(plugin, step);
    }
    const producer = to.prefixBlockPlugin;
    const [scorer, ...others] = scorers;
    if (producer !== prefixScorer && from.prefixBlockPlugin === prefixScorer && scorer !== undefined) {
        if (others.length > 0) {
            undecided(
                `${scorer.name}, ${others.map(({ name }) => name).join(", ")}: each needs a ${producer} of its own name.`,
            );
            return;
        }
        document.insertBefore(scorer, { type: producer }).takeParameters(scorer);
        changed(`${scorer.name}: its parameters are those of ${producer}.`);
    }
    for (const plugin of document.plugins()) {
        raiseBlock(plugin, step);
    }
}

function blockInTokens(plugin: Plugin, { from, to, changed }: Step): void {
    const older = pluginTypesOf(from).get(plugin.type)?.block;
    const characters = older?.unit === "characters" ? plugin.parameter(older.path) : undefined;
    if (older === undefined || typeof characters !== "number" || !inTokens(to)) {
        return;
    }
    const tokens = Math.max(1, Math.round(characters / charactersPerToken));
    plugin.moveParameter(older.path, ["blockSizeTokens"], tokens);
    changed(
        `${plugin.name}: blockSize ${String(characters)} (characters) is blockSizeTokens ${String(tokens)}.`,
    );
}

function inTokens(release: EppRelease): boolean {
    return pluginTypesOf(release).get(release.prefixBlockPlugin)?.block?.unit === "tokens";
}

/** So that the file says what is in force. */
function raiseBlock(plugin: Plugin, { to, changed }: Step): void {
    const { path, minimum = 0 } = pluginTypesOf(to).get(plugin.type)?.block ?? { path: [] };
    const size = path.length > 0 ? plugin.parameter(path) : undefined;
    if (typeof size === "number" && size < minimum) {
        plugin.moveParameter(path, path, minimum);
        changed(
            `${plugin.name}: ${path.join(".")} ${String(size)} is ${String(minimum)}, the least that EPP ${to.minor} takes.`,
        );
    }
}

function featureGates({ document, to, changed }: Step): void {
    const found = document.get("featureGates");
    const gates = (Array.isArray(found) ? found : []).map(String);
    const unknown = gates.filter((gate) => !to.featureGates.includes(gate.split("=")[0] ?? ""));
    for (const gate of unknown) {
        changed(`featureGates: ${gate} is taken out, which EPP ${to.minor} does not know.`);
    }
    const isDisaggregated = document
        .plugins()
        .some(({ type }) => type === pdHandler || type === disaggregationHandler);
    const needed = isDisaggregated ? to.disaggregation.featureGates : [];
    const missing = needed.filter((gate) => !gates.includes(gate));
    for (const gate of missing) {
        changed(`featureGates: ${gate} is added, without which the decider of EPP ${to.minor} has no data.`);
    }
    if (unknown.length + missing.length > 0) {
        document.changeList("featureGates", unknown, missing);
    }
}
