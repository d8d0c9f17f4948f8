/** GIE <= 1.2 reads the old name (`pkg/epp/server/runserver.go`), >= 1.3 the new one (`server/options.go`). */
export const gpuCacheUsage = "vllm:gpu_cache_usage_perc";
export const kvCacheUsage = "vllm:kv_cache_usage_perc";
