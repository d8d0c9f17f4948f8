// Package fieldpath stands in for that of structured-merge-diff v4, which the provider's code asks for: it is v6's, which
// Kubernetes' libraries take from 0.34 on, as does the provider from v4.30 on.
package fieldpath

import "sigs.k8s.io/structured-merge-diff/v6/fieldpath"

type (
	Path = fieldpath.Path
	Set  = fieldpath.Set
)

var MakePath = fieldpath.MakePath
