// Command llm-d-epp is llm-d's endpoint picker: GIE's runner with llm-d's own plugins, as in the cmd/epp of
// llm-d-inference-scheduler. That package cannot be built here by itself, because a replacement of a module, which
// the native libraries behind one plugin call for, is obeyed in the main module only.
package main

import (
	"os"

	"github.com/llm-d/llm-d-inference-scheduler/pkg/metrics"
	"github.com/llm-d/llm-d-inference-scheduler/pkg/plugins"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/gateway-api-inference-extension/cmd/epp/runner"
)

func main() {
	plugins.RegisterAllPlugins()
	epp := runner.NewRunner().WithCustomCollectors(metrics.GetCollectors()...)
	if err := epp.Run(ctrl.SetupSignalHandler()); err != nil {
		os.Exit(1)
	}
}
