package receiver_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/digest"
	"github.com/ferryapp/ferry/uploader/receiver"
)

func digestOf(content string) string {
	h := digest.New()
	_, _ = h.Write([]byte(content))
	return h.Digest().String()
}

// withDigest returns metadata with the name of a file and its digest.
func withDigest(filename, digest string) map[string]string {
	return map[string]string{"filename": filename, "ferryDigest": digest}
}

// stateDigest sends the digest of an upload that has so many bytes.
func (c *client) stateDigest(url string, size int64, digest string) response {
	c.tb.Helper()
	header := chunk(size)
	header["Ferry-Digest"] = digest
	return c.do(http.MethodPatch, url, header, nil)
}

const content = "what was sent"

// TestF6DigestInMetadata states the digest when the upload is created.
func TestF6DigestInMetadata(t *testing.T) {
	for name, c := range map[string]struct {
		metadata map[string]string
		status   int // of the last request
	}{
		"right": {withDigest("a", digestOf(content)), http.StatusNoContent},
		"wrong": {withDigest("a", digestOf("other")), 460},
		"none":  {map[string]string{"filename": "a"}, http.StatusNoContent},
	} {
		for name, restarts := range map[string]bool{name: false, name + ", receiver restarted": true} {
			t.Run(name, func(t *testing.T) {
				dir, client := t.TempDir(), newClient(t)
				r := open(t, receiver.Config{Dir: dir})
				stop := serve(t, r)
				url := client.create(r.Endpoint(), len(content), c.metadata)
				client.want(http.StatusNoContent, client.patch(url, 0, content[:5]))
				if restarts {
					stop()
					client.http.CloseIdleConnections()
					start(t, dir)
				}
				last := client.want(c.status, client.patch(url, 5, content[5:]))
				wantVerified(t, client, dir, url, last)
			})
		}
	}
}

// TestF6DigestOfOneRequest states the digest of a file that is sent with the request that
// creates its upload.
func TestF6DigestOfOneRequest(t *testing.T) {
	dir, client := t.TempDir(), newClient(t)
	r := start(t, dir)
	if _, err := client.send(r.Endpoint(), withDigest("a", digestOf("other")), []byte(content)); err == nil || !strings.Contains(err.Error(), "460") {
		t.Errorf("wrong digest: %v", err)
	}
	if names := privateFiles(t, dir); len(names) > 0 {
		t.Errorf("left of the upload: %v", names)
	}
	if _, err := client.send(r.Endpoint(), withDigest("a", digestOf(content)), []byte(content)); err != nil {
		t.Error(err)
	}
	if _, err := client.send(r.Endpoint(), withDigest("empty", digestOf("")), nil); err != nil {
		t.Error(err)
	}
	wantReceived(t, dir, map[string]string{"a": content, "empty": ""})
}

