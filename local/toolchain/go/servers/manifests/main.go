// Command istio-manifests prints what `istioctl manifest generate` would: Istio's own charts, rendered with the
// settings given as arguments.
package main

import (
	"fmt"
	"os"

	"istio.io/istio/operator/pkg/render"
)

func main() {
	sets, _, err := render.GenerateManifest(nil, os.Args[1:], false, nil, nil)
	if err != nil {
		fmt.Fprintln(os.Stderr, "istio-manifests:", err)
		os.Exit(1)
	}
	for _, set := range sets {
		for _, object := range set.Manifests {
			fmt.Printf("---\n%s\n", object.Content)
		}
	}
}
