//go:build linux && desktop

package desktop_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// Buttons of the banner.
const (
	signInX   = 903
	retryAllX = 807
)

// awaitAllDone waits until all uploads are done.
func awaitAllDone(t *testing.T, ferry *desktop.Ferry, count int) {
	t.Helper()
	_, err := ferry.AwaitRows(t.Context(), "all uploads to be done", func(rows []desktop.Row) bool {
		done := 0
		for _, row := range rows {
			if row.State == "done" {
				done++
			}
		}
		return done == count
	})
	must(t, err)
}

// TestSignIn signs in by key, first with a wrong password.
func TestSignIn(t *testing.T) {
	server := uploadtest.NewTusd(t)
	gateway := uploadtest.NewGateway(t, server.URL, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if user, password, ok := r.BasicAuth(); !ok || user != "ada" || password != "right" {
				w.Header().Set("WWW-Authenticate", `Basic realm="uploads"`)
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: gateway.URL + "/files/"})
	w.single(studio, "film.mov", 5000, nil)
	ferry, ctx := launchProfile(t, w)
	_, err := ferry.AwaitRows(ctx, "the server to require sign-in", func(rows []desktop.Row) bool { return len(rows) == 1 && rows[0].State == "sign-in" })
	must(t, err)
	waitDrawn(t, ctx)
	must(t, ferry.Click(ctx, ferry.Window, signInX, bannerY))
	waitDrawn(t, ctx)
	must(t, ferry.Type(ctx, "ada"))
	must(t, ferry.Key(ctx, "Tab"))
	must(t, ferry.Type(ctx, "wrong"))
	must(t, ferry.Key(ctx, "Return"))
	waitDrawn(t, ctx)
	picture(t, ferry, "wrong")
	must(t, ferry.Key(ctx, "ctrl+a"))
	must(t, ferry.Type(ctx, "right"))
	must(t, ferry.Key(ctx, "Return"))
	awaitAllDone(t, ferry, 1)
	waitDrawn(t, ctx)
	picture(t, ferry, "signed in")
}

// TestRetryAllFilesWithOneError retries all by mouse, and sends one to another server by key.
func TestRetryAllFilesWithOneError(t *testing.T) {
	server := uploadtest.NewTusd(t)
	w := newProfileBuilder(t, map[uploader.ServerID]string{studio: server.Endpoint, archive: uploadtest.UnusedURL(t)})
	refused := func(t *uploader.Transfer) {
		t.Phase, t.Fault, t.Finished = uploader.PhaseFailed, fault.Newf(fault.Refused, fault.Create, "for a test"), uploader.TimestampOf(w.now)
	}
	for _, name := range []string{"a.mov", "b.mov", "c.mov"} {
		w.single(studio, name, 5000, refused)
	}
	w.single(archive, "other.mov", 5000, refused)
	ferry, ctx := launchProfile(t, w)
	waitDrawn(t, ctx)
	waitDrawn(t, ctx)
	picture(t, ferry, "failed")
	must(t, ferry.Key(ctx, "End", "Menu"))
	waitDrawn(t, ctx)
	must(t, ferry.Key(ctx, "Down", "Down", "Down", "Down", "Return"))
	waitDrawn(t, ctx)
	picture(t, ferry, "servers")
	must(t, ferry.Key(ctx, "Return")) // the first one
	awaitAllDone(t, ferry, 1)
	must(t, ferry.Click(ctx, ferry.Window, retryAllX, bannerY))
	awaitAllDone(t, ferry, 4)
	waitDrawn(t, ctx)
	picture(t, ferry, "retried")
}
