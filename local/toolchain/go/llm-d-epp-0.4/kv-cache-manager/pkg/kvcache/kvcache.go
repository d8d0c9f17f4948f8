// Package kvcache stands in for llm-d-kv-cache-manager's, which needs native libraries. It has what the
// precise-prefix-cache-scorer of llm-d-inference-scheduler v0.4.0 is compiled against, and makes that plugin, and no
// other, refuse to be created.
package kvcache

import (
	"context"
	"errors"

	preprocessing "github.com/llm-d/llm-d-kv-cache-manager/pkg/preprocessing/chat_completions"
)

var errAbsent = errors.New("this build has no tokenizer, so precise-prefix-cache-scorer cannot be used")

// Config is where the scorer puts a token of a model hub.
type Config struct {
	TokenizersPoolConfig *TokenizersPoolConfig
}

// TokenizersPoolConfig is a part of Config.
type TokenizersPoolConfig struct {
	HFTokenizerConfig *HFTokenizerConfig
}

// HFTokenizerConfig is a part of Config.
type HFTokenizerConfig struct {
	HuggingFaceToken string
}

// Index would say which pod holds which block.
type Index struct{}

// Indexer would score pods.
type Indexer struct{}

// NewDefaultConfig is the first thing that the scorer calls, and always fails.
func NewDefaultConfig() (*Config, error) { return nil, errAbsent }

// NewKVCacheIndexer always fails.
func NewKVCacheIndexer(context.Context, *Config) (*Indexer, error) { return nil, errAbsent }

// Run does nothing.
func (*Indexer) Run(context.Context) {}

// KVBlockIndex returns an empty index.
func (*Indexer) KVBlockIndex() Index { return Index{} }

// GetPodScores always fails.
func (*Indexer) GetPodScores(
	context.Context, *preprocessing.RenderJinjaTemplateRequest, string, string, []string,
) (map[string]float64, error) {
	return nil, errAbsent
}
