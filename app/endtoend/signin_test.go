package endtoend_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestSendExitsWhenSignInIsRequired tests that send exits when the server requires a
// sign-in, although files are queued, and that a later send with it resumes.
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
	folder := createSources(t, newRandom(t, seedFiles), "folder")
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
