// Package kvevents stands in for the reader of model servers' KV cache events. See package kvcache.
package kvevents

import (
	"context"

	"github.com/llm-d/llm-d-kv-cache-manager/pkg/kvcache"
)

// Config would say where events come from.
type Config struct{}

// DefaultConfig returns nothing.
func DefaultConfig() *Config { return nil }

// Pool would read events.
type Pool struct{}

// NewPool returns a pool that reads none.
func NewPool(*Config, kvcache.Index) *Pool { return &Pool{} }

// Start does nothing.
func (*Pool) Start(context.Context) {}
