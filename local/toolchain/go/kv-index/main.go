// Command kv-index knows what model servers cache by the events that they publish, as the precise-prefix-cache-producer
// of llm-d's endpoint picker 0.9 does, with the same modules: it is asked for tests, because that endpoint picker itself
// is in no Go module proxy.
//
//	kv-index -zmq-endpoint tcp://127.0.0.1:5557 -block-size 16 -hash-seed 42 -listen 127.0.0.1:8080
//
// A POST of {"model": ..., "tokens": [...], "pods": [...]} is answered with how many blocks of the tokens, from the first
// one on, each of the pods has, by pod: what the producer gives the scorer.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"net/http"

	"github.com/llm-d/llm-d-kv-cache/pkg/kvcache"
	"github.com/llm-d/llm-d-kv-cache/pkg/kvcache/kvblock"
	"github.com/llm-d/llm-d-kv-cache/pkg/kvevents"
	"github.com/llm-d/llm-d-kv-cache/pkg/kvevents/engineadapter"
	"k8s.io/apimachinery/pkg/util/sets"
)

type question struct {
	Model  string   `json:"model"`
	Tokens []uint32 `json:"tokens"`
	Pods   []string `json:"pods"`
}

func main() {
	zmqEndpoint := flag.String("zmq-endpoint", "", "where to listen for events")
	blockSize := flag.Int("block-size", 0, "tokens in a block")
	hashSeed := flag.String("hash-seed", "", "where hashes begin")
	listen := flag.String("listen", "", "where to answer questions")
	flag.Parse()

	ctx := context.Background()
	processor, err := kvblock.NewChunkedTokenDatabase(&kvblock.TokenProcessorConfig{
		BlockSizeTokens: *blockSize,
		HashSeed:        *hashSeed,
	})
	exitOn(err)
	index, err := kvblock.NewIndex(ctx, kvblock.DefaultIndexConfig())
	exitOn(err)
	scorer, err := kvcache.NewKVBlockScorer(kvcache.DefaultKVBlockScorerConfig())
	exitOn(err)
	config := kvevents.DefaultConfig()
	adapter, err := engineadapter.NewAdapter(config.EngineType)
	exitOn(err)
	pool := kvevents.NewPool(config, index, processor, adapter)
	pool.Start(ctx)
	subscribers := kvevents.NewSubscriberManager(pool)
	exitOn(subscribers.EnsureSubscriber(ctx, "local-subscriber", *zmqEndpoint, config.TopicFilter, false))

	// A handler of its own: libraries add theirs to the default one.
	questions := http.NewServeMux()
	questions.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		var asked question
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		scores, err := score(r.Context(), asked, processor, index, scorer)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if err := json.NewEncoder(w).Encode(scores); err != nil {
			log.Print(err)
		}
	})
	exitOn(http.ListenAndServe(*listen, questions))
}

func score(ctx context.Context, asked question, processor kvblock.TokenProcessor, index kvblock.Index,
	scorer kvcache.KVBlockScorer,
) (map[string]float64, error) {
	keys, err := processor.TokensToKVBlockKeys(kvblock.EmptyBlockHash, asked.Tokens, asked.Model, nil)
	if err != nil || len(keys) == 0 {
		return map[string]float64{}, err
	}
	pods, err := index.Lookup(ctx, keys, sets.New(asked.Pods...))
	if err != nil {
		return nil, err
	}
	return scorer.Score(ctx, keys, pods)
}

func exitOn(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