// TestF6DigestLater states the digest once all bytes were acknowledged.
func TestF6DigestLater(t *testing.T) {
	for name, c := range map[string]struct {
		restarts bool // after the bytes
		joined   bool // of two parts
		deferred bool // the length
		digest   string
		status   int
	}{
		"right":                               {digest: digestOf(content), status: http.StatusNoContent},
		"right, receiver restarted":           {restarts: true, digest: digestOf(content), status: http.StatusNoContent},
		"right, joined":                       {joined: true, digest: digestOf(content), status: http.StatusNoContent},
		"right, joined, receiver restarted":   {joined: true, restarts: true, digest: digestOf(content), status: http.StatusNoContent},
		"right, length deferred":              {deferred: true, digest: digestOf(content), status: http.StatusNoContent},
		"wrong":                               {digest: digestOf("other"), status: 460},
		"wrong, receiver restarted":           {restarts: true, digest: digestOf("other"), status: 460},
		"wrong, joined":                       {joined: true, digest: digestOf("other"), status: 460},
		"not in the format of a digest":       {digest: "later", status: 460},
		"wrong, received with unknown length": {deferred: true, digest: digestOf("other"), status: 460},
	} {
		t.Run(name, func(t *testing.T) {
			dir, client := t.TempDir(), newClient(t)
			r := open(t, receiver.Config{Dir: dir})
			stop := serve(t, r)
			metadata := withDigest("a", "later")
			var url string
			switch {
			case c.joined:
				var parts []string
				for _, part := range []string{content[:5], content[5:]} {
					header := map[string]string{"Upload-Length": lengthOf(part), "Upload-Concat": "partial"}
					at := client.want(http.StatusCreated, client.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
					client.want(http.StatusNoContent, client.patch(at, 0, part))
					parts = append(parts, at)
				}
				header := map[string]string{"Upload-Concat": "final;" + strings.Join(parts, " "), "Upload-Metadata": encode(metadata)}
				url = client.want(http.StatusCreated, client.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
			case c.deferred:
				header := map[string]string{"Upload-Defer-Length": "1", "Upload-Metadata": encode(metadata)}
				url = client.want(http.StatusCreated, client.do(http.MethodPost, r.Endpoint(), header, nil)).header.Get("Location")
				client.want(http.StatusConflict, client.stateDigest(url, 0, c.digest))
				last := chunk(0)
				last["Upload-Length"] = lengthOf(content)
				client.want(http.StatusNoContent, client.do(http.MethodPatch, url, last, strings.NewReader(content)))
			default:
				url = client.create(r.Endpoint(), len(content), metadata)
				client.want(http.StatusNoContent, client.patch(url, 0, content[:5]))
				client.want(http.StatusConflict, client.stateDigest(url, 5, c.digest))
				client.want(http.StatusNoContent, client.patch(url, 5, content[5:]))
			}
			if c.restarts {
				stop()
				client.http.CloseIdleConnections()
				start(t, dir)
			}
			wantReceived(t, dir, map[string]string{})
			if got := client.want(http.StatusOK, client.head(url)); got.offset() != int64(len(content)) {
				t.Errorf("offset %d before the digest", got.offset())
			}
			last := client.want(c.status, client.stateDigest(url, int64(len(content)), c.digest))
			wantVerified(t, client, dir, url, last)
			if c.status == http.StatusNoContent { // its response may have been lost
				client.want(http.StatusNoContent, client.stateDigest(url, int64(len(content)), c.digest))
				wantVerified(t, client, dir, url, last)
			}
		})
	}
}

// TestF2RepeatedCreationHasDigest creates the upload of one transfer twice: another file is
// received only if its content is known to differ.
func TestF2RepeatedCreationHasDigest(t *testing.T) {
	const other = "what was SENT"
	for name, c := range map[string]struct {
		first, second string // the digests in the metadata
		sent          string // with the second
		want          map[string]string
	}{
		"same":                         {digestOf(content), digestOf(content), content, map[string]string{"a": content}},
		"different":                    {digestOf(content), digestOf(other), other, map[string]string{"a": content, "a (2)": other}},
		"stated later the second time": {digestOf(content), "later", content, map[string]string{"a": content}},
		"stated later at first":        {"later", digestOf(content), content, map[string]string{"a": content}},
		"stated by neither":            {"", "", content, map[string]string{"a": content}},
		"not stated at first":          {"", digestOf(content), content, map[string]string{"a": content}},
	} {
		t.Run(name, func(t *testing.T) {
			dir, client := t.TempDir(), newClient(t)
			r := start(t, dir)
			metadata := named("a", "1")
			metadata["ferryDigest"] = c.first
			first, err := client.send(r.Endpoint(), metadata, []byte(content))
			if err != nil {
				t.Fatal(err)
			}
			if c.first == "later" {
				client.want(http.StatusNoContent, client.stateDigest(first, int64(len(content)), digestOf(content)))
			}
			metadata["ferryDigest"] = c.second
			second, err := client.send(r.Endpoint(), metadata, []byte(c.sent))
			if err != nil || (second == first) != (c.sent == content) {
				t.Errorf("created %s, then %s, %v", first, second, err)
			}
			wantReceived(t, dir, c.want)
		})
	}
}

// wantVerified checks that the file has its name if the last request was successful, and
// that nothing is left of its upload otherwise.
func wantVerified(t *testing.T, c *client, dir, url string, last response) {
	t.Helper()
	if last.status == 460 {
		if code := last.header.Get("Ferry-Error-Code"); code != "ERR_DIGEST" {
			t.Errorf("error code %q", code)
		}
		c.want(http.StatusNotFound, c.head(url))
		wantReceived(t, dir, map[string]string{})
		return
	}
	wantReceived(t, dir, map[string]string{"a": content})
}

func lengthOf(content string) string { return strconv.Itoa(len(content)) }
