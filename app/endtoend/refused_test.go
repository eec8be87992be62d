package endtoend_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// TestASendThatIsRefusedASignInEnds wants that a command ends when its server
// lets nobody in, however many files still stand in line, and goes on where the
// sign-in comes.
func TestASendThatIsRefusedASignInEnds(t *testing.T) {
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
	ferry := &client{t: t, profile: t.TempDir(), to: server.Endpoint}
	folder := sources(t, chance(t, chanceOfDeliveries), "delivery")
	refused := ferry.send(folder)
	refused.within(t, patience)
	if refused.code() != 1 {
		t.Errorf("without a sign-in: %v\n%s", refused.exit, refused.err.String())
	}
	allowed := ferry.send("--header", "Authorization: Bearer sesame", folder)
	allowed.within(t, patience)
	if allowed.exit != nil {
		t.Errorf("with it: %v\n%s", allowed.exit, allowed.err.String())
	}
	compare(t, server, []string{folder})
}
