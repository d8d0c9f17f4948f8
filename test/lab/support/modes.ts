/** What sets each mode, with the fewest pods that show it. */
export const modes = {
    scheduler: {},
    "scoring-not-obeyed": { extProc: { enabled: true } },
    scoring: { extProc: { enabled: true }, routing: { backend: "InferencePool" } },
} as const;
