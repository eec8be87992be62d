package receiver_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// uploader is the least a tus client can be.
type uploader struct {
	tb     testing.TB
	client *http.Client
}

func newUploader(tb testing.TB) *uploader {
	tb.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	tb.Cleanup(transport.CloseIdleConnections)
	return &uploader{tb: tb, client: &http.Client{Transport: transport}}
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) offset() int64 {
	n, err := strconv.ParseInt(a.header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (u *uploader) try(method, url string, header map[string]string, body io.Reader) (answer, error) {
	request, err := http.NewRequestWithContext(u.tb.Context(), method, url, body)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	for key, value := range header {
		request.Header.Set(key, value)
	}
	response, err := u.client.Do(request)
	if err != nil {
		return answer{}, err
	}
	text, err := io.ReadAll(response.Body)
	_ = response.Body.Close()
	return answer{status: response.StatusCode, header: response.Header, body: string(text)}, err
}

func (u *uploader) do(method, url string, header map[string]string, body io.Reader) answer {
	u.tb.Helper()
	got, err := u.try(method, url, header, body)
	if err != nil {
		u.tb.Fatalf("%s: %v", method, err)
	}
	return got
}

func (u *uploader) want(status int, got answer) answer {
	u.tb.Helper()
	if got.status != status {
		u.tb.Fatalf("status %d, want %d: %s", got.status, status, got.body)
	}
	return got
}

func (u *uploader) create(endpoint string, size int, metadata map[string]string) string {
	u.tb.Helper()
	header := map[string]string{"Upload-Length": strconv.Itoa(size), "Upload-Metadata": encode(metadata)}
	return u.want(http.StatusCreated, u.do(http.MethodPost, endpoint, header, nil)).header.Get("Location")
}

func (u *uploader) patch(url string, offset int64, data string) answer {
	u.tb.Helper()
	return u.do(http.MethodPatch, url, chunk(offset), strings.NewReader(data))
}

func (u *uploader) head(url string) answer {
	u.tb.Helper()
	return u.do(http.MethodHead, url, nil, nil)
}

// send uploads a small file in one request and returns its URL.
func (u *uploader) send(endpoint string, metadata map[string]string, data []byte) (string, error) {
	header := map[string]string{
		"Upload-Length":   strconv.Itoa(len(data)),
		"Upload-Metadata": encode(metadata),
		"Content-Type":    "application/offset+octet-stream",
	}
	got, err := u.try(http.MethodPost, endpoint, header, bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	if got.status != http.StatusCreated || got.offset() != int64(len(data)) {
		return "", fmt.Errorf("status %d, offset %d: %s", got.status, got.offset(), got.body)
	}
	return got.header.Get("Location"), nil
}

func chunk(offset int64) map[string]string {
	return map[string]string{
		"Content-Type":  "application/offset+octet-stream",
		"Upload-Offset": strconv.FormatInt(offset, 10),
	}
}

func encode(metadata map[string]string) string {
	var pairs []string
	for key, value := range metadata {
		pairs = append(pairs, key+" "+base64.StdEncoding.EncodeToString([]byte(value)))
	}
	return strings.Join(pairs, ",")
}
