package deployed

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	inferencev1 "sigs.k8s.io/gateway-api-inference-extension/api/v1"
	"sigs.k8s.io/gateway-api-inference-extension/conformance/utils/config"
	inference "sigs.k8s.io/gateway-api-inference-extension/conformance/utils/kubernetes"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/gateway-api/apis/v1beta1"
	gatewayhttp "sigs.k8s.io/gateway-api/conformance/utils/http"
	"sigs.k8s.io/gateway-api/conformance/utils/kubernetes"
	"sigs.k8s.io/gateway-api/conformance/utils/suite"
)

// checksOf are the suites' checks of a stack's objects and traffic. Those that break something put it back.
func checksOf(s *stack) []suite.ConformanceTest {
	test := func(name string, run func(*testing.T, *suite.ConformanceTestSuite)) suite.ConformanceTest {
		return suite.ConformanceTest{ShortName: name, Test: run}
	}
	return []suite.ConformanceTest{
		test("GatewayAccepted", s.gatewayAccepted),
		test("HTTPRouteAccepted", s.routeAccepted),
		test("InferencePoolResolvedRefs", s.poolResolved),
		test("ModelServersRunning", s.podsRunning),
		test("TrafficReachesPool", s.trafficReachesPool),
		test("ReferenceGrantDecides", s.grantDecides),
		test("EndpointPickerUnavailable", s.pickerUnavailable),
	}
}

func isTrue(kind string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: metav1.ConditionTrue}
}

func (s *stack) gatewayAccepted(t *testing.T, run *suite.ConformanceTestSuite) {
	kubernetes.GWCMustHaveAcceptedConditionTrue(t, run.Client, run.TimeoutConfig, s.Gateway.ClassName)
	kubernetes.GatewayMustHaveLatestConditions(t, run.Client, run.TimeoutConfig, s.gateway())
	for _, kind := range []gatewayv1.GatewayConditionType{
		gatewayv1.GatewayConditionAccepted, gatewayv1.GatewayConditionProgrammed,
	} {
		kubernetes.GatewayMustHaveCondition(t, run.Client, run.TimeoutConfig, s.gateway(), isTrue(string(kind)))
	}
	kubernetes.GatewayListenersMustHaveConditions(t, run.Client, run.TimeoutConfig, s.gateway(), []metav1.Condition{
		isTrue(string(gatewayv1.ListenerConditionAccepted)),
		isTrue(string(gatewayv1.ListenerConditionResolvedRefs)),
		isTrue(string(gatewayv1.ListenerConditionProgrammed)),
	})
}

func (s *stack) routeAccepted(t *testing.T, run *suite.ConformanceTestSuite) {
	s.address(t, run)
	kubernetes.HTTPRouteMustHaveLatestConditions(t, run.Client, run.TimeoutConfig, s.route())
	inference.HTTPRouteMustBeAcceptedAndResolved(t, run.Client, run.TimeoutConfig, s.route(), s.gateway())
}

func (s *stack) poolResolved(t *testing.T, run *suite.ConformanceTestSuite) {
	inference.InferencePoolMustBeAcceptedByParent(t, run.Client, s.pool(), s.gateway())
	resolved := isTrue(string(inferencev1.InferencePoolConditionResolvedRefs))
	inference.InferencePoolMustHaveCondition(t, run.Client, s.pool(), s.gateway(), resolved)
}

func (s *stack) podsRunning(t *testing.T, run *suite.ConformanceTestSuite) {
	pods, err := inference.GetPodsWithLabel(
		t, run.Client, s.Namespaces.Simulator, s.model.Pods.Decode.Selector, run.TimeoutConfig)
	require.NoError(t, err)
	require.NotEmpty(t, pods)
}

func (s *stack) trafficReachesPool(t *testing.T, run *suite.ConformanceTestSuite) {
	s.mustAnswer(t, run, s.address(t, run))
}

// As HTTPRouteReferenceGrant of the Gateway API's suite has it, and HTTPRouteInvalidReferenceGrant for the condition.
func (s *stack) grantDecides(t *testing.T, run *suite.ConformanceTestSuite) {
	ctx := context.Background()
	address := s.address(t, run)
	s.mustAnswer(t, run, address)
	grant := &v1beta1.ReferenceGrant{}
	require.NoError(t, run.Client.Get(ctx, s.grant(), grant))
	require.NoError(t, run.Client.Delete(ctx, grant.DeepCopy()))
	t.Cleanup(func() {
		grant.SetResourceVersion("")
		grant.SetUID("")
		require.NoError(t, run.Client.Create(ctx, grant))
		inference.HTTPRouteMustBeAcceptedAndResolved(t, run.Client, run.TimeoutConfig, s.route(), s.gateway())
		s.mustAnswer(t, run, address)
	})
	kubernetes.HTTPRouteMustHaveCondition(t, run.Client, run.TimeoutConfig, s.route(), s.gateway(), metav1.Condition{
		Type:   string(gatewayv1.RouteConditionResolvedRefs),
		Status: metav1.ConditionFalse,
		Reason: string(gatewayv1.RouteReasonRefNotPermitted),
	})
	s.mustBeRefused(t, run, address, http.StatusInternalServerError)
}

