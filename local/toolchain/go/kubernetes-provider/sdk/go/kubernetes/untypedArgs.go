// Package kubernetes stands in for the provider's Go SDK, of which only components for YAML and Helm need anything. The
// SDK itself is so large that the provider takes eight times as long to compile with it.
package kubernetes

import "reflect"

// UntypedArgs are the properties of an object of any kind.
type UntypedArgs map[string]interface{}

// ElementType tells Pulumi what the arguments hold.
func (UntypedArgs) ElementType() reflect.Type {
	return reflect.TypeOf(map[string]interface{}(nil))
}
