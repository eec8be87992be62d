package tus_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
)

// TestC14ResponsesThatDoNotTellCapabilities contains what servers without a route for
// OPTIONS, and what is in front of them, respond to it.
func TestC14ResponsesThatDoNotTellCapabilities(t *testing.T) {
	preflight := "Access-Control-Allow-Headers: content-type, tus-resumable, upload-offset"
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		want    tus.OptionsResponse
	}{
		{"400", respondPlain(400), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 400}},
		{"403", respondPlain(403), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 403}},
		{"405", respondPlain(405, "Allow: POST"), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 405}},
		{"405 of a tus server", respond(405), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 405}},
		{"406", respondPlain(406), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 406}},
		{"412 without a version", respondPlain(412), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 412}},
		{"500", respondPlain(500), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 500}},
		{"501", respondPlain(501), tus.OptionsResponse{Kind: tus.OptionsRejected, Status: 501}},
		{"404", respondPlain(404), tus.OptionsResponse{Kind: tus.OptionsNotFound, Status: 404}},
		{"404 of a tus server", respond(404), tus.OptionsResponse{Kind: tus.OptionsNotFound, Status: 404}},
		{"404 with a page", respondPlain(404, "Content-Type: text/html"), tus.OptionsResponse{Kind: tus.OptionsNotFound, Status: 404}},
		{"410", respondPlain(410), tus.OptionsResponse{Kind: tus.OptionsNotFound, Status: 410}},
		{"302 to another host", respondPlain(302, "Location: https://login.example/?back=secret"), tus.OptionsResponse{Kind: tus.OptionsRedirect, Status: 302, Host: "login.example"}},
		{"301 to http", respondPlain(301, "Location: http://server.example/files/"), tus.OptionsResponse{Kind: tus.OptionsRedirect, Status: 301, Host: "server.example"}},
		{"303 without a target", respondPlain(303), tus.OptionsResponse{Kind: tus.OptionsRedirect, Status: 303, Host: "server.example"}},
		{"302 in a circle", respondPlain(302, "Location: /files/"), tus.OptionsResponse{Kind: tus.OptionsRedirect, Status: 302, Host: "server.example"}},
		{"200 with Allow, as Directus", respondPlain(200, "Allow: POST"), tus.OptionsResponse{Kind: tus.OptionsEmpty, Status: 200}},
		{"204", respondPlain(204), tus.OptionsResponse{Kind: tus.OptionsEmpty, Status: 204}},
		{"204 of a preflight request", respondPlain(204, preflight), tus.OptionsResponse{Kind: tus.OptionsPreflight, Status: 204}},
		{"204 of any preflight request", respondPlain(204, "Access-Control-Allow-Origin: *"), tus.OptionsResponse{Kind: tus.OptionsPreflight, Status: 204}},
		{"200 with a page", respondPlain(200, "Content-Type: text/html; charset=utf-8"), tus.OptionsResponse{Kind: tus.OptionsPage, Status: 200}},
		{"200 with an invalid media type", respondPlain(200, "Content-Type: ;"), tus.OptionsResponse{Kind: tus.OptionsEmpty, Status: 200}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, config := range map[string]tus.Config{"unknown server": {}, "server that sends its version": {SendsVersion: true}, "server that omits it": {OmitsVersion: true}} {
				config.Endpoint, config.HTTP = "https://server.example/files/", handlerTransport{test.handler}
				got, err := newClient(t, config).Probe(t.Context())
				if diff := cmp.Diff(tus.Capabilities{Response: test.want}, got); diff != "" || err != nil {
					t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
				}
			}
		})
	}
}

// TestC14FaultsOfOptions contains the responses to OPTIONS that concern every request to
// the server.
func TestC14FaultsOfOptions(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		kind    fault.Kind
		code    string
	}{
		{"401", respondPlain(401), fault.Auth, ""},
		{"407", respondPlain(407), fault.Auth, fault.CodeProxySignIn},
		{"408", respondPlain(408), fault.Transient, ""},
		{"423", respondPlain(423), fault.Busy, ""},
		{"425", respondPlain(425), fault.Transient, ""},
		{"429", respondPlain(429), fault.Busy, ""},
		{"502", respondPlain(502), fault.Transient, ""},
		{"503", respondPlain(503), fault.Busy, ""},
		{"504", respondPlain(504), fault.Transient, ""},
		{"511", respondPlain(511), fault.Transient, ""},
		{"412 of a tus server", respond(412), fault.Refused, ""},
		{"412 with other versions", respondPlain(412, "Tus-Version: 2.0.0"), fault.Refused, fault.CodeVersion},
		{"200 with other versions", respondPlain(200, "Tus-Version: 2.0.0"), fault.Refused, fault.CodeVersion},
		{"307 to another host", respondPlain(307, "Location: https://other.example/files/"), fault.Refused, fault.CodeHostNotAllowed},
		{"302 of a tus server to another host", respond(302, "Location: https://other.example/files/"), fault.Refused, fault.CodeHostNotAllowed},
	} {
		t.Run(test.name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: "https://server.example/files/", HTTP: handlerTransport{test.handler}})
			_, err := client.Probe(t.Context())
			if f := wantKind(t, err, test.kind); f.Code != test.code {
				t.Errorf("code %q, want %q", f.Code, test.code)
			}
		})
	}
}
