package tus_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// token returns a JSON Web Token that expires at a time.
func token(expires time.Time) string {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	return part(`{"alg":"HS256"}`) + "." + part(fmt.Sprintf(`{"sub":"ada","exp":%d}`, expires.Unix())) + "." + part("signature")
}

func TestS1ConflictOnCreationMeansThatTheNameExists(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"409":                     respondBody(409, "The resource already exists"),
		"409 without version":     respondPlain(409),
		"400 with 409 in JSON":    respondBody(400, `{"statusCode":"409","error":"Duplicate","message":"The resource already exists"}`),
		"400 with a number":       respondBody(400, `{"statusCode":409,"message":"The resource already exists"}`),
		"409 with a code of tusd": respondBody(409, "ERR_EXISTS: name taken"),
	} {
		t.Run(name, func(t *testing.T) {
			if got := wantKind(t, call(t, fault.Create, handler), fault.Exists); got.Code == fault.CodeOverwriteRefused {
				t.Errorf("got %+v", got)
			}
		})
	}
	server := newFakeServer(t, respond(409))
	_, err := newClient(t, tus.Config{Endpoint: server.URL}).Concat(t.Context(), tus.ConcatRequest{Parts: []string{server.URL + "/1"}})
	wantKind(t, err, fault.Exists)
	wantKind(t, call(t, fault.Create, respondBody(409, "ERR_MISMATCHED_OFFSET: mismatched offset")), fault.Transient)
	wantKind(t, call(t, fault.Patch, respond(409)), fault.Conflict)
	wantKind(t, call(t, fault.Terminate, respond(409)), fault.Transient)
}

func TestS2OverwriteAsTheServerOptionsSay(t *testing.T) {
	server := newFakeServer(t, respond(http.StatusCreated, "Location: /files/1"))
	client := newClient(t, tus.Config{Endpoint: server.URL + "/files/?token=1", OverwriteHeader: "x-upsert: true", OverwriteQuery: "override=true"})
	for _, overwrite := range []bool{false, true} {
		if _, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Overwrite: overwrite}); err != nil {
			t.Fatal(err)
		}
		checkOverwrites(t, server.lastRequest(t), overwrite)
		if _, err := client.Concat(t.Context(), tus.ConcatRequest{Parts: []string{server.URL + "/files/1"}, Overwrite: overwrite}); err != nil {
			t.Fatal(err)
		}
		checkOverwrites(t, server.lastRequest(t), overwrite)
	}

	refusing := newFakeServer(t, respond(409))
	client = newClient(t, tus.Config{Endpoint: refusing.URL, OverwriteQuery: "override=true"})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5, Overwrite: true})
	if got := wantKind(t, err, fault.Exists); got.Code != fault.CodeOverwriteRefused {
		t.Errorf("got %+v", got)
	}
}

func checkOverwrites(t *testing.T, r recordedRequest, want bool) {
	t.Helper()
	query := r.URL.Query()
	if (r.Header.Get("X-Upsert") == "true") != want || (query.Get("override") == "true") != want || query.Get("token") != "1" {
		t.Errorf("%s %s with %q, overwrites should be %v", r.Method, r.URL, r.Header.Values("X-Upsert"), want)
	}
}

func TestS2OverwriteChangesNothingElse(t *testing.T) {
	for _, c := range []struct {
		header, query string
		valid         bool
	}{
		{"", "", true},
		{"x-upsert: true", "", true},
		{"X-Upsert:true", "?override=true&x=1", true},
		{"x-upsert", "", false},
		{"Authorization: Bearer x", "", false},
		{"host: other.example", "", false},
		{"Upload-Length: 0", "", false},
		{"tus-resumable: 2", "", false},
		{"x: a\nb: c", "", false},
		{"", "a=b#c", false},
		{"", "a=%zz", false},
		{"", "a b", false},
	} {
		if err := tus.CheckOverwrite(c.header, c.query); (err == nil) != c.valid {
			t.Errorf("%q, %q: %v", c.header, c.query, err)
		}
		if _, err := tus.New(tus.Config{Endpoint: "http://s.example/", OverwriteHeader: c.header, OverwriteQuery: c.query}); (err == nil) != c.valid {
			t.Errorf("%q, %q: New: %v", c.header, c.query, err)
		}
	}
}

