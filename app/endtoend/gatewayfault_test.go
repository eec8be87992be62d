package endtoend_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

var tusHeader = map[string]string{"Tus-Resumable": "1.0.0"}

// errorResponses are temporary error responses of gateways and servers. None of them
// may stop a transfer.
var errorResponses = []uploadtest.Interceptor{
	fixed(http.StatusBadGateway, nil, "<html><h1>502 Bad Gateway</h1></html>"),
	fixed(http.StatusServiceUnavailable, nil, ""),
	fixed(http.StatusServiceUnavailable, map[string]string{"Retry-After": "1"}, ""),
	fixed(http.StatusGatewayTimeout, nil, ""),
	fixed(http.StatusTooManyRequests, map[string]string{"Retry-After": "1"}, ""),
	fixed(http.StatusLocked, tusHeader, "ERR_UPLOAD_LOCKED: file currently locked\n"),
	fixed(http.StatusInternalServerError, tusHeader, "ERR_LOCK_TIMEOUT: failed to acquire lock before timeout\n"),
	fixed(http.StatusConflict, tusHeader, "ERR_MISMATCHED_OFFSET: mismatched offset\n"),
	fixed(http.StatusRequestTimeout, nil, ""),
}

// foreignResponses are responses of an intermediary in place of a server that sends
// Tus-Resumable. Once the client knows that the server does, none of them may stop a
// transfer.
var foreignResponses = []uploadtest.Interceptor{
	fixed(http.StatusNotFound, nil, "404 page not found\n"),
	fixed(http.StatusGone, nil, "gone\n"),
	fixed(http.StatusMethodNotAllowed, map[string]string{"Allow": "GET"}, "405 method not allowed\n"),
	fixed(http.StatusOK, map[string]string{"Content-Type": "text/html"}, "<html>Welcome to the hotel</html>"),
	fixed(http.StatusOK, nil, ""),
	fixed(http.StatusNoContent, nil, ""),
	fixed(http.StatusCreated, map[string]string{"Location": "/login/session"}, ""),
	fixed(http.StatusForbidden, nil, "<html>blocked by the firewall</html>"),
}

// echoes are temporary error responses that quote the URL and the header of the request.
var echoes = []uploadtest.Interceptor{
	echo(http.StatusInternalServerError),
	echo(http.StatusServiceUnavailable),
	echo(http.StatusLocked),
	echo(http.StatusConflict),
}

// shortened are servers that store only the first byte of a body.
var shortened = []uploadtest.Interceptor{storeOneByte}

// fixed responds with the same response to every request.
func fixed(status int, header map[string]string, body string) uploadtest.Interceptor {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) { writeResponse(w, status, header, body) }
}

func writeResponse(w http.ResponseWriter, status int, header map[string]string, body string) {
	for name, value := range header {
		w.Header().Set(name, value)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// echo responds with a text of the server that quotes the request. A 409 to a POST is not a
// temporary error: it says that the server has a file of this name.
func echo(temporary int) uploadtest.Interceptor {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		status := temporary
		if status == http.StatusConflict && r.Method == http.MethodPost {
			status = http.StatusLocked
		}
		var text strings.Builder
		fmt.Fprintf(&text, "cannot %s %s (%s)", r.Method, r.URL, r.URL.RawQuery)
		for name, values := range r.Header {
			fmt.Fprintf(&text, ", %s: %s", name, strings.Join(values, ", "))
		}
		writeResponse(w, status, tusHeader, text.String())
	}
}

// storeOneByte forwards only the first byte of the request's body.
func storeOneByte(w http.ResponseWriter, r *http.Request, next http.Handler) {
	if r.ContentLength != 0 {
		r.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(r.Body, 1), r.Body}
		r.ContentLength = min(r.ContentLength, 1)
	}
	next.ServeHTTP(w, r)
}
