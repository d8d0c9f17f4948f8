import { Command, InvalidArgumentError, Option } from "commander";
import type { Rule } from "../../policy/framework/rule";
import type { AssumedReleases } from "../../releases";
import { UsageError } from "../shared/errors";
import { runCommand } from "../shared/runCommand";
import { collectReleases } from "./assumed";
import { explain } from "./explain";
import { judge, ownSettings } from "./judge";
import { applied, readLive } from "./live";
import type { Manifest, Source } from "./manifests";
import { manifestsIn, readSources, UnreadableError } from "./manifests";
import type { RuleSettings } from "./packConfig";
import { judgedBy } from "./rules";
import { githubReport } from "./reports/github";
import { jsonReport } from "./reports/json";
import type { Judgement, Report } from "./reports/report";
import { textReport } from "./reports/text";

type Format = (report: Report) => string;

/** What needs a library is loaded when it is asked for: a judgement of some files takes less than loading all of it. */
const formats = {
    text: () => textReport,
    json: () => jsonReport,
    sarif: async () => (await import("./reports/sarif")).sarifReport,
    github: () => githubReport,
    junit: async () => (await import("./reports/junit")).junitReport,
} satisfies Record<string, () => Format | Promise<Format>>;

interface Options {
    format: keyof typeof formats;
    namespace: string[];
    live: boolean;
    withLive: boolean;
    kubeconfig?: string;
    context?: string;
    config?: string;
    release: AssumedReleases;
    explain?: string;
    fix: boolean;
    diff: boolean;
}

const epilogue = `
Exit codes:
  0  no violation
  1  violations of mandatory rules
  2  a flag or a path that cannot be used
  3  an input that cannot be read, or a cluster that cannot be asked

--live and --with-live need the rights to list what the rules look at, in all namespaces unless --namespace names some.`;

/** The command line of `npm run judge`. */
function commandLine(paths: string[]): Command {
    return new Command("judge")
        .description("Judges Kubernetes manifests, or what a cluster holds, by the rules of the policy pack.")
        .argument("[paths...]", "files, folders, or - for the standard input", (given: string) => {
            paths.push(given);
            return given;
        })
        .addOption(
            new Option("--format <format>", "how to report").choices(Object.keys(formats)).default("text"),
        )
        .option(
            "--namespace <namespace>",
            "of objects of files that name none (default: default); with --live, what is read (default: all; repeatable)",
            collectNamespaces,
            [],
        )
        .option("--live", "judge what the cluster holds", false)
        .option(
            "--with-live",
            "judge the files beside what the cluster holds, and tell what they bring",
            false,
        )
        .option("--kubeconfig <path>", "kubeconfig (default: $KUBECONFIG, then ~/.kube/config)")
        .option("--context <name>", "context of the kubeconfig (default: its current one)")
        .option("--config <file>", "config of the policy pack")
        .option("--fix", "put right in the files what has exactly one right answer", false)
        .addOption(
            new Option("--diff", "the same as a patch, which nothing is written of but the standard output")
                .default(false)
                .conflicts("fix"),
        )
        .option(
            "--release <part=version>",
            "of images that do not tell theirs: epp=0.7.1, simulator=0.10.2 (repeatable)",
            collectReleases,
            {},
        )
        .option("--explain <rule>", "say what a rule checks, and nothing else")
        .addHelpText("after", epilogue);
}

function collectNamespaces(value: string, given: string[]): string[] {
    if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value)) {
        throw new InvalidArgumentError("allowed: a DNS-1123 label");
    }
    return [...given, value];
}

async function run(paths: readonly string[], options: Options): Promise<number> {
    if (options.explain !== undefined) {
        console.log(explain(ruleNamed(options.explain)));
        return 0;
    }
    refuseMixed(paths, options);
    const settings =
        options.config === undefined
            ? ownSettings
            : (await import("./packConfig")).readPackConfig(options.config);
    const { print, ...report } = options.live
        ? {
              ...reportOf(
                  await cluster(options, options.namespace),
                  settings,
                  options.namespace.length === 0,
              ),
              print: console.log,
          }
        : await filesReport(paths, options, settings);
    const format = await formats[options.format]();
    const text = format(report);
    if (text !== "") {
        print(text);
    }
    return report.judgements.some(({ level }) => level === "mandatory") ? 1 : 0;
}

