import { strict as assert } from "assert";
import { collectReleases } from "../../../commands/judge/assumed";
import { judge, ownSettings } from "../../../commands/judge/judge";
import { KubernetesObject } from "../../../objects/kubernetesObject";
import type { AssumedReleases } from "../../../releases";
import { picker, simulator } from "../../policy/rules/pickerFixtures";
import type { Manifest } from "../../policy/support/resources";

const digest = `sha256:${"0".repeat(64)}`;

describe("judge --release", () => {
    function messages(manifest: Manifest, assumed: AssumedReleases): string[] {
        const object = KubernetesObject.of(manifest, assumed)!;
        return judge([{ object, locate: () => undefined, served: false }], ownSettings, true)
            .filter(({ rule }) => ["epp-flags", "epp-version-known", "simulator-flags"].includes(rule.name))
            .map(({ message }) => message);
    }

    /** An endpoint picker with a flag that no release has. */
    const newer = (image: string) => {
        const args = ["--pool-name=pool", "--config-file=/config/epp.yaml", "--no-such-flag=a"];
        return picker({ image, args });
    };

    for (const image of [
        `registry.example.com/llm-d/llm-d-inference-scheduler@${digest}`,
        "registry.example.com/llm-d/llm-d-inference-scheduler:main",
        // A version of its maker's, which is no release of llm-d's.
        "registry.example.com/acme/epp-of-ours:v0.4.2",
    ]) {
        it(`tells what ${image} accepts`, () => {
            const [flag = "", ...others] = messages(newer(image), { epp: "0.7.1" });
            assert.match(flag, /--no-such-flag .* is no flag of EPP 0\.7 /);
            assert.deepEqual(others, []);
        });
    }

    it("is nothing to an image that tells its own, known or not", () => {
        const told = messages(newer("llm-d-inference-scheduler:v0.8.0"), { epp: "0.7.1" });
        assert.match(told.join("\n"), /is no flag of EPP 0\.8 /);
        const unknown = messages(newer("llm-d-inference-scheduler:v0.3.0"), { epp: "0.7.1" });
        assert.match(unknown.join("\n"), /is no version of the endpoint picker that this pack knows/);
    });

    it("tells what a simulator accepts", () => {
        const given = (image: string, assumed: AssumedReleases) =>
            messages(simulator(image, ["--no-such-flag=1"]), assumed).join("\n");
        const pinned = `ghcr.io/llm-d/llm-d-inference-sim@${digest}`;
        assert.equal(given(pinned, {}), "");
        assert.match(given(pinned, { simulator: "0.8.2" }), /is no flag of simulator 0\.8\.2, /);
        assert.match(
            given("acme-inference-sim:v3.0.0", { simulator: "0.8.2" }),
            /is no flag of simulator 0\.8\.2, /,
        );
        assert.match(
            given("ghcr.io/llm-d/llm-d-inference-sim:v0.10.2", { simulator: "0.8.2" }),
            /is no flag of simulator 0\.10\.2, /,
        );
    });

    it("takes several, and refuses what it cannot use", () => {
        const both = collectReleases("simulator=0.10.2", collectReleases("epp=v0.7", {}));
        assert.deepEqual(both, { epp: "v0.7", simulator: "0.10.2" });
        for (const bad of ["epp", "epp=", "epp=9.9", "epp=0.7=1", "istio=1.29.2", "toString=1", "=0.7"]) {
            const expected = { message: /^allowed: epp= with a version of 0\.4, .*; simulator= with / };
            assert.throws(() => collectReleases(bad, {}), expected, bad);
        }
    });
});
