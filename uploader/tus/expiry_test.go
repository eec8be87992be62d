package tus_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestE1ServersSendExpires(t *testing.T) {
	for name, endpoint := range map[string]string{
		"@tus/server": uploadtest.NewTusNode(t, uploadtest.Expiry(time.Hour)).Endpoint,
		"reference":   uploadtest.NewReference(t, uploadtest.Expiry(time.Hour)).Endpoint,
	} {
		t.Run(name, func(t *testing.T) {
			client := newClient(t, tus.Config{Endpoint: endpoint})
			upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
			if err != nil {
				t.Fatal(err)
			}
			patch, err := client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5)
			if err != nil {
				t.Fatal(err)
			}
			for method, expires := range map[string]time.Time{"POST": upload.Expires, "PATCH": patch.Expires} {
				if left := time.Until(expires); left <= 0 || left > time.Hour {
					t.Errorf("%s: expires %s, want within an hour", method, expires)
				}
			}
		})
	}
}

func TestE3ExpiredUploadIsGone(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.Expiry(time.Hour))
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	server.Advance(time.Hour + time.Second)
	_, err = client.Head(t.Context(), upload.URL)
	wantKind(t, err, fault.Gone)
	_, err = client.Patch(t.Context(), upload.URL, 0, strings.NewReader("hello"), 5)
	wantKind(t, err, fault.Gone)
	wantKind(t, client.Terminate(t.Context(), upload.URL), fault.Gone)
}

func TestE3TusNodeExpiresFinishedUploads(t *testing.T) {
	server := uploadtest.NewTusNode(t, uploadtest.Expiry(time.Millisecond))
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for !fault.Is(err, fault.Gone) { // a millisecond later at the latest
		if _, err = client.Head(t.Context(), upload.URL); err != nil {
			wantKind(t, err, fault.Gone)
		}
	}
}

func TestE4TusNodeSendsNoExpiresOnHead(t *testing.T) {
	server := uploadtest.NewTusNode(t, uploadtest.Expiry(time.Hour))
	client := newClient(t, tus.Config{Endpoint: server.Endpoint})
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), upload.URL); err != nil || !got.Expires.IsZero() || upload.Expires.IsZero() {
		t.Errorf("created %+v, then HEAD %+v, %v", upload, got, err)
	}
}
