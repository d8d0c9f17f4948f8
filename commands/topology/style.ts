import type { Mode } from "../../components/deploymentOutput";
import { workloadKinds } from "../../objects/podIndex";
import type { Change, EdgeKind, Topology, TopologyNode } from "./model";

/** How an arrow is drawn. Each kind is told by its line as well as by its colour. */
export interface LineStyle {
    colour: string;
    line: "solid" | "dashed" | "dotted";
    /** In points. */
    width: number;
    /** What it stands for, for the legend. */
    meaning: string;
}

/** Colours that people who tell few colours apart can tell apart (Okabe and Ito 2008), darkened for text. */
const colours = { blue: "#005f9e", orange: "#b85c00", purple: "#7a3b8f", grey: "#5c6670", red: "#c00000" };

/** The colour of what is wrong. */
export const problemColour = colours.red;

const throughGateway: Record<Mode, string> = {
    scheduler: "scheduler path: requests through the Gateway",
    "scoring-not-obeyed": "scheduler path: requests through the Gateway; scores are not obeyed",
    scoring: "scoring path: requests through the Gateway, to the pod that the EPP picks",
};

/** How each kind of arrow is drawn. */
export function lineStyles(mode: Mode | undefined): Record<EdgeKind, LineStyle> {
    return {
        gateway: {
            colour: colours.blue,
            line: "solid",
            width: 2.6,
            meaning: mode === undefined ? "requests through the Gateway" : throughGateway[mode],
        },
        direct: {
            colour: colours.orange,
            line: "solid",
            width: 1.2,
            meaning: "direct path: requests that bypass the Gateway",
        },
        scoring: {
            colour: colours.purple,
            line: "dashed",
            width: 1.8,
            meaning: "scoring: the EPP is asked over ext_proc",
        },
        reference: {
            colour: colours.grey,
            line: "dotted",
            width: 1.2,
            meaning: "allows, names or reads; no request takes it",
        },
    };
}

/** How a change of a preview is shown: a sign before the kind, a border and a fill. */
export const changeStyles: Record<Change, { sign: string; border: string; fill: string; meaning: string }> = {
    added: { sign: "+", border: "#2e7d32", fill: "#edf7ed", meaning: "added by this preview" },
    changed: { sign: "~", border: "#9a6700", fill: "#fff8e1", meaning: "changed by this preview" },
    deleted: { sign: "-", border: "#6b6b6b", fill: "#e6e6e6", meaning: "deleted by this preview" },
};

/** Whether a node stands for pods. */
export function isWorkload({ kind }: TopologyNode): boolean {
    return workloadKinds.some((workload) => workload.kind === kind);
}

/** The kinds of arrows and of changes that a graph has, in the order of the legend. */
export function legendOf(topology: Topology): { lines: LineStyle[]; changes: Change[] } {
    const styles = lineStyles(topology.mode);
    const kinds: EdgeKind[] = ["gateway", "direct", "scoring", "reference"];
    const changes: Change[] = ["added", "changed", "deleted"];
    return {
        lines: kinds
            .filter((kind) => topology.edges.some((edge) => edge.kind === kind))
            .map((kind) => styles[kind]),
        changes: changes.filter((change) => topology.nodes.some((node) => node.change === change)),
    };
}

/** Breaks text into lines of at most `width` characters, at blanks. A longer word stays whole. */
export function wrap(text: string, width: number): string[] {
    const lines: string[] = [];
    for (const word of text.split(" ")) {
        const last = lines.at(-1);
        if (last !== undefined && last.length + 1 + word.length <= width) {
            lines[lines.length - 1] = `${last} ${word}`;
        } else {
            lines.push(word);
        }
    }
    return lines;
}