// signInCase is a response to a creation, and the fault of it without and with a sign-in.
type signInCase struct {
	name          string
	status        int
	body          string
	headers       []string
	without, with fault.Fault // Kind and Code
}

func TestS5SignIn(t *testing.T) {
	auth := func(code string) fault.Fault { return fault.Fault{Kind: fault.Auth, Code: code} }
	required, rejected, expired := auth(""), auth(fault.CodeSignInRejected), auth(fault.CodeSignInExpired)
	challenge := []string{`WWW-Authenticate: Basic realm="files"`}
	for _, c := range []signInCase{
		{"401", 401, "", nil, required, rejected},
		{"401 of tusd", 401, "ERR_UPLOAD_REJECTED: no", nil, required, rejected},
		{"401 with a challenge", 401, "", challenge, required, rejected},
		{"401 for an expired token (RFC 6750)", 401, "", []string{`WWW-Authenticate: Bearer error="invalid_token", error_description="The access token expired"`}, required, expired},
		{"401 for an expired token (Directus)", 401, `{"errors":[{"message":"Token expired.","extensions":{"code":"TOKEN_EXPIRED"}}]}`, nil, required, expired},
		{"407", 407, "", nil, auth(fault.CodeProxySignIn), auth(fault.CodeProxySignIn)},
	} {
		c.run(t)
	}
}

func TestS6Forbidden(t *testing.T) {
	forbidden := fault.Fault{Kind: fault.Refused, Code: fault.CodeForbidden}
	unclear := fault.Fault{Kind: fault.Auth, Code: fault.CodeForbidden}
	required, rejected := fault.Fault{Kind: fault.Auth}, fault.Fault{Kind: fault.Auth, Code: fault.CodeSignInRejected}
	for _, c := range []signInCase{
		{"no reason", 403, "", nil, unclear, unclear},
		{"text of the status", 403, "403 Forbidden", nil, unclear, unclear},
		{"page of a proxy", 403, "<html><head><title>403 Forbidden</title></head><body>nginx</body></html>", nil, unclear, unclear},
		{"text of the status in JSON", 403, `{"message":"Forbidden"}`, nil, unclear, unclear},
		{"challenge", 403, "", []string{"WWW-Authenticate: Bearer"}, required, rejected},
		{"challenge with a text", 403, "sign in first", []string{"WWW-Authenticate: Bearer"}, required, rejected},
		{"reason of a hook", 403, "quota exceeded", nil, forbidden, forbidden},
		{"rejected by a hook of tusd", 403, "ERR_UPLOAD_REJECTED: upload creation has been rejected by server", nil, forbidden, forbidden},
		{"reason in JSON", 403, `{"errors":[{"message":"You don't have permission to access this.","extensions":{"code":"FORBIDDEN"}}]}`, nil, forbidden, forbidden},
		{"reason with 403 in JSON", 400, `{"statusCode":"403","error":"Unauthorized","message":"new row violates row-level security policy"}`, nil, forbidden, forbidden},
	} {
		c.run(t)
	}
}

func TestS7StatusInTheBody(t *testing.T) {
	required, rejected, expired := fault.Fault{Kind: fault.Auth}, fault.Fault{Kind: fault.Auth, Code: fault.CodeSignInRejected}, fault.Fault{Kind: fault.Auth, Code: fault.CodeSignInExpired}
	refused, transient := fault.Fault{Kind: fault.Refused}, fault.Fault{Kind: fault.Transient}
	for _, c := range []signInCase{
		{"expired token (Supabase)", 400, `{"statusCode":"403","error":"Unauthorized","message":"jwt expired"}`, nil, required, expired},
		{"claim of a token (Supabase)", 400, `{"statusCode":"403","error":"Unauthorized","message":"\"exp\" claim timestamp check failed"}`, nil, required, expired},
		{"invalid token (Supabase)", 400, `{"statusCode":"400","error":"InvalidJWT","message":"jwt malformed"}`, nil, required, rejected},
		{"invalid signature", 400, `{"statusCode":403,"message":"Invalid Compact JWS"}`, nil, required, rejected},
		{"401 as a text", 400, `{"statusCode":"401"}`, nil, required, rejected},
		{"401 as a number", 400, `{"statusCode":401}`, nil, required, rejected},
		{"plain text about a token", 400, "the access token has expired", nil, required, expired},
		{"403 about a token", 403, `{"message":"invalid access token"}`, nil, required, rejected},
		{"401 of a hook of tusd", 500, "ERR_INTERNAL_SERVER_ERROR: unexpected response code from hook endpoint (401): sign in", nil, required, rejected},
		{"error of a hook of tusd", 500, "ERR_INTERNAL_SERVER_ERROR: unexpected response code from hook endpoint (502): bad", nil, transient, transient},
		{"500 with a status in JSON", 500, `{"statusCode":"401"}`, nil, transient, transient},
		{"other 400", 400, `{"statusCode":"400","message":"Invalid metadata"}`, nil, refused, refused},
		{"400 with a status that is no refusal", 400, `{"statusCode":200}`, nil, refused, refused},
		{"400 with an object as status", 400, `{"statusCode":{}}`, nil, refused, refused},
		{"400 about a file named token", 400, "token.txt is not valid", nil, refused, refused},
		{"cut JSON", 400, `{"statusCode":"401`, nil, refused, refused},
	} {
		c.run(t)
	}
}

