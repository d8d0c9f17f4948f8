import type { Environment } from "../../../docs/environments";

/** What the pack advises in each environment as its file has it. A certificate of the EPP's own has to be there first. */
export const advice: Record<Environment, string[]> = {
    dev: [],
    staging: [],
    prod: ["ext-proc-tls advisory"],
};
