package uploadtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

const octets = "application/offset+octet-stream"

func TestReferenceKeepsToTheLetter(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.MaxSize(100))
	upload := hold(t, server.Endpoint, "9", "hello")
	part := ask(t, http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "5", "Upload-Concat": "partial"}).Header.Get("Location")
	final := ask(t, http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Concat": "final;" + part}).Header.Get("Location")
	root := server.Endpoint[:len(server.Endpoint)-len("/files/")]
	const hello = "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00="
	tests := []struct {
		name, method, url, body string
		header                  map[string]string
		want                    int
	}{
		{"another version", http.MethodHead, upload, "", map[string]string{"Tus-Resumable": "0.2.2"}, http.StatusPreconditionFailed},
		{"no such upload", http.MethodHead, server.Endpoint + "x", "", nil, http.StatusNotFound},
		{"no such method", http.MethodPut, upload, "", nil, http.StatusMethodNotAllowed},
		{"no length", http.MethodPost, server.Endpoint, "", nil, http.StatusBadRequest},
		{"two lengths", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1", "Upload-Defer-Length": "1"}, http.StatusBadRequest},
		{"an open length that is not 1", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Defer-Length": "true"}, http.StatusBadRequest},
		{"a negative length", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "-1"}, http.StatusBadRequest},
		{"a length that is too large", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "101"}, http.StatusRequestEntityTooLarge},
		{"metadata without padding", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1", "Upload-Metadata": "a YQ"}, http.StatusBadRequest},
		{"metadata with a key twice", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1", "Upload-Metadata": "a,a"}, http.StatusBadRequest},
		{"a file with a length", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "5", "Upload-Concat": "final;" + part}, http.StatusBadRequest},
		{"a file of no part", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Concat": "final;/files/x"}, http.StatusNotFound},
		{"a file of what is no part", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Concat": "final;" + upload[len(root):]}, http.StatusBadRequest},
		{"bytes for a joined file", http.MethodPatch, root + final, "x", map[string]string{"Upload-Offset": "0", "Content-Type": octets}, http.StatusForbidden},
		{"another offset", http.MethodPatch, upload, "x", map[string]string{"Upload-Offset": "4", "Content-Type": octets}, http.StatusConflict},
		{"a content type with a charset", http.MethodPatch, upload, "x", map[string]string{"Upload-Offset": "5", "Content-Type": octets + "; charset=x"}, http.StatusUnsupportedMediaType},
		{"a length said again", http.MethodPatch, upload, "x", map[string]string{"Upload-Offset": "5", "Content-Type": octets, "Upload-Length": "9"}, http.StatusBadRequest},
		{"too many bytes", http.MethodPatch, upload, "world", map[string]string{"Upload-Offset": "5", "Content-Type": octets}, http.StatusRequestEntityTooLarge},
		{"another checksum", http.MethodPatch, upload, "olle", map[string]string{"Upload-Offset": "5", "Content-Type": octets, "Upload-Checksum": hello}, 460},
		{"a checksum of no algorithm", http.MethodPatch, upload, "olle", map[string]string{"Upload-Offset": "5", "Content-Type": octets, "Upload-Checksum": "x AAAA"}, http.StatusBadRequest},
		{"the right checksum", http.MethodPatch, root + part, "hello", map[string]string{"Upload-Offset": "0", "Content-Type": octets, "Upload-Checksum": hello}, http.StatusNoContent},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := ask(t, test.method, test.url, test.body, test.header); got.StatusCode != test.want {
				t.Errorf("got %s, want %d", got.Status, test.want)
			}
		})
	}
	if got := ask(t, http.MethodHead, upload, "", nil).Header.Get("Upload-Offset"); got != "5" {
		t.Errorf("of all that was refused it kept something: the offset is %s", got)
	}
}

func TestReferenceLiesWhenItIsTold(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.Expiry(time.Minute))
	upload := hold(t, server.Endpoint, "9", "hello")
	server.Twist(1, http.MethodHead, func(a *uploadtest.Answer) {
		a.Header["Upload-Offset"], a.Header["Tus-Resumable"] = "7", ""
	})
	lie := ask(t, http.MethodHead, upload, "", nil)
	if got := lie.Header.Get("Upload-Offset"); got != "7" || lie.Header.Get("Tus-Resumable") != "" {
		t.Errorf("it says %v", lie.Header)
	}
	if got := ask(t, http.MethodHead, upload, "", nil).Header.Get("Upload-Offset"); got != "5" {
		t.Errorf("afterwards it says %s", got)
	}
	server.Advance(time.Hour)
	if got := ask(t, http.MethodHead, upload, "", nil); got.StatusCode != http.StatusGone {
		t.Errorf("an hour later it says %s", got.Status)
	}
	if got := server.Requests(); len(got) != 5 || got[4].Status != http.StatusGone || got[1].Body != 5 {
		t.Errorf("it remembers %+v", got)
	}
}