// As EppUnAvailableFailOpen of GIE's suite has it, with both failure modes; of FailClose the suite has no test.
func (s *stack) pickerUnavailable(t *testing.T, run *suite.ConformanceTestSuite) {
	address := s.address(t, run)
	s.mustAnswer(t, run, address)
	// Cleanups run last first: what was broken is put back before requests must be answered again.
	t.Cleanup(func() { s.mustAnswer(t, run, address) })
	deployedMode := s.failureMode(t, run)
	restore, err := inference.MakeServiceUnavailable(
		t, run.Client, s.eppService(), config.DefaultInferenceExtensionTimeoutConfig().ServiceUpdateTimeout)
	require.NoError(t, err)
	t.Cleanup(restore)
	t.Cleanup(func() { s.setFailureMode(t, run, deployedMode) })
	t.Run("FailClose", func(t *testing.T) {
		s.setFailureMode(t, run, inferencev1.EndpointPickerFailClose)
		s.mustBeRefused(t, run, address, http.StatusInternalServerError, http.StatusServiceUnavailable)
	})
	t.Run("FailOpen", func(t *testing.T) {
		s.setFailureMode(t, run, inferencev1.EndpointPickerFailOpen)
		s.mustAnswer(t, run, address)
	})
}

// address waits until the Gateway and the route are accepted, with all their listeners.
func (s *stack) address(t *testing.T, run *suite.ConformanceTestSuite) string {
	controller := kubernetes.GWCMustHaveAcceptedConditionTrue(t, run.Client, run.TimeoutConfig, s.Gateway.ClassName)
	return kubernetes.GatewayAndHTTPRoutesMustBeAccepted(
		t, run.Client, run.TimeoutConfig, controller, kubernetes.NewGatewayRef(s.gateway()), s.route())
}

func (s *stack) completion(response gatewayhttp.Response) gatewayhttp.ExpectedResponse {
	return gatewayhttp.ExpectedResponse{
		Request: gatewayhttp.Request{
			Method:  http.MethodPost,
			Path:    "/v1/completions",
			Headers: map[string]string{"Content-Type": "application/json"},
			Body:    fmt.Sprintf(`{"model": %q, "prompt": "San Francisco", "max_tokens": 3}`, s.model.Model),
		},
		Response: response,
	}
}

// mustAnswer waits until completions come from decode pods, one after the other.
func (s *stack) mustAnswer(t *testing.T, run *suite.ConformanceTestSuite, address string) {
	expected := s.completion(gatewayhttp.Response{StatusCodes: []int{http.StatusOK}})
	expected.Backend = s.model.Pods.Decode.Deployment
	expected.Namespace = s.Namespaces.Simulator
	gatewayhttp.MakeRequestAndExpectEventuallyConsistentResponse(
		t, run.RoundTripper, run.TimeoutConfig, address, expected)
}

func (s *stack) mustBeRefused(t *testing.T, run *suite.ConformanceTestSuite, address string, status ...int) {
	gatewayhttp.MakeRequestAndExpectEventuallyConsistentResponse(
		t, run.RoundTripper, run.TimeoutConfig, address, s.completion(gatewayhttp.Response{StatusCodes: status}))
}

func (s *stack) readPool(t *testing.T, run *suite.ConformanceTestSuite) *inferencev1.InferencePool {
	pool := &inferencev1.InferencePool{}
	require.NoError(t, run.Client.Get(context.Background(), s.pool(), pool))
	return pool
}

func (s *stack) failureMode(t *testing.T, run *suite.ConformanceTestSuite) inferencev1.EndpointPickerFailureMode {
	return s.readPool(t, run).Spec.EndpointPickerRef.FailureMode
}

func (s *stack) setFailureMode(t *testing.T, run *suite.ConformanceTestSuite, mode inferencev1.EndpointPickerFailureMode) {
	pool := s.readPool(t, run)
	before := pool.DeepCopy()
	pool.Spec.EndpointPickerRef.FailureMode = mode
	require.NoError(t, run.Client.Patch(context.Background(), pool, client.MergeFrom(before)))
}