function refuseMixed(paths: readonly string[], { live, withLive, namespace, fix, diff }: Options): void {
    if (live && (fix || diff)) {
        throw new UsageError(
            "--fix, --diff: nothing in the cluster is changed; allowed: files, without --live.",
        );
    }
    if (live && (withLive || paths.length > 0)) {
        throw new UsageError("--live: judges the cluster alone; allowed: no paths, or --with-live instead.");
    }
    if (!live && paths.length === 0) {
        throw new UsageError(
            "no manifests are given; allowed: files, folders, - for the standard input, or --live.",
        );
    }
    if (!live && namespace.length > 1) {
        throw new UsageError(
            `--namespace: ${namespace.join(", ")} are several; allowed: one, for objects that name none.`,
        );
    }
}

async function filesReport(
    paths: readonly string[],
    options: Options,
    settings: (rule: Rule) => RuleSettings,
): Promise<Report & { print: (text: string) => void }> {
    const sources = readSources(paths);
    const read = (source: Source) =>
        manifestsIn(source, { namespace: options.namespace[0] ?? "default", assumed: options.release });
    const judgementsOf = options.withLive
        ? besides(await cluster(options, []), settings)
        : (manifests: readonly Manifest[]) => judge(manifests, settings, false);
    const reportOn = (texts: readonly Source[]): Report => {
        const manifests = texts.flatMap(read);
        return { judgements: judgementsOf(manifests), objects: manifests.length };
    };
    if (!options.fix && !options.diff) {
        return { ...reportOn(sources), print: console.log };
    }
    const [{ fixAll }, { deliver, takesOutput }] = await Promise.all([
        import("./fix/fix"),
        import("./fix/deliver"),
    ]);
    const fixed = fixAll(sources, read, judgementsOf);
    deliver(sources, fixed, options.diff);
    return {
        ...reportOn(fixed.sources),
        print: takesOutput(sources, options.diff) ? console.error : console.log,
    };
}

/** Judges what manifests bring to a cluster. */
function besides(
    live: readonly Manifest[],
    settings: (rule: Rule) => RuleSettings,
): (manifests: readonly Manifest[]) => Judgement[] {
    const known = new Set(judge(live, settings, true).map(identity));
    return (manifests) =>
        judge(applied(live, manifests), settings, true).filter(
            (judgement) => !known.has(identity(judgement)),
        );
}

function reportOf(
    manifests: readonly Manifest[],
    settings: (rule: Rule) => RuleSettings,
    isWhole: boolean,
): Report {
    return { judgements: judge(manifests, settings, isWhole), objects: manifests.length };
}

function identity({ rule, message }: Judgement): string {
    return `${rule.name} ${message}`;
}

async function cluster(options: Options, namespaces: readonly string[]): Promise<Manifest[]> {
    const { Cluster } = await import("../shared/cluster");
    const asked = new Cluster({ kubeconfig: options.kubeconfig, context: options.context });
    try {
        return await readLive(asked, namespaces.length === 0 ? undefined : namespaces, options.release);
    } finally {
        asked.close();
    }
}

function ruleNamed(name: string): Rule {
    const rule = judgedBy.find((candidate) => candidate.name === name);
    if (rule === undefined) {
        throw new UsageError(
            `--explain: ${name} is no rule; allowed: ${judgedBy.map((known) => known.name).join(", ")}.`,
        );
    }
    return rule;
}

const paths: string[] = [];
void runCommand(
    commandLine(paths),
    (options: Options) => run(paths, options),
    (error) => (error instanceof UnreadableError ? 3 : undefined),
);
