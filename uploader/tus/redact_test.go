package tus_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestRedactErrorBody(t *testing.T) {
	for _, c := range []struct {
		name, header, value, body, want string
	}{
		{"long token inside a word", "Authorization", "Bearer abcdefgh1", "no:xabcdefgh1x", "no:x…x"},
		{"short token", "Authorization", "Bearer k3y", "token k3y is old", "token … is old"},
		{"short token between punctuation", "Authorization", "Bearer k3y", `{"token":"k3y"}`, `{"token":"…"}`},
		{"short token twice", "Authorization", "Bearer k3y", "k3y, k3y", "…, …"},
		{"short token inside words", "Authorization", "Bearer no", "nobody, ano, ünoü and no one", "nobody, ano, ünoü and … one"},
		{"scheme is kept", "Authorization", "Bearer k3y", "Bearer wanted", "Bearer wanted"},
		{"Basic password", "Authorization", "Basic bWU6cHc0", "me may not use pw4", "me may not use …"},
		{"Basic credentials, encoded", "Authorization", "Basic bWU6cHc0", "got bWU6cHc0", "got …"},
		{"short key in a custom header", "X-Key", "a1b2", "key a1b2 expired", "key … expired"},
		{"short word of a longer header value", "X-Note", "it is true", "true", "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(c.body))
			})
			client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{c.header: {c.value}}})
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			got := fault.Of(err)
			if got == nil {
				t.Fatalf("got %v, want a fault", err)
			}
			if got.Detail != c.want+notTusNote {
				t.Errorf("detail %q, want %q", got.Detail, c.want)
			}
		})
	}
}

// notTusNote is appended to the detail for a response without Tus-Resumable.
const notTusNote = "; response has no Tus-Resumable header: it may be from an intermediary or not from a tus server"
