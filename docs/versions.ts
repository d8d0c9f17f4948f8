import {
    compareVersions,
    defaultEppImage,
    defaultVersions,
    eppReleases,
    incompatibilities,
    istioReleases,
    kvCacheMetricSettings,
    kvEventsRefusal,
    olderConfigGoes,
    parseImage,
    pluginTypesOf,
    replacementOf,
    simulatorReleases,
} from "../releases";
import type { EppRelease, SimulatorRelease } from "../releases";

/** The page of what goes together, made of the table of releases alone. */
export function versionsPage(): string {
    const unlike = unlikeSimulators();
    return [
        "# Which versions go together",
        "<!-- Made by `npm run docs` of the table in releases/. -->",
        "What settings, policy pack and `verify` know of releases; [releases.md](releases.md) says where it is from.",
        `Defaults: EPP ${defaultVersions.epp}, simulator ${defaultVersions.simulator}, Istio ${defaultVersions.istio}.`,
        "## EPP and simulator",
        "How the endpoint picker comes by the simulator's KV cache metric; the program sets what is needed.",
        table(
            ["EPP", ...unlike.map(({ since }) => `simulator ${since}`)],
            eppReleases.map((epp) => [epp.minor, ...unlike.map((simulator) => pairing(epp, simulator))]),
        ),
        "A column holds from its version up to the next one.",
        "## Modes",
        table(
            ["mode", "EPP", "Istio"],
            [
                ["without an EPP in the way (`extProc.enabled: false`)", "any", "any"],
                ["routes to Services (`routing.backend: Service`)", withoutPool(), "any"],
                [
                    "routes to an InferencePool",
                    "any",
                    istioSince(({ poolVersions }) => poolVersions.includes("v1")),
                ],
                [
                    "several models behind one Gateway, with pools",
                    "any",
                    istioSince(({ manyPools }) => manyPools),
                ],
                ["`objectives`", objectives(), "as for a pool"],
            ],
        ),
        "## Precise prefix scores",
        preciseScores(),
        "## What the endpoint pickers are",
        table(
            [
                "EPP",
                "image",
                "configuration",
                "prefill apart (`pd-disaggregated`)",
                "flags refused at start",
                "experimental plugins",
            ],
            eppReleases.map((epp) => [
                epp.minor,
                code(epp.image),
                code(epp.configApiVersions[0] ?? ""),
                disaggregation(epp),
                epp.refusedFlags.length === 0 ? "none" : "metric names",
                experimental(epp),
            ]),
        ),
        "## Retired, and announced to go",
        [
            `- The package of images of EPPs up to 0.8, ${code(closedPackage())}, is closed to anonymous pulls; the newest that can be pulled is ${code(defaultEppImage)}.`,
            ...retiredPlugins().map((line) => `- ${line}`),
            ...announced().map((line) => `- ${line}`),
        ].join("\n"),
    ].join("\n\n");
}

/** The simulators that pair otherwise than the one before. */
function unlikeSimulators(): readonly SimulatorRelease[] {
    const column = (simulator: SimulatorRelease) => eppReleases.map((epp) => pairing(epp, simulator)).join();
    return simulatorReleases.filter(
        (simulator, index) => index === 0 || column(simulator) !== column(simulatorReleases[index - 1]!),
    );
}

/** Which pairs `precise-prefix-cache` is for: each EPP that can goes with each simulator that can. */
function preciseScores(): string {
    const pairs = eppReleases.flatMap((epp) =>
        simulatorReleases
            .filter((simulator) => kvEventsRefusal(epp, simulator) === undefined)
            .map((simulator) => [epp.minor, simulator.since] as const),
    );
    const [[epp, simulator] = ["", ""]] = pairs;
    return `The preset \`precise-prefix-cache\` needs an EPP from ${epp} and a simulator from ${simulator} on ([scoring.md](scoring.md#precise-prefix-scores)); with any other pair it is refused.`;
}

function pairing(epp: EppRelease, simulator: SimulatorRelease): string {
    const set = { epp: epp.minor, simulator: simulator.since, backend: "InferencePool", models: 1 } as const;
    if (incompatibilities(set).length > 0) {
        return "no";
    }
    const {
        arguments: [flag = ""],
        engineMetric,
    } = kvCacheMetricSettings(epp, simulator);
    if (engineMetric !== undefined) {
        return "by `engineConfigs`";
    }
    return flag === "" ? "yes" : `by ${code(flag.split("=")[0] ?? "")}`;
}

function withoutPool(): string {
    return eppReleases
        .filter(({ standalone }) => standalone)
        .map(({ minor }) => minor)
        .join(", ");
}

function istioSince(fits: (release: (typeof istioReleases)[number]) => boolean): string {
    return `from ${istioReleases.find(fits)?.since ?? ""} on`;
}

function objectives(): string {
    const late = eppReleases.flatMap(({ objectivesSince }) => objectivesSince ?? []);
    return `any; of ${late.map((version) => version.replace(/\.\d+$/, "")).join(", ")} from ${late.join(", ")} on`;
}

function closedPackage(): string {
    const repositories = eppReleases.map((epp) => `ghcr.io/llm-d/${epp.image}`);
    return (
        repositories.find((repository) => replacementOf(parseImage(`${repository}:v0`)) !== undefined) ?? ""
    );
}

function disaggregation({ disaggregation: { form, headersHandler, featureGates } }: EppRelease): string {
    const handler = form === "deciders" ? "disagg-profile-handler" : "pd-profile-handler";
    return [
        handler,
        ...(headersHandler === undefined ? [] : [headersHandler]),
        ...featureGates.map((gate) => `gate ${gate}`),
    ]
        .map(code)
        .join(", ");
}

function experimental(epp: EppRelease): string {
    const count = [...pluginTypesOf(epp).values()].filter((plugin) => plugin.experimental).length;
    return count === 0 ? "none told apart" : `${String(count)}, with ${code("--allow-experimental-plugins")}`;
}

/** Plugin types that a release knew and the next one does not. */
function retiredPlugins(): string[] {
    return eppReleases.slice(1).flatMap((epp, index) => {
        const before = pluginTypesOf(eppReleases[index]);
        const gone = [...before.keys()].filter((type) => !pluginTypesOf(epp).has(type));
        return gone.length === 0 ? [] : [`EPP ${epp.minor} no longer has ${gone.map(code).join(", ")}.`];
    });
}

function announced(): string[] {
    const newest = eppReleases.at(-1)!;
    const [preferred = "", ...older] = newest.configApiVersions;
    const configs = older.map(
        (version) =>
            `EndpointPickerConfigs of ${code(version)} were announced to go in ${olderConfigGoes}; ${code(preferred)} takes its place.`,
    );
    const plugins = [...pluginTypesOf(newest).values()]
        .flatMap(({ type, announcement }) => (announcement ? [{ type, ...announcement }] : []))
        .sort((a, b) => compareVersions(a.release, b.release))
        .map(
            ({ type, release, replacement }) =>
                `${code(type)} was announced to go in ${release}; ${code(replacement)} takes its place.`,
        );
    return [...plugins, ...configs];
}

function table(head: string[], rows: string[][]): string {
    const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
    return `\`${text}\``;
}
