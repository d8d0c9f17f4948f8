import type { DeploymentOutput } from "../../components/deploymentOutput";
import { checks } from "./checks";
import type { Finding, ModelContext, Outcome, Path, ReleasedModel, StackContext } from "./checks/check";
import { pathsOf } from "./checks/check";
import { trafficChecks } from "./checks/traffic";
import type { Snapshot } from "./snapshot";
import { UnreadableError } from "./snapshot";
import type { ModelTraffic } from "./traffic";

/** A finding, where it was made, and what explains it. */
export interface ReportedFinding extends Finding {
    check: string;
    /** Release; absent for what all models share. */
    model?: string;
    /** Ids of the root causes that explain it; empty for a root cause. */
    causes: string[];
}

export type Status = "passed" | "failed" | "warned" | "skipped" | "unknown";

/** What became of one check. */
export interface CheckResult {
    check: string;
    title: string;
    model?: string;
    status: Status;
    /** Why it was skipped, or could not be told. */
    because?: string;
    findings: ReportedFinding[];
}

/** What is judged. */
export interface Scope {
    deployment: DeploymentOutput;
    /** Releases. */
    models: readonly string[];
    /** Paths; undefined for all, and for what is deployed beside them. */
    path?: Path;
}

interface Planned {
    id: string;
    title: string;
    needs: readonly string[];
    model?: string;
    /** Whether no path of the mode leads here: what is wrong then breaks nothing. */
    offPath: boolean;
    run: () => Outcome;
}

/** The models that are judged, with their releases. */
export function modelsOf({ deployment, models }: Pick<Scope, "deployment" | "models">): ReleasedModel[] {
    return models.map((release) => ({ release, ...deployment.models[release]! }));
}

/**
 * Judges a snapshot, and what came of requests, hop by hop.
 *
 * @param traffic by release; without it, no check of requests is made.
 * @returns results, causes before what they cause.
 */
export function judge(
    snapshot: Snapshot,
    scope: Scope,
    traffic?: ReadonlyMap<string, ModelTraffic>,
): CheckResult[] {
    const results = plan(snapshot, scope, traffic).map(runCheck);
    explain(results);
    return results;
}

function plan(
    snapshot: Snapshot,
    scope: Scope,
    traffic: ReadonlyMap<string, ModelTraffic> | undefined,
): Planned[] {
    const { deployment, path } = scope;
    const context: StackContext = { snapshot, deployment };
    const models: ModelContext[] = modelsOf(scope).map((model) => ({ ...context, model }));
    const wanted = (on: readonly Path[]) => on.length > 0 && (path === undefined || on.includes(path));
    const offPath = (on: readonly Path[]) => !on.some((hop) => pathsOf(deployment.mode).includes(hop));
    const planned: Planned[] = [];
    for (const check of checks) {
        const on = check.on(deployment.mode);
        if (!wanted(on)) {
            continue;
        }
        const { id, title, needs } = check;
        if (check.scope === "stack") {
            planned.push({ id, title, needs, offPath: offPath(on), run: () => check.run(context) });
            continue;
        }
        for (const of of models) {
            planned.push({
                ...{ id, title, needs, offPath: offPath(on), model: of.model.release },
                run: () => check.run(of),
            });
        }
    }
    for (const check of trafficChecks) {
        const on = check.on(deployment.mode);
        if (traffic === undefined || !wanted(on) || offPath(on)) {
            continue;
        }
        for (const of of models.filter((model) => check.of?.(model) ?? true)) {
            const { release } = of.model;
            const sent = traffic.get(release) ?? { servers: {}, served: {} };
            planned.push({
                ...{ id: check.id, title: check.title, needs: check.needs, offPath: false, model: release },
                run: () => check.run({ ...of, traffic: sent }),
            });
        }
    }
    return planned;
}

function runCheck({ id, title, model, offPath, run }: Planned): CheckResult {
    const result = { check: id, title, ...(model !== undefined && { model }) };
    let outcome: Outcome;
    try {
        outcome = run();
    } catch (error) {
        if (!(error instanceof UnreadableError)) {
            throw error;
        }
        return { ...result, status: "unknown", because: error.message, findings: [] };
    }
    if ("skipped" in outcome) {
        return { ...result, status: "skipped", because: outcome.skipped, findings: [] };
    }
    const findings = outcome.map((finding) => ({
        ...finding,
        ...(offPath && finding.severity !== "warning" && beside(finding)),
        check: id,
        ...(model !== undefined && { model }),
        causes: [],
    }));
    return { ...result, status: statusOf(findings), findings };
}

function beside({ message }: Finding): Partial<Finding> {
    return { severity: "warning", message: `${message} (no request passes here in this mode)` };
}

function statusOf(findings: readonly Finding[]): Status {
    const has = (severity: Finding["severity"]) => findings.some((finding) => finding.severity === severity);
    if (has("broken")) {
        return "failed";
    }
    return has("unknown") ? "unknown" : has("warning") ? "warned" : "passed";
}

const needsOf: ReadonlyMap<string, readonly string[]> = new Map(
    [...checks, ...trafficChecks].map(({ id, needs }) => [id, needs]),
);

/** Everything that explains a failure of a check, however far away. */
function allNeeds(id: string, seen = new Set<string>()): Set<string> {
    for (const need of needsOf.get(id) ?? []) {
        if (!seen.has(need)) {
            seen.add(need);
            allNeeds(need, seen);
        }
    }
    return seen;
}

/** Tells consequences from root causes: a broken hop is explained by whatever is broken among the hops that it needs. */
function explain(results: readonly CheckResult[]): void {
    const broken = results
        .flatMap(({ findings }) => findings)
        .filter(({ severity }) => severity === "broken");
    for (const finding of broken) {
        const needs = allNeeds(finding.check);
        const causes = broken.filter(
            (other) =>
                needs.has(other.check) &&
                (other.model === undefined || finding.model === undefined || other.model === finding.model),
        );
        const roots = causes.filter(
            (cause) => !causes.some((other) => allNeeds(cause.check).has(other.check)),
        );
        finding.causes = [...new Set(roots.map(({ id }) => id))];
    }
}
