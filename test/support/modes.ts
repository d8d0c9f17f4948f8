/** The config of each mode that the program can be in, by the name of its golden file. */
export const modes: Record<string, Record<string, unknown>> = {
    scheduler: {},
    "scoring-not-obeyed": { extProc: { enabled: true } },
    "scoring-not-obeyed-replicated": {
        extProc: { enabled: true, failureMode: "FailOpen", messageTimeout: "250ms" },
        replicas: { decode: 5, prefill: 2, epp: 2 },
        namespaces: { create: false },
        gateway: { serviceType: "NodePort" },
        readiness: { gateway: false },
    },
};
