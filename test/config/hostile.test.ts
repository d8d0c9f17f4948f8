import { strict as assert } from "assert";
import { parseSettings, SettingsError } from "../../components/settings";
import { documentSettings } from "../../components/settings/document";
import { processorTime } from "../support/processor";

/** Texts that make a pattern with two ways through the same characters try them all. */
const hostile = [
    `/${"a".repeat(20_000)}*`,
    `/${"a/".repeat(25_000)}*`,
    `${"a".repeat(20_000)}!`,
    `${"a.".repeat(25_000)}!`,
    `${"a-".repeat(25_000)}!`,
    `${"a_-.".repeat(12_000)}!`,
    `${"1".repeat(20_000)}!`,
    `${"1ms".repeat(16_000)}!`,
    `${"1.1s".repeat(12_000)}!`,
    `${" ".repeat(20_000)}!`,
    `https://${"a:".repeat(25_000)}@`,
    `${"a:".repeat(25_000)}@${"://".repeat(10_000)}`,
    `-----BEGIN ${"A".repeat(20_000)}`,
    "\u001b".repeat(20_000),
];

/** Settings below those that are documented, whose keys are the user's own. */
const inside = [
    ...[
        "models.m.match.path",
        "models.m.match.header.name",
        "models.m.match.header.value",
        "models.m.simulator.model",
    ],
    ...["placement.decode.nodeSelector.pool", "routing.headers.x-tenant", "gateway.serviceAnnotations.lb"],
    ...[
        "networkPolicies.directClientLabels.client",
        "placement.epp.affinity.podAffinity",
        "objectives.batch",
    ],
];

describe("settings and texts without an end", () => {
    const asConfig = (setting: string, value: unknown) => {
        const [top, ...path] = setting.split(".") as [string, ...string[]];
        const inner = path.reduceRight<unknown>((within, key) => ({ [key]: within }), value);
        return { [top]: typeof inner === "string" ? inner : JSON.stringify(inner) };
    };

    /** The time of the processor, in milliseconds, and the message of the refusal, if any. */
    function timed(config: Record<string, string>): { took: number; message: string } {
        let message = "";
        const took = processorTime(() => {
            try {
                parseSettings(config);
            } catch (error) {
                assert.ok(error instanceof SettingsError, String(error));
                message = error.message;
            }
        });
        return { took, message };
    }

    for (const setting of [...documentSettings().map(({ name }) => name), ...inside]) {
        it(`reads or refuses ${setting} at once, in a message that can be read`, function () {
            for (const value of [
                ...hostile,
                ...hostile.map((text) => [text]),
                ...hostile.map((text) => ({ [text]: text })),
            ]) {
                const { took, message } = timed(asConfig(setting, value));
                assert.ok(took < 2000, `${JSON.stringify(value).slice(0, 30)} took ${String(took)} ms`);
                assert.ok(
                    message.length < 2000,
                    `${JSON.stringify(value).slice(0, 30)}: ${message.slice(0, 3000)}`,
                );
                assert.ok(!/[\p{Cc}\p{Cf}]/u.test(message.replaceAll("\n", "")), message.slice(0, 300));
            }
        });
    }
});
