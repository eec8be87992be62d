package receiver

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// respond returns the response to a request with an Authorization field.
func respond(c *credentials, from, authorization string) *http.Response {
	request := httptest.NewRequest(http.MethodPost, "/", nil)
	request.RemoteAddr = from
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	recorder := httptest.NewRecorder()
	if c.allow(recorder, request) {
		recorder.WriteHeader(http.StatusOK)
	}
	return recorder.Result()
}

func TestCredentials(t *testing.T) {
	const token, basic = "Bearer secret-token", "Basic YW5uOm9hcjpvYXI=" // ann:oar:oar
	for _, test := range []struct {
		name          string
		accepted      []string
		authorization string
		want          int
		challenge     string
	}{
		{"none required", nil, "", http.StatusOK, ""},
		{"none required, some sent", nil, token, http.StatusOK, ""},
		{"token", []string{"secret-token"}, token, http.StatusOK, ""},
		{"scheme in lower case", []string{"secret-token"}, "bearer secret-token", http.StatusOK, ""},
		{"user and password", []string{"ann:oar:oar"}, basic, http.StatusOK, ""},
		{"one of several", []string{"bob:x", "ann:oar:oar", "secret-token"}, token, http.StatusOK, ""},
		{"missing token", []string{"secret-token"}, "", http.StatusUnauthorized, `Bearer realm="Ferry", charset="UTF-8"`},
		{"missing password", []string{"ann:oar:oar"}, "", http.StatusUnauthorized, `Basic realm="Ferry", charset="UTF-8"`},
		{"longer token", []string{"secret-token"}, token + "2", http.StatusUnauthorized, `Bearer realm="Ferry", charset="UTF-8"`},
		{"part of the token", []string{"secret-token"}, "Bearer secret", http.StatusUnauthorized, `Bearer realm="Ferry", charset="UTF-8"`},
		{"password as a token", []string{"ann:oar:oar"}, "Bearer ann:oar:oar", http.StatusUnauthorized, `Basic realm="Ferry", charset="UTF-8"`},
		{"empty", []string{"secret-token"}, "Bearer ", http.StatusUnauthorized, `Bearer realm="Ferry", charset="UTF-8"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := respond(newCredentials(test.accepted), "192.0.2.1:1000", test.authorization)
			if got.StatusCode != test.want || got.Header.Get("Www-Authenticate") != test.challenge {
				t.Errorf("status %d, challenge %q", got.StatusCode, got.Header.Get("Www-Authenticate"))
			}
		})
	}
}

// TestGuessing checks that an address that guesses is refused for a while, also with the
// right token, and that others are not.
func TestGuessing(t *testing.T) {
	const right, wrong = "Bearer secret-token", "Bearer guess"
	now := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC)
	c := newCredentials([]string{"secret-token"})
	c.now = func() time.Time { return now }
	want := func(from, authorization string, status int) {
		t.Helper()
		got := respond(c, from, authorization)
		if got.StatusCode != status {
			t.Errorf("%s, %s: status %d, want %d", from, authorization, got.StatusCode, status)
		}
		if retry := got.Header.Get("Retry-After"); (retry != "") != (status == http.StatusTooManyRequests) {
			t.Errorf("Retry-After %q", retry)
		}
	}
	for range 20 { // a client that has no sign-in yet does not guess
		want("192.0.2.1:1000", "", http.StatusUnauthorized)
	}
	for n := range maxWrong {
		now = now.Add(time.Second)
		want("192.0.2.1:100"+string(rune('0'+n)), wrong, http.StatusUnauthorized)
	}
	want("192.0.2.1:2000", wrong, http.StatusTooManyRequests)
	want("192.0.2.1:2000", right, http.StatusTooManyRequests)
	want("192.0.2.2:1000", right, http.StatusOK)
	now = now.Add(wrongWindow - time.Millisecond)
	want("192.0.2.1:2000", right, http.StatusTooManyRequests)
	now = now.Add(time.Millisecond)
	want("192.0.2.1:2000", right, http.StatusOK)

	// The addresses of one IPv6 network count as one.
	for range maxWrong {
		want("[2001:db8::1]:1000", wrong, http.StatusUnauthorized)
	}
	want("[2001:db8::2]:1000", right, http.StatusTooManyRequests)
	want("[2001:db8:0:1::2]:1000", right, http.StatusOK)
}
