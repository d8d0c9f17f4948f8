/** What a plugin of the EPP is, as far as the linter must know. */
export type PluginKind = "filter" | "scorer" | "picker" | "profile-handler" | "other";

/** Where a plugin is told the KV cache block, and what it counts. */
export interface BlockParameter {
    readonly path: readonly string[];
    readonly unit: "characters" | "tokens";
    /** An older name for it, which counts where the first is not set. */
    readonly older?: readonly string[];
    /** A smaller block is overridden by this one. */
    readonly minimum?: number;
}

/** One plugin type, as one EPP has it. */
export interface PluginType {
    readonly type: string;
    readonly kind: PluginKind;
    /** Names of its parameters. */
    readonly parameters: readonly string[];
    readonly block?: BlockParameter;
    /** Ends the EPP at start, unless `--allow-experimental-plugins` is given. */
    readonly experimental: boolean;
    /** Whether, when and for what it is announced to go. */
    readonly announcement?: Announcement;
}

/** What upstream announces of a plugin type. It may come later than announced. */
export interface Announcement {
    readonly release: string;
    readonly replacement: string;
}

/** GIE's estimate of characters per token (`averageCharactersPerToken`, GIE 1.2.0 to 1.5.0 and scheduler 0.7.1). */
export const charactersPerToken = 4;

/** A plugin type from its first release on. */
export interface PluginHistory {
    readonly kind: PluginKind;
    /** Its parameters in its first release, and what was added (`+`) and taken away (`-`) in later ones. */
    readonly parameters: Readonly<Record<string, readonly string[]>>;
    /** The first release that does not know it any more. */
    readonly gone?: string;
}
