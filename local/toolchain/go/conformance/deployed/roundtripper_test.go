package deployed

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"sigs.k8s.io/gateway-api/conformance/utils/roundtripper"
)

// requestTimeout is longer than a completion of the simulator takes.
const requestTimeout = 10 * time.Second

// simulatorRoundTripper stands where the suites have one that reads what their own back ends echo. A simulator says in headers
// which pod answers, of which namespace; it does not echo, so that the rest is as it was sent.
type simulatorRoundTripper struct{}

func (*simulatorRoundTripper) CaptureRoundTrip(
	sent roundtripper.Request,
) (*roundtripper.CapturedRequest, *roundtripper.CapturedResponse, error) {
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, sent.Method, sent.URL.String(), strings.NewReader(sent.Body))
	if err != nil {
		return nil, nil, err
	}
	request.Host = sent.Host
	for name, values := range sent.Headers {
		request.Header[http.CanonicalHeaderKey(name)] = values
	}
	// A connection of its own for each request, as the suites have it.
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return nil, nil, err
	}
	captured := &roundtripper.CapturedRequest{
		Path:      sent.URL.Path,
		Host:      sent.Host,
		Method:    sent.Method,
		Protocol:  answer.Proto,
		Headers:   sent.Headers,
		Namespace: answer.Header.Get("x-inference-namespace"),
		Pod:       answer.Header.Get("x-inference-pod"),
	}
	response := &roundtripper.CapturedResponse{
		StatusCode:    answer.StatusCode,
		ContentLength: answer.ContentLength,
		Protocol:      answer.Proto,
		Headers:       answer.Header,
	}
	return captured, response, nil
}
