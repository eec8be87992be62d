package connect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"

	"github.com/ferryapp/ferry/app/presets"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/netx"
)

const (
	limitsTimeout = 10 * time.Second
	maxLimitsBody = 1 << 20 // bytes
)

// WithLimits asks a server that need not be saved for its chunk sizes, if its preset is of
// a kind that tells them, and returns it with these. It takes at most limitsTimeout. A server that does not
// tell keeps the sizes that it has. secrets are as in [Connector.Test].
func (c *Connector) WithLimits(ctx context.Context, server uploader.Server, secrets *Secrets) uploader.Server {
	ctx, cancel := context.WithTimeout(ctx, limitsTimeout)
	defer cancel()
	return presets.WithLimits(ctx, server, func(ctx context.Context, url string, header http.Header) ([]byte, error) {
		return c.get(ctx, server, secrets, url, header)
	})
}

// get sends a GET request with the sign-in of a server to a URL of the server's own
// origin. It follows no redirect, and returns the body of a response with status 200.
func (c *Connector) get(ctx context.Context, server uploader.Server, secrets *Secrets, address string, header http.Header) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("invalid URL") // err would contain it
	}
	endpoint, err := url.Parse(server.Endpoint)
	if err != nil || !netx.SameOrigin(request.URL, endpoint) {
		return nil, errors.New("URL of another server")
	}
	added := c.headers.get(server.Endpoint)
	if secrets == nil {
		if secrets, err = c.readSecrets(ctx, server.Access, added); err != nil {
			return nil, err
		}
	}
	if request.Header, err = signInHeader(server.Access, secrets.SignIn); err != nil {
		return nil, err
	}
	maps.Copy(request.Header, added)
	maps.Copy(request.Header, header)
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host // net/http ignores the field
	}
	transport, err := c.newTransport(server, secrets.Proxy)
	if err != nil {
		return nil, err
	}
	defer transport.release()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, maxLimitsBody+1))
	if len(body) > maxLimitsBody {
		return nil, errors.New("response is too large")
	}
	return body, err
}