func (c signInCase) run(t *testing.T) {
	t.Helper()
	server := newFakeServer(t, respondBody(c.status, c.body, c.headers...))
	for name, config := range map[string]struct {
		header http.Header
		want   fault.Fault
	}{
		"without sign-in": {http.Header{"User-Agent": {"test"}}, c.without},
		"with sign-in":    {http.Header{"Authorization": {"Bearer secret-of-ada"}}, c.with},
		"with own header": {http.Header{"X-Api-Key": {"secret-of-ada"}}, c.with},
	} {
		t.Run(c.name+" "+name, func(t *testing.T) {
			_, err := newClient(t, tus.Config{Endpoint: server.URL, Header: config.header}).Create(t.Context(), tus.CreateRequest{Size: 5})
			got := wantKind(t, err, config.want.Kind)
			if strings.HasPrefix(got.Code, "ERR_") {
				got.Code = ""
			}
			if got.Code != config.want.Code || got.Status != c.status {
				t.Errorf("code %q, status %d; want %q, %d", got.Code, got.Status, config.want.Code, c.status)
			}
		})
	}
}

// TestS7ExpiredTokenExplainsAResponseWithoutBody: a response to HEAD has no body that could
// name the reason.
func TestS7ExpiredTokenExplainsAResponseWithoutBody(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		expires time.Time
		want    fault.Kind
		code    string
	}{
		"400, expired":     {400, time.Now().Add(-time.Hour), fault.Auth, fault.CodeSignInExpired},
		"403, expired":     {403, time.Now().Add(-time.Hour), fault.Auth, fault.CodeSignInExpired},
		"401, expired":     {401, time.Now().Add(-time.Hour), fault.Auth, fault.CodeSignInExpired},
		"400, not expired": {400, time.Now().Add(time.Hour), fault.Refused, ""},
		"401, not expired": {401, time.Now().Add(time.Hour), fault.Auth, fault.CodeSignInRejected},
		"404, expired":     {404, time.Now().Add(-time.Hour), fault.Gone, ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, respond(c.status))
			client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{"Authorization": {"Bearer " + token(c.expires)}}})
			_, err := client.Head(t.Context(), server.URL+"/1")
			if got := wantKind(t, err, c.want); got.Code != c.code {
				t.Errorf("code %q, want %q", got.Code, c.code)
			}
		})
	}
}

// TestS7StatusInTheBodyIsNotForeign has a server respond about the sign-in without
// Tus-Resumable, which it sent before.
func TestS7StatusInTheBodyIsNotForeign(t *testing.T) {
	body := `{"statusCode":"403","error":"Unauthorized","message":"jwt expired"}`
	server := newFakeServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(400)
		_, _ = w.Write([]byte(body))
	})
	client := newClient(t, tus.Config{Endpoint: server.URL, SendsVersion: true, Header: http.Header{"Authorization": {"Bearer x"}}})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	wantKind(t, err, fault.Auth)
	body = "no such page"
	_, err = client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if got := wantKind(t, err, fault.Transient); got.Code != fault.CodeForeignResponse {
		t.Errorf("got %+v", got)
	}
}

