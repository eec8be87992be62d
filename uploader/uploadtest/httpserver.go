package uploadtest

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
)

// newHTTPServer returns a server that is not started, logs no errors, and is closed at
// the end of the test.
func newHTTPServer(t testing.TB, handler http.Handler) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(func() {
		server.CloseClientConnections() // Close waits for open requests
		server.Close()
	})
	return server
}
