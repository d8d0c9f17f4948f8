// Package v4 stands in for the inputs of the provider's Helm component.
package v4

import (
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// RepositoryOpts say where a chart comes from.
type RepositoryOpts struct {
	CaFile   pulumi.AssetOrArchive `pulumi:"caFile"`
	CertFile pulumi.AssetOrArchive `pulumi:"certFile"`
	KeyFile  pulumi.AssetOrArchive `pulumi:"keyFile"`
	Password *string               `pulumi:"password"`
	Repo     *string               `pulumi:"repo"`
	Username *string               `pulumi:"username"`
}

// ElementType tells Pulumi what the input resolves to.
func (RepositoryOpts) ElementType() reflect.Type { return reflect.TypeOf(RepositoryOpts{}) }

// RepositoryOptsInput is anything that resolves to [RepositoryOpts].
type RepositoryOptsInput interface{ pulumi.Input }

// PostRenderer is a command that changes what a chart renders.
type PostRenderer struct {
	Args    []string `pulumi:"args"`
	Command string   `pulumi:"command"`
}

// ElementType tells Pulumi what the input resolves to.
func (PostRenderer) ElementType() reflect.Type { return reflect.TypeOf(PostRenderer{}) }

// PostRendererInput is anything that resolves to [PostRenderer].
type PostRendererInput interface{ pulumi.Input }
