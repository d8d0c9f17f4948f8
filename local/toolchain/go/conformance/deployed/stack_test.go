package deployed

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"k8s.io/apimachinery/pkg/types"
)

var outputs = flag.String("outputs", "", "file of the stack's outputs, as `pulumi stack output --json` writes them")

// stack is what the output `deployment` says of the stack: names, and what requests must be like.
type stack struct {
	Namespaces struct {
		Scheduler string `json:"scheduler"`
		Simulator string `json:"simulator"`
	} `json:"namespaces"`
	Gateway struct {
		Name      string `json:"name"`
		ClassName string `json:"className"`
	} `json:"gateway"`
	Models map[string]model `json:"models"`

	// The only model.
	model model
}

type model struct {
	Model string `json:"model"`
	Route string `json:"route"`
	Grant string `json:"grant"`
	Pool  string `json:"pool"`
	Pods  struct {
		Decode struct {
			Deployment string            `json:"deployment"`
			Selector   map[string]string `json:"selector"`
		} `json:"decode"`
	} `json:"pods"`
	Epp struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"epp"`
}

// readStack fails the test where the stack is not of one model that has a pool.
func readStack(t *testing.T) *stack {
	text, err := os.ReadFile(*outputs)
	require.NoError(t, err)
	var written struct {
		Deployment stack `json:"deployment"`
	}
	require.NoError(t, json.Unmarshal(text, &written))
	deployed := written.Deployment
	require.Len(t, deployed.Models, 1)
	for _, only := range deployed.Models {
		deployed.model = only
	}
	require.NotEmpty(t, deployed.model.Pool, "the stack has no InferencePool")
	return &deployed
}

func (s *stack) gateway() types.NamespacedName {
	return types.NamespacedName{Namespace: s.Namespaces.Scheduler, Name: s.Gateway.Name}
}

func (s *stack) route() types.NamespacedName {
	return types.NamespacedName{Namespace: s.Namespaces.Scheduler, Name: s.model.Route}
}

func (s *stack) grant() types.NamespacedName {
	return types.NamespacedName{Namespace: s.Namespaces.Simulator, Name: s.model.Grant}
}

func (s *stack) pool() types.NamespacedName {
	return types.NamespacedName{Namespace: s.Namespaces.Simulator, Name: s.model.Pool}
}

func (s *stack) eppService() types.NamespacedName {
	return types.NamespacedName{Namespace: s.model.Epp.Namespace, Name: s.model.Epp.Name}
}
