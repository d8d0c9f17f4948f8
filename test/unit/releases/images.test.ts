import { strict as assert } from "assert";
import type { Image } from "../../../releases";
import {
    atRegistry,
    defaultEppImage,
    defaultVersions,
    findEpp,
    findIstio,
    findSimulator,
    incompatibilities,
    minorOf,
    parseImage,
    replacementOf,
    simulatorReleases,
} from "../../../releases";

describe("the table of releases", () => {
    describe("images", () => {
        const scheduler = "ghcr.io/llm-d/llm-d-inference-scheduler";
        const digest = `sha256:${"0".repeat(64)}`;
        const cases: [string, Partial<Image>][] = [
            [`${scheduler}:v0.8.0`, { name: "llm-d-inference-scheduler", version: "0.8.0", minor: "0.8" }],
            [`${scheduler}:0.7`, { version: "0.7", minor: "0.7" }],
            [
                "ghcr.io/llm-d/llm-d-router-endpoint-picker:v0.9.0-rc.2",
                { version: "0.9.0-rc.2", minor: "0.9" },
            ],
            [
                `mirror:5000/a/b/llm-d-inference-sim:v0.10.2@${digest}`,
                { name: "llm-d-inference-sim", tag: "v0.10.2", digest, version: "0.10.2", minor: "0.10" },
            ],
            [`${scheduler}:latest`, { tag: "latest", version: undefined, minor: undefined }],
            [`${scheduler}@${digest}`, { tag: undefined, digest, version: undefined }],
            [scheduler, { name: "llm-d-inference-scheduler", tag: undefined, version: undefined }],
            ["mirror:5000/picker:v1.2.3", { name: "picker", version: "1.2.3", minor: "1.2" }],
            ["", { name: "", tag: undefined, version: undefined }],
            ["not an image", { name: "", tag: undefined, version: undefined }],
        ];
        for (const [reference, expected] of cases) {
            it(`reads ${reference === "" ? "no reference" : reference}`, () => {
                const image = parseImage(reference);
                assert.deepEqual({ ...image, ...expected }, image);
            });
        }
    });

    describe("registries", () => {
        const cases: [string, string][] = [
            ["ghcr.io/llm-d/a:v1", "mirror.example.com:5000/ghcr/llm-d/a:v1"],
            ["localhost/a:v1", "mirror.example.com:5000/ghcr/a:v1"],
            ["registry:5000/a:v1", "mirror.example.com:5000/ghcr/a:v1"],
            ["llm-d/a:v1", "mirror.example.com:5000/ghcr/llm-d/a:v1"],
            [
                `ghcr.io/llm-d/a@sha256:${"0".repeat(64)}`,
                `mirror.example.com:5000/ghcr/llm-d/a@sha256:${"0".repeat(64)}`,
            ],
            ["mirror.example.com:5000/ghcr/llm-d/a:v1", "mirror.example.com:5000/ghcr/llm-d/a:v1"],
        ];
        for (const [reference, expected] of cases) {
            it(`of ${reference} is replaced by a prefix`, () => {
                assert.equal(atRegistry(reference, "mirror.example.com:5000/ghcr"), expected);
                assert.equal(atRegistry(reference, undefined), reference);
            });
        }

        it("that is closed is told from a mirror of it", () => {
            const replacement = (reference: string) => replacementOf(parseImage(reference));
            assert.equal(replacement("ghcr.io/llm-d/llm-d-inference-scheduler:v0.7.1"), defaultEppImage);
            assert.equal(replacement("quay.io/llm-d/llm-d-inference-scheduler:v0.7.1"), undefined);
            assert.equal(replacement(defaultEppImage), undefined);
        });
    });

    describe("releases", () => {
        it("resolves a patch version or a pre-release to its minor version", () => {
            assert.equal(minorOf("v0.10.2"), "0.10");
            assert.equal(findEpp("0.7.3")?.minor, "0.7");
            assert.equal(findEpp("0.9.0-rc.2")?.minor, "0.9");
            assert.equal(findSimulator("0.10.2")?.minor, "0.10");
        });

        it("knows no minor version that is not listed", () => {
            assert.equal(findEpp("0.11.0"), undefined);
            assert.equal(findSimulator("0.1"), undefined);
            assert.equal(findIstio("1.32.0"), undefined);
            assert.equal(findEpp("latest"), undefined);
        });

        it("takes the last entry of a simulator's minor version that is not newer", () => {
            const flagOf = (version: string) => findSimulator(version)?.dummyTokenizerFlag;
            assert.deepEqual(["0.8.2", "0.9.0", "0.9", "0.9.1"].map(flagOf), Array(4).fill(undefined));
            assert.deepEqual(["0.9.2", "0.10.0"].map(flagOf), Array(2).fill("force-dummy-tokenizer"));
            for (const release of simulatorReleases) {
                const { dummyTokenizerFlag, flags } = release;
                assert.equal(flags.includes("force-dummy-tokenizer"), dummyTokenizerFlag !== undefined);
            }
        });

        it("takes the last entry of Istio's minor version that is not newer", () => {
            assert.equal(findIstio("1.28.4")?.since, "1.28.0");
            assert.equal(findIstio("1.28.10")?.since, "1.28.5");
            assert.equal(findIstio("1.28")?.since, "1.28.0");
        });

        it("is coherent by default, for several models behind pools too", () => {
            assert.deepEqual(
                incompatibilities({ ...defaultVersions, backend: "InferencePool", models: 200 }),
                [],
            );
        });
    });
});
