package tus_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

func TestWhatAServerRepeatsOfASignInIsBlanked(t *testing.T) {
	for _, c := range []struct {
		name, header, value, says, want string
	}{
		{"a long token anywhere", "Authorization", "Bearer abcdefgh1", "no:xabcdefgh1x", "no:x…x"},
		{"a short token", "Authorization", "Bearer k3y", "token k3y is old", "token … is old"},
		{"a short token between signs", "Authorization", "Bearer k3y", `{"token":"k3y"}`, `{"token":"…"}`},
		{"a short token twice", "Authorization", "Bearer k3y", "k3y, k3y", "…, …"},
		{"words that a short token is part of", "Authorization", "Bearer no", "nobody, ano, ünoü and no one", "nobody, ano, ünoü and … one"},
		{"the scheme is no secret", "Authorization", "Bearer k3y", "Bearer wanted", "Bearer wanted"},
		{"the password behind Basic", "Authorization", "Basic bWU6cHc0", "me may not use pw4", "me may not use …"},
		{"a pair as it was sent", "Authorization", "Basic bWU6cHc0", "got bWU6cHc0", "got …"},
		{"a short key in a header of another name", "X-Key", "a1b2", "key a1b2 expired", "key … expired"},
		{"common words in a header of several", "X-Note", "it is true", "true", "true"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newScript(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusForbidden)
				_, _ = w.Write([]byte(c.says))
			})
			client := connect(t, tus.Config{Endpoint: server.URL, Header: http.Header{c.header: {c.value}}})
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			got := fault.Of(err)
			if got == nil {
				t.Fatalf("got %v, want a fault", err)
			}
			if got.Detail != c.want+notTusNote {
				t.Errorf("the server's words became %q, want %q", got.Detail, c.want)
			}
		})
	}
}

// notTusNote is what is added to the words of a server that does not say it speaks tus.
const notTusNote = "; the answer has no Tus-Resumable: a middlebox or another kind of server may be speaking"
