package endtoend_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestSendExitsWhenSignInIsRequired wants that a command ends when its server
// lets nobody in, however many files still stand in line, and goes on where the
// sign-in comes.
func TestSendExitsWhenSignInIsRequired(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodOptions && r.Header.Get("Authorization") != "Bearer sesame" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	ferry := &client{t: t, profile: t.TempDir(), endpoint: server.Endpoint}
	folder := createSources(t, newRandom(t, seedFiles), "delivery")
	refused := ferry.send(folder)
	refused.wait(t, runTimeout)
	if refused.exitCode() != 1 {
		t.Errorf("without a sign-in: %v\n%s", refused.exitErr, refused.stderr.String())
	}
	allowed := ferry.send("--header", "Authorization: Bearer sesame", folder)
	allowed.wait(t, runTimeout)
	if allowed.exitErr != nil {
		t.Errorf("with it: %v\n%s", allowed.exitErr, allowed.stderr.String())
	}
	checkServer(t, server, []string{folder})
}
