package tus_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// messageOf returns the server's message of the fault for a response with this body.
func messageOf(t *testing.T, body string, headers ...string) string {
	t.Helper()
	f := fault.Of(call(t, fault.Create, respondBody(http.StatusForbidden, body, headers...)))
	if f == nil {
		t.Fatal("no fault")
	}
	return f.ServerMessage
}

func TestM1EveryFaultOfAResponseHasTheServersMessage(t *testing.T) {
	for _, op := range []fault.Op{fault.Create, fault.Patch, fault.Terminate} {
		for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusConflict, http.StatusFound, http.StatusInternalServerError} {
			f := fault.Of(call(t, op, respondBody(status, "ERR_QUOTA: quota exceeded\n")))
			if f == nil || f.ServerMessage != "quota exceeded" {
				t.Errorf("%s, %d: got %+v", op, status, f)
			}
		}
	}
	f := fault.Of(call(t, fault.Head, respondBody(http.StatusBadRequest, "no body in HEAD")))
	if f == nil || f.ServerMessage != "" {
		t.Errorf("HEAD: got %+v", f)
	}
	portal := call(t, fault.Create, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("<title>Welcome to the network</title>"))
	})
	if f := fault.Of(portal); f == nil || f.Kind != fault.NotTus || f.ServerMessage != "Welcome to the network" {
		t.Errorf("success of another program: got %+v", f)
	}
}

func TestM1MessageIsBounded(t *testing.T) {
	for name, body := range map[string]string{
		"ASCII":     strings.Repeat("x", 301),
		"umlauts":   strings.Repeat("ü", 400),
		"very long": strings.Repeat("word ", 1<<20),
	} {
		got := []rune(messageOf(t, body))
		if len(got) != 301 || got[300] != '…' {
			t.Errorf("%s: %d characters: %.20s", name, len(got), string(got))
		}
	}
	if got := messageOf(t, strings.Repeat("x", 300)); got != strings.Repeat("x", 300) {
		t.Errorf("300 characters became %d", len(got))
	}
}

func TestM2MessageIsPlainText(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"lines", "no more\tcats,\r\nplease\n", "no more cats, please"},
		{"terminal codes", "a\x1b[31mred\x1b[0m\x00", "ared"},
		{"terminal codes of 8 bits", "a\u009b31mred\u009b0m \u009d0;title\u009cb", "ared b"},
		{"terminal strings", "a\x1b]0;title\x07b \x1b]8;;http://h/\x1b\\link\x1b]8;;\x1b\\ \x1bPq#0\x1b\\c", "ab link c"},
		{"terminal string without an end", "a\x1b]0;no more cats", "a0;no more cats"},
		{"other terminal codes", "a\x1b(Bb\x1bcc\x1b7d\x1b=e", "abcde"},
		{"incomplete terminal code", "a\x1b[31", "a[31"},
		{"direction of text", "file\u202egpj.exe\u2066 \u200fx\ufeff", "filegpj.exe x"},
		{"line separators", "a\u2028b\u0085c", "a b c"},
		{"not UTF-8", "caf\xe9 closed", "caf closed"},
		{"part of a page", "<p>Quota <b>exc</b>eeded</p><p>10 &lt; 20</p>", "Quota exceeded 10 < 20"},
		{"markup within text", "No: <b>quota</b> exceeded<br>sorry", "No: quota exceeded sorry"},
		{"angle brackets that are no markup", "a <name> is needed, 1 < 2 > 0", "a <name> is needed, 1 < 2 > 0"},
		{"script and style", "<style>p{}</style><script>steal('x')</script><p>Forbidden</p><!-- hidden -->", "Forbidden"},
		{"page", "<html><head><title>403</title></head><body><h1>No access</h1><hr>nginx</body></html>", "403: No access nginx"},
		{"page that repeats its title", "<title>413 Too Large</title><body><h1>413 Too Large</h1><hr>nginx", "413 Too Large nginx"},
		{"only a title", "<title>Log in\n here</title>", "Log in here"},
		{"markup in JSON", `{"message":"<b>No<\/b> \u001b[1mquota"}`, "No quota"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := messageOf(t, c.body); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestM2GzipIsDecodedUnasked(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte("quota exceeded"))
	_ = w.Close()
	for name, headers := range map[string][]string{"named": {"Content-Encoding: gzip"}, "not named": nil} {
		if got := messageOf(t, packed.String(), headers...); got != "quota exceeded" {
			t.Errorf("%s: got %q", name, got)
		}
	}
}

func TestM2MessageHasNoSecrets(t *testing.T) {
	const token = "s3cr3t-t0ken-value"
	for name, body := range map[string]string{
		"as sent":                     "token " + token + " is old",
		"with a control character":    "token s3cr3t-\x00t0ken-value is old",
		"with another direction":      "token s3cr3t-\u202et0ken-value is old",
		"escaped in JSON":             `{"message":"token \u0073\u0033cr3t-t0ken-value is old"}`,
		"entities":                    "<p>token s3cr3t&#45;t0ken-value is old</p>",
		"with tags in it":             "<p>token s3cr3t<b>-t0ken</b>-value is old</p>",
		"at the end of the message":   strings.Repeat("x", 290) + " " + token,
		"signed address of a storage": "<Error><Message>no https://bucket.example/k?sig=" + token + "</Message></Error>",
		"name and value":              `{"error":"password=` + token + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			server := newFakeServer(t, respondBody(http.StatusForbidden, body))
			client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{"Authorization": {"Bearer " + token}}})
			_, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			f := fault.Of(err)
			if f == nil || strings.Contains(f.ServerMessage, "s3cr3t") || !strings.Contains(f.ServerMessage, "…") {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestM3MessageOfJSONAndXML(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"Supabase", `{"statusCode":"409","error":"Duplicate","message":"The resource already exists"}`, "The resource already exists"},
		{"Directus", `{"errors":[{"message":"Token expired.","extensions":{"code":"TOKEN_EXPIRED"}}]}`, "Token expired."},
		{"Cloudflare", `{"success":false,"errors":[{"code":10005,"message":"Bad request"}],"messages":[],"result":null}`, "Bad request"},
		{"OAuth", `{"error":"invalid_token","error_description":"The token expired"}`, "The token expired"},
		{"RFC 9457", `{"type":"about:blank","title":"Out of credit","detail":"Your balance is 30"}`, "Out of credit: Your balance is 30"},
		{"ASP.NET", `{"Message":"An error has occurred."}`, "An error has occurred."},
		{"object in error", `{"error":{"code":7,"message":"quota exceeded"}}`, "quota exceeded"},
		{"list of texts", `{"errors":["too big","too old"]}`, "too big"},
		{"OCS", `{"ocs":{"meta":{"status":"failure","statuscode":997,"message":"Unauthorised"},"data":[]}}`, "Unauthorised"},
		{"after tusd's code", `ERR_HOOK: {"message":"no"}`, "no"},
		{"without a message", `{"code":7}`, `{"code":7}`},
		{"not JSON", `{"message":"cut`, `{"message":"cut`},
		{"S3", `<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Access Denied</Message><HostId>x</HostId></Error>`, "Access Denied"},
		{"WebDAV", `<?xml version="1.0"?><d:error xmlns:d="DAV:"><s:exception>Conflict</s:exception><s:message>Parent missing</s:message></d:error>`, "Parent missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := messageOf(t, c.body); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
