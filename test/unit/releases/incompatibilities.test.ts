import { strict as assert } from "assert";
import type { VersionSet } from "../../../releases";
import { incompatibilities } from "../../../releases";

describe("the table of releases", () => {
    describe("incompatibilities", () => {
        const base: VersionSet = {
            epp: "0.5.0",
            simulator: "0.10.2",
            istio: "1.28.5",
            backend: "Service",
            models: 1,
        };
        const cases: [string, Partial<VersionSet>, ReturnType<typeof incompatibilities>][] = [
            ["nothing about what works", {}, []],
            ["nothing about old Istio while no pool is used", { istio: "1.26.3", models: 3 }, []],
            [
                "nothing about Istio where it is not known",
                { istio: undefined, backend: "InferencePool", models: 9 },
                [],
            ],
            ["nothing about one pool before 1.28.5", { istio: "1.28.2", backend: "InferencePool" }, []],
            [
                "a metric that the EPP cannot be told",
                { epp: "0.7.1", simulator: "0.6.1", backend: "InferencePool" },
                [
                    {
                        reason: "EPP 0.7 reads the KV cache use from vllm:kv_cache_usage_perc and cannot be given another name, but simulator 0.6 reports it as vllm:gpu_cache_usage_perc; every pod would score alike.",
                        nearest: "EPP 0.8 with simulator 0.6",
                    },
                ],
            ],
            [
                "a metric, where no simulator is as near as another EPP",
                { epp: "0.7.1", simulator: "0.5.0", backend: "InferencePool" },
                [
                    {
                        reason: "EPP 0.7 reads the KV cache use from vllm:kv_cache_usage_perc and cannot be given another name, but simulator 0.5 reports it as vllm:gpu_cache_usage_perc; every pod would score alike.",
                        nearest: "EPP 0.8 with simulator 0.5",
                    },
                ],
            ],
            [
                "an EPP that cannot do without a pool, where the route goes to a Service",
                { epp: "0.8.0" },
                [
                    {
                        reason: "EPP 0.8 cannot find pods without an InferencePool (GIE#2858), and a route to a Service has none.",
                        nearest: "EPP 0.9",
                    },
                ],
            ],
            [
                "an Istio without pools",
                { epp: "0.8.0", istio: "1.26.3", backend: "InferencePool" },
                [
                    {
                        reason: "Istio 1.26.3 does not serve InferencePool v1, which the EPP reads; it serves none.",
                        nearest: "EPP 0.8 with Istio 1.28.0",
                    },
                ],
            ],
            [
                "an Istio with older pools, twice where models share the Gateway",
                { epp: "0.8.0", istio: "1.27.0", backend: "InferencePool", models: 2 },
                [
                    {
                        reason: "Istio 1.27.0 does not serve InferencePool v1, which the EPP reads; it serves v1alpha2.",
                        nearest: "EPP 0.8 with Istio 1.28.5",
                    },
                    {
                        reason: "Istio 1.27.0 asks the EPP of one InferencePool only where 2 share a Gateway (istio#58392).",
                        nearest: "EPP 0.8 with Istio 1.28.5",
                    },
                ],
            ],
            [
                "several pools before 1.28.5",
                { epp: "0.8.0", istio: "1.28.4", backend: "InferencePool", models: 200 },
                [
                    {
                        reason: "Istio 1.28.4 asks the EPP of one InferencePool only where 200 share a Gateway (istio#58392).",
                        nearest: "EPP 0.8 with Istio 1.28.5",
                    },
                ],
            ],
            [
                "an unknown, newer EPP",
                { epp: "0.11.0", istio: undefined },
                [
                    {
                        reason: "EPP 0.11.0 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.10 with simulator 0.10",
                    },
                ],
            ],
            [
                "an EPP before all that are known",
                { epp: "0.3.2", simulator: "0.6.1" },
                [
                    {
                        reason: "EPP 0.3.2 is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.4 with simulator 0.6 and Istio 1.28.5",
                    },
                ],
            ],
            [
                "unknown versions of everything",
                { epp: "latest", simulator: "0.12.0", istio: "1.32.1", backend: "InferencePool" },
                [
                    {
                        reason: "EPP latest is not known; known are 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.10 with simulator 0.10 and Istio 1.31.0",
                    },
                    {
                        reason: "simulator 0.12.0 is not known; known are 0.5, 0.6, 0.7, 0.8, 0.9, 0.10.",
                        nearest: "EPP 0.10 with simulator 0.10 and Istio 1.31.0",
                    },
                    {
                        reason: "Istio 1.32.1 is not known; known are 1.26.0, 1.27.0, 1.28.0, 1.28.5, 1.29.0, 1.30.0, 1.31.0.",
                        nearest: "EPP 0.10 with simulator 0.10 and Istio 1.31.0",
                    },
                ],
            ],
        ];
        for (const [what, change, expected] of cases) {
            it(`reports ${what}`, () => {
                assert.deepEqual(incompatibilities({ ...base, ...change }), expected);
            });
        }
    });
});
