// Package v2 stands in for what the provider's components for YAML register their objects with.
package v2

import (
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RegisterResource refuses: the classes of all kinds are in the SDK that is left out.
func RegisterResource(
	_ *pulumi.Context, apiVersion, kind, name string, _ pulumi.Input, _ ...pulumi.ResourceOption,
) (pulumi.CustomResource, error) {
	return nil, fmt.Errorf(
		"%s %q of %s: this build of the Kubernetes provider has no components for YAML, Kustomize and Helm",
		kind, name, apiVersion,
	)
}
