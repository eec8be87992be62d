package tus_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/tus"
)

func TestM4IDOfFileIsKept(t *testing.T) {
	for _, c := range []struct {
		name    string
		headers []string
		from    []string
		want    string
	}{
		{"Directus", []string{"Directus-File-Id: 8cbb43fe-4cdf"}, nil, "8cbb43fe-4cdf"},
		{"Cloudflare", []string{"stream-media-id: ea95132c15732412d22c1476fa83f27a"}, nil, "ea95132c15732412d22c1476fa83f27a"},
		{"of the server's list", []string{"X-Id: 7", "Directus-File-Id: 1"}, []string{"X-Other", "x-id"}, "7"},
		{"not in the server's list", []string{"Directus-File-Id: 1"}, []string{"X-Id"}, ""},
		{"none", nil, nil, ""},
		{"with spaces", []string{"Directus-File-Id: a b"}, nil, ""},
		{"with control characters", []string{"Directus-File-Id: a\u202eb"}, nil, ""},
		{"too long", []string{"Directus-File-Id: " + strings.Repeat("x", 257)}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			headers := append([]string{"Location: /1", "Upload-Offset: 1"}, c.headers...)
			server := newFakeServer(t, respond(http.StatusCreated, headers...))
			client := newClient(t, tus.Config{Endpoint: server.URL, IDHeaders: c.from})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 1})
			if err != nil || upload.Result.ID != c.want {
				t.Errorf("creation: ID %q, %v", upload.Result.ID, err)
			}
			status, err := client.Patch(t.Context(), server.URL+"/1", 0, strings.NewReader("x"), 1)
			if err != nil || status.Result.ID != c.want {
				t.Errorf("PATCH: ID %q, %v", status.Result.ID, err)
			}
		})
	}
}

// TestM5AnswerHasNoSignInOfFile checks the sign-in that a service issued for one file.
func TestM5AnswerHasNoSignInOfFile(t *testing.T) {
	server := newFakeServer(t, respondBody(http.StatusOK, "stored for s3cr3t-signature", "Upload-Offset: 1"))
	client := newClient(t, tus.Config{Endpoint: server.URL})
	ctx := tus.WithFileHeader(t.Context(), http.Header{"AuthorizationSignature": {"s3cr3t-signature"}})
	status, err := client.Patch(ctx, server.URL+"/1", 0, strings.NewReader("x"), 1)
	if err != nil || status.Result.Answer != "stored for …" {
		t.Errorf("answer %q, %v", status.Result.Answer, err)
	}
}

func TestM5AnswerIsKept(t *testing.T) {
	const link = "https://cdn.example/f?sig=0123456789abcdef"
	for _, c := range []struct{ name, body, want string }{
		{"link with a signature", link + "\n", link},
		{"JSON", "{\n  \"url\": \"" + link + "\"\n}", `{ "url": "` + link + `" }`},
		{"page", "<html><title>Done</title><body>Thanks <b>a lot</b></body>", "Done: Thanks a lot"},
		{"control characters", "a\x1b[31mb\u202ec\x00", "abc"},
		{"the client's own secret", "by s3cr3t-t0ken", "by …"},
		{"nothing", "", ""},
		{"only spaces", " \n", ""},
		{"much", strings.Repeat("x", 3000), strings.Repeat("x", 2000) + "…"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := newFakeServer(t, respondBody(http.StatusOK, c.body, "Upload-Offset: 1", "Location: /1"))
			client := newClient(t, tus.Config{Endpoint: server.URL, Header: http.Header{"Authorization": {"Bearer s3cr3t-t0ken"}}})
			status, err := client.Patch(t.Context(), server.URL+"/1", 0, strings.NewReader("x"), 1)
			if err != nil || status.Result.Answer != c.want {
				t.Errorf("PATCH: answer %q, %v", status.Result.Answer, err)
			}
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 1, Body: strings.NewReader("x"), BodySize: 1})
			if err != nil || upload.Result.Answer != c.want {
				t.Errorf("creation: answer %q, %v", upload.Result.Answer, err)
			}
		})
	}
}
