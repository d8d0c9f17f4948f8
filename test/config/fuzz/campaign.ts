import * as fc from "fast-check";
import { SettingsError, settingsFrom } from "../../../components/settings";
import type { SettingsInput } from "../../../components/settings";
import { runSettings } from "../../support/objects";
import { bent } from "./bend";
import type { ApiServer } from "./judge";
import { objectsOf } from "./judge";
import { settings } from "./legal";

/** An object of accepted settings that the API server would refuse. */
export interface Refusal {
    settings: unknown;
    object: string;
    said: string;
}

/** What a campaign found. */
export interface Findings {
    made: number;
    accepted: number;
    refusals: Refusal[];
    /** Anything that was thrown and is no SettingsError. */
    crashes: { settings: unknown; error: string }[];
}

/** Settings, every second one bent at one place. */
const candidates: fc.Arbitrary<unknown> = fc.oneof(settings, bent(settings));

/**
 * Makes settings until so many are accepted, and asks the API server of everything that each of these makes.
 *
 * @param seed the same one makes the same settings.
 */
export async function runCampaign(server: ApiServer, accepted: number, seed: number): Promise<Findings> {
    const findings: Findings = { made: 0, accepted: 0, refusals: [], crashes: [] };
    // fast-check's sampling is the same for the same seed and number, so that they are made in portions.
    for (let portion = 0; findings.accepted < accepted; portion += 1) {
        for (const candidate of fc.sample(candidates, { numRuns: 50, seed: seed + portion })) {
            if (findings.accepted === accepted) {
                break;
            }
            findings.made += 1;
            await tryOut(server, candidate, findings);
        }
    }
    return findings;
}

async function tryOut(server: ApiServer, candidate: unknown, findings: Findings): Promise<void> {
    try {
        settingsFrom(candidate as SettingsInput);
    } catch (error) {
        if (!(error instanceof SettingsError)) {
            findings.crashes.push({ settings: candidate, error: String((error as Error).stack) });
        }
        return;
    }
    findings.accepted += 1;
    try {
        const { registrations } = await runSettings(candidate as SettingsInput);
        await Promise.all(
            objectsOf(registrations).map(async (object) => {
                const said = await server.refusal(object);
                if (said !== undefined) {
                    const { kind, metadata } = object;
                    findings.refusals.push({ settings: candidate, object: `${kind} ${metadata.name}`, said });
                }
            }),
        );
    } catch (error) {
        findings.crashes.push({ settings: candidate, error: String((error as Error).stack) });
    }
}