// TestS5SignInOfAnotherHostIsNotRejected: credentials are sent to the server's own host only.
func TestS5SignInOfAnotherHostIsNotRejected(t *testing.T) {
	other := newFakeServer(t, respond(401))
	first := newFakeServer(t, redirectTo(http.StatusTemporaryRedirect, other.URL))
	client := newClient(t, tus.Config{Endpoint: first.URL, AllowedHosts: hostOf(t, other.URL), Header: http.Header{"Authorization": {"Bearer x"}}})
	_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
	if got := wantKind(t, err, fault.Auth); got.Code != "" {
		t.Errorf("code %q", got.Code)
	}
}

func TestS8RedirectOfACreationNamesTheNewAddress(t *testing.T) {
	for name, c := range map[string]struct {
		status         int
		location, want string // "": the address is not offered
	}{
		"other host":             {301, "https://new.example/files/", "https://new.example/files/"},
		"other path":             {302, "/v2/files/", "SERVER/v2/files/"},
		"303":                    {303, "http://new.example:8080/up", "http://new.example:8080/up"},
		"with a query":           {301, "https://new.example/files/?signature=abcdef", ""},
		"with an ID":             {301, "https://new.example/24e533e02ec3bc40c387f1a0e460e216/", ""},
		"to a file":              {301, "file:///etc/passwd", ""},
		"nowhere":                {301, "", ""},
		"not modified":           {304, "https://new.example/files/", ""},
		"longer than reasonable": {301, "https://new.example/" + strings.Repeat("a", 600), ""},
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, respond(c.status, "Location: "+c.location))
			_, err := newClient(t, tus.Config{Endpoint: server.URL + "/files/"}).Create(t.Context(), tus.CreateRequest{Size: 5})
			got, want := wantKind(t, err, fault.Refused), strings.Replace(c.want, "SERVER", server.URL, 1)
			if (got.Code == fault.CodeRedirected) != (want != "") || want != "" && got.Detail != want || got.Status != c.status {
				t.Errorf("got %+v, want the address %q", got, want)
			}
		})
	}
	// Where an upload was moved to is not where uploads are created.
	got := wantKind(t, call(t, fault.Patch, respond(301, "Location: https://new.example/files/1")), fault.Refused)
	if got.Code == fault.CodeRedirected {
		t.Errorf("got %+v", got)
	}
}

func TestS8UnsafeAddressIsNotOffered(t *testing.T) {
	for name, location := range map[string]string{
		"not encrypted": "http://new.example/files/", "local": "https://192.168.0.1/files/", "local name": "https://router.local/files/", "this computer": "https://localhost/files/",
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: "https://uploads.example/files/", HTTP: handlerTransport{respond(301, "Location: "+location)}})
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 5})
			if got := wantKind(t, err, fault.Refused); got.Code == fault.CodeRedirected {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func FuzzSignIn(f *testing.F) {
	for _, body := range []string{"", `{"statusCode":"403"}`, `{"statusCode":401,"message":"jwt expired"}`, "from hook endpoint (401)", `{"statusCode":1e400}`, "[]", "\xff"} {
		f.Add(400, body, "Basic", "Bearer a.eyJleHAiOjF9.c")
		f.Add(403, body, "", "Bearer a.b.c")
		f.Add(500, body, "", "")
	}
	f.Fuzz(func(t *testing.T, status int, body, challenge, authorization string) {
		if status < 400 || status > 599 {
			return
		}
		client, err := tus.New(tus.Config{
			Endpoint: "http://s.example/", Header: http.Header{"Authorization": {authorization}},
			HTTP: handlerTransport{http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Tus-Resumable", "1.0.0")
				w.Header().Set("WWW-Authenticate", challenge)
				w.WriteHeader(status)
				_, _ = w.Write([]byte(body))
			})},
		})
		if err != nil {
			return // not a header value
		}
		_, err = client.Create(t.Context(), tus.CreateRequest{Size: 5})
		got := fault.Of(err)
		if got == nil || got.Kind == fault.Bug || got.Status != status {
			t.Fatalf("got %v", err)
		}
		if status == 401 && got.Kind != fault.Auth {
			t.Errorf("401 is %v", got.Kind)
		}
	})
}
