import type { Rule } from "../../../policy/framework/rule";
import type { Fix } from "../../../policy/framework/fix";
import type { Manifest, Position } from "../manifests";

/** Something that a rule has against an object, or against all of them. */
export interface Judgement {
    rule: Rule;
    level: "mandatory" | "advisory";
    message: string;
    /** `Kind namespace/name`; undefined for what is of no object. */
    subject?: string;
    /** What is not in the input and would decide it; undefined for what the input decides. */
    decidedBy?: string;
    /** Undefined for what is of no object, or of one that was read from a cluster. */
    at?: Position;
    /** What it is about. */
    manifest?: Manifest;
    /** Gives what puts it right, where exactly one change does. */
    fix?: () => Fix | undefined;
}

/** All that was found, with what it was found in. */
export interface Report {
    judgements: readonly Judgement[];
    /** How many objects were judged. */
    objects: number;
}
