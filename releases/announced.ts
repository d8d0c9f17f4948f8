import { configuredPlugins } from "./configuredPlugins";
import type { EppRelease } from "./epp";
import { olderConfigGoes } from "./epp";
import { compareVersions, pluginTypesOf } from "./versions";

/** Something that an EPP still reads, and that upstream has announced to take away. */
export interface AnnouncedRemoval {
    /** Where it is in an EndpointPickerConfig, e.g. `plugins.0.type`. */
    readonly path: string;
    /** A sentence that names it and what takes its place. */
    readonly message: string;
}

/**
 * What an EndpointPickerConfig says in words that are announced to go, and that its EPP still reads.
 *
 * @param config what the YAML holds, of whatever shape.
 * @param release undefined for an EPP whose version is not known, of which nothing is said.
 */
export function announcedRemovals(config: unknown, release: EppRelease | undefined): AnnouncedRemoval[] {
    if (release === undefined) {
        return [];
    }
    const types = pluginTypesOf(release);
    const { apiVersion } = (config ?? {}) as { apiVersion?: unknown };
    const [preferred = "", ...older] = release.configApiVersions;
    return [
        ...(typeof apiVersion === "string" && older.includes(apiVersion)
            ? [
                  {
                      path: "apiVersion",
                      message: sentence(`apiVersion ${apiVersion}`, olderConfigGoes, preferred, release),
                  },
              ]
            : []),
        ...configuredPlugins(config).flatMap((plugin, index) => {
            const announcement = types.get(plugin?.type ?? "")?.announcement;
            return plugin === undefined || announcement === undefined
                ? []
                : [
                      {
                          path: `plugins.${String(index)}.type`,
                          message: sentence(
                              `Plugin type ${plugin.type}`,
                              announcement.release,
                              announcement.replacement,
                              release,
                          ),
                      },
                  ];
        }),
    ];
}

function sentence(what: string, announced: string, replacement: string, { minor }: EppRelease): string {
    const when = compareVersions(announced, minor) > 0 ? "is" : "was";
    return `${what} ${when} announced to go in EPP ${announced}; write ${replacement} instead.`;
}
