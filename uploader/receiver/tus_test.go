package receiver_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// client is a minimal tus client.
type client struct {
	tb   testing.TB
	http *http.Client
	ctx  context.Context //nolint:containedctx // of all requests
}

func newClient(tb testing.TB) *client {
	tb.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(transport.CloseIdleConnections)
	return &client{tb: tb, http: &http.Client{Transport: transport}, ctx: tb.Context()}
}

type response struct {
	status int
	header http.Header
	body   string
}

// offset returns the Upload-Offset header, -1 if there is none.
func (r response) offset() int64 {
	n, err := strconv.ParseInt(r.header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// until returns a client whose requests end with ctx.
func (c *client) until(ctx context.Context) *client {
	return &client{tb: c.tb, http: c.http, ctx: ctx}
}

// try sends a request.
func (c *client) try(method, url string, header map[string]string, body io.Reader) (response, error) {
	request, err := http.NewRequestWithContext(c.ctx, method, url, body)
	if err != nil {
		return response{}, err
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	for key, value := range header {
		request.Header.Set(key, value)
	}
	got, err := c.http.Do(request)
	if err != nil {
		return response{}, err
	}
	text, err := io.ReadAll(got.Body)
	_ = got.Body.Close()
	return response{status: got.StatusCode, header: got.Header, body: string(text)}, err
}

// do sends a request and fails the test if there is no response.
func (c *client) do(method, url string, header map[string]string, body io.Reader) response {
	c.tb.Helper()
	got, err := c.try(method, url, header, body)
	if err != nil {
		c.tb.Fatalf("%s: %v", method, err)
	}
	return got
}

// want fails the test if the response has another status.
func (c *client) want(status int, got response) response {
	c.tb.Helper()
	if got.status != status {
		c.tb.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
	return got
}

func (c *client) create(endpoint string, size int, metadata map[string]string) string {
	c.tb.Helper()
	header := map[string]string{"Upload-Length": strconv.Itoa(size), "Upload-Metadata": encode(metadata)}
	return c.want(http.StatusCreated, c.do(http.MethodPost, endpoint, header, nil)).header.Get("Location")
}

func (c *client) patch(url string, offset int64, data string) response {
	c.tb.Helper()
	return c.do(http.MethodPatch, url, chunk(offset), strings.NewReader(data))
}

func (c *client) head(url string) response {
	c.tb.Helper()
	return c.do(http.MethodHead, url, nil, nil)
}

// send uploads a small file in one request and returns its URL.
func (c *client) send(endpoint string, metadata map[string]string, data []byte) (string, error) {
	header := map[string]string{
		"Upload-Length":   strconv.Itoa(len(data)),
		"Upload-Metadata": encode(metadata),
		"Content-Type":    "application/offset+octet-stream",
	}
	got, err := c.try(http.MethodPost, endpoint, header, bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	if got.status != http.StatusCreated || got.offset() != int64(len(data)) {
		return "", fmt.Errorf("status %d, offset %d: %s", got.status, got.offset(), got.body)
	}
	return got.header.Get("Location"), nil
}

// chunk returns the header of a PATCH request.
func chunk(offset int64) map[string]string {
	return map[string]string{
		"Content-Type":  "application/offset+octet-stream",
		"Upload-Offset": strconv.FormatInt(offset, 10),
	}
}

// encode returns an Upload-Metadata header.
func encode(metadata map[string]string) string {
	var pairs []string
	for key, value := range metadata {
		pairs = append(pairs, key+" "+base64.StdEncoding.EncodeToString([]byte(value)))
	}
	return strings.Join(pairs, ",")
}
