/** llm-d-inference-sim 0.10.2 `pkg/common/config.go`: `--block-size` where nothing sets it, as in vLLM. */
export const defaultBlockTokens = 16;

/** The metric of KV cache usage that a simulator emits: renamed in 0.7, as vLLM did. */
export function kvCacheMetricOfSimulator(minor: string): string {
    const [major = 0, second = 0] = minor.split(".").map(Number);
    return major === 0 && second < 7 ? "vllm:gpu_cache_usage_perc" : "vllm:kv_cache_usage_perc";
}
