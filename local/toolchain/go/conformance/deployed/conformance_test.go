// Package deployed holds a deployed stack, in pool mode, against the checks of the conformance suites of the Gateway API and of
// its Inference Extension. Whole tests of theirs name objects that they make themselves and answers of their own back ends;
// what they check with takes the names of any. Where a test can be told other names, it is run itself.
package deployed

import (
	"testing"

	"github.com/stretchr/testify/require"
	inferencev1 "sigs.k8s.io/gateway-api-inference-extension/api/v1"
	"sigs.k8s.io/gateway-api-inference-extension/conformance/resources"
	"sigs.k8s.io/gateway-api-inference-extension/conformance/tests"
	"sigs.k8s.io/gateway-api/conformance"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
)

func TestConformance(t *testing.T) {
	stack := readStack(t)
	resources.PrimaryGatewayNN = stack.gateway()
	resources.PrimaryInferencePoolNN = stack.pool()
	accepted := tests.InferencePoolAccepted
	// The stack is there already.
	accepted.Manifests = nil

	options := conformance.DefaultOptions(t)
	require.NoError(t, inferencev1.Install(options.Client.Scheme()))
	options.GatewayClassName = stack.Gateway.ClassName
	options.RoundTripper = &simulatorRoundTripper{}
	options.SupportedFeatures = suite.FeaturesSet{}
	options.SupportedFeatures.Insert(accepted.Features...)
	run, err := suite.NewConformanceTestSuite(options)
	require.NoError(t, err)
	require.NoError(t, run.Run(t, append([]suite.ConformanceTest{accepted}, checksOf(stack)...)))
}
