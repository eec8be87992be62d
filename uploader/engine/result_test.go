package engine_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// returning makes a tusd respond to the creation of an upload with an ID, and to the last
// bytes of a file with a body, as with a hook.
func returning(id, body string, size string) uploadtest.Option {
	return uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost {
				w.Header().Set("Directus-File-Id", id)
			}
			next.ServeHTTP(&answering{ResponseWriter: w, method: r.Method, size: size, body: body}, r)
		})
	})
}

type answering struct {
	http.ResponseWriter
	method, size, body string
}

func (a *answering) WriteHeader(status int) {
	if a.method != http.MethodHead && a.Header().Get("Upload-Offset") == a.size {
		a.Header().Del("Content-Length")
		a.ResponseWriter.WriteHeader(http.StatusOK)
		_, _ = a.ResponseWriter.Write([]byte(a.body))
		return
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap implements what [http.ResponseController] uses.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func TestM4ResultIsKeptWithTheTransfer(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, size string
		bytes      int
	}{{"in one request", "1000", 1000}, {"in several requests", "6291456", 6 << 20}} {
		t.Run(c.name, func(t *testing.T) {
			const answer = `{"url":"https://cdn.example/7"}`
			server := uploadtest.NewTusd(t, returning("id-7", answer, c.size))
			h := newHarness(t, server.Endpoint)
			batch := h.addWithOptions(uploader.BatchOptions{ChunkMax: 2 << 20}, createFile(t, "film.mov", c.bytes))
			h.waitFinal(batch)
			h.restart()
			h.waitLoaded()
			done := h.onlyTransfer()
			if done.Phase != uploader.PhaseDone || done.Result == nil || *done.Result != (uploader.Result{ID: "id-7", Answer: answer}) {
				t.Errorf("transfer is %v with %+v, %v", done.Phase, done.Result, done.Fault)
			}
		})
	}
}
