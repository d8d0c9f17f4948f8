/** Flags that are `true` when they stand alone, and take no value from the next argument. */
export const booleanFlags: ReadonlySet<string> = new Set([
    "allow-experimental-plugins",
    "disable-endpoint-subset-filter",
    "emit-endpoint-scores",
    "enable-cert-reload",
    "enable-grpc-stream-metrics",
    "enable-pprof",
    "ha-enable-leader-election",
    "health-checking",
    "metrics-endpoint-auth",
    "model-server-metrics-https-insecure-skip-verify",
    "secure-serving",
    "tracing",
    "zap-devel",
]);

/** The flag that an argument sets: `v` of `-v` and of `--v=3`; undefined for an argument that sets none. */
export function flagName(argument: string): string | undefined {
    return /^--?([^=]+)/.exec(argument)?.[1];
}

/** Minor versions that know a flag, oldest first, each once. */
export function releasesWithFlag(
    flag: string,
    releases: readonly { readonly minor: string; readonly flags: readonly string[] }[],
): string[] {
    return [...new Set(releases.filter(({ flags }) => flags.includes(flag)).map(({ minor }) => minor))];
}
