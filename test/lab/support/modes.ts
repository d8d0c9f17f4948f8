/** As seldom as any of these tests minds: the default, every pod each 50 ms, takes a sixth of two cores. */
const epp = { extraArgs: ["--refresh-metrics-interval=250ms"] };

/** What sets each mode, with the fewest pods that show it. */
export const modes = {
    scheduler: { epp },
    "scoring-not-obeyed": { extProc: { enabled: true }, epp },
    scoring: { extProc: { enabled: true }, routing: { backend: "InferencePool" }, epp },
} as const;
