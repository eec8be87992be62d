package tus_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestE1ServersTellWhenTheyForget(t *testing.T) {
	for name, endpoint := range map[string]string{
		"@tus/server": uploadtest.NewTusNode(t, uploadtest.Expiry(time.Hour)).Endpoint,
		"reference":   uploadtest.NewReference(t, uploadtest.Expiry(time.Hour)).Endpoint,
	} {
		t.Run(name, func(t *testing.T) {
			client := connect(t, tus.Config{Endpoint: endpoint})
			made, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
			if err != nil {
				t.Fatal(err)
			}
			patched, err := client.Patch(t.Context(), made.URL, 0, strings.NewReader("hello"), 5)
			if err != nil {
				t.Fatal(err)
			}
			for op, at := range map[string]time.Time{"POST": made.Expires, "PATCH": patched.Expires} {
				if left := time.Until(at); left <= 0 || left > time.Hour {
					t.Errorf("%s says that it expires %s", op, at)
				}
			}
		})
	}
}

func TestE3ExpiredUploadIsGone(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.Expiry(time.Hour))
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	server.Advance(time.Hour + time.Second)
	_, err = client.Head(t.Context(), made.URL)
	wantKind(t, err, fault.Gone)
	_, err = client.Patch(t.Context(), made.URL, 0, strings.NewReader("hello"), 5)
	wantKind(t, err, fault.Gone)
	if err := client.Terminate(t.Context(), made.URL); err != nil {
		t.Errorf("terminating it: %v", err)
	}
}

func TestE3TusNodeForgetsEvenWhatIsFinished(t *testing.T) {
	server := uploadtest.NewTusNode(t, uploadtest.Expiry(time.Millisecond))
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for !fault.Is(err, fault.Gone) { // a millisecond later at the latest
		if _, err = client.Head(t.Context(), made.URL); err != nil {
			wantKind(t, err, fault.Gone)
		}
	}
}

func TestE4TusNodeDoesNotRepeatTheDateOnHead(t *testing.T) {
	server := uploadtest.NewTusNode(t, uploadtest.Expiry(time.Hour))
	client := connect(t, tus.Config{Endpoint: server.Endpoint})
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: 10})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := client.Head(t.Context(), made.URL); err != nil || !got.Expires.IsZero() || made.Expires.IsZero() {
		t.Errorf("made %+v, then %+v, %v", made, got, err)
	}
}
