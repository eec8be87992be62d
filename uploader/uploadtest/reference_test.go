package uploadtest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

const octets = "application/offset+octet-stream"

func TestReferenceIsStrict(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.MaxSize(100))
	location := upload(t, server.Endpoint, "9", "hello")
	part := mustDo(t, http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "5", "Upload-Concat": "partial"}).Header.Get("Location")
	final := mustDo(t, http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Concat": "final;" + part}).Header.Get("Location")
	root := server.Endpoint[:len(server.Endpoint)-len("/files/")]
	const hello = "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00="
	tests := []struct {
		name, method, url, body string
		header                  map[string]string
		want                    int
	}{
		{"unsupported version", http.MethodHead, location, "", map[string]string{"Tus-Resumable": "0.2.2"}, http.StatusPreconditionFailed},
		{"unknown upload", http.MethodHead, server.Endpoint + "x", "", nil, http.StatusNotFound},
		{"unsupported method", http.MethodPut, location, "", nil, http.StatusMethodNotAllowed},
		{"no length", http.MethodPost, server.Endpoint, "", nil, http.StatusBadRequest},
		{"length and deferred length", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1", "Upload-Defer-Length": "1"}, http.StatusBadRequest},
		{"deferred length not 1", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Defer-Length": "true"}, http.StatusBadRequest},
		{"negative length", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "-1"}, http.StatusBadRequest},
		{"length above the maximum", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "101"}, http.StatusRequestEntityTooLarge},
		{"metadata without padding", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1", "Upload-Metadata": "a YQ"}, http.StatusBadRequest},
		{"duplicate metadata key", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "1", "Upload-Metadata": "a,a"}, http.StatusBadRequest},
		{"final upload with length", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Length": "5", "Upload-Concat": "final;" + part}, http.StatusBadRequest},
		{"final upload of unknown part", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Concat": "final;/files/x"}, http.StatusNotFound},
		{"final upload of a regular upload", http.MethodPost, server.Endpoint, "", map[string]string{"Upload-Concat": "final;" + location[len(root):]}, http.StatusBadRequest},
		{"bytes for a final upload", http.MethodPatch, root + final, "x", map[string]string{"Upload-Offset": "0", "Content-Type": octets}, http.StatusForbidden},
		{"wrong offset", http.MethodPatch, location, "x", map[string]string{"Upload-Offset": "4", "Content-Type": octets}, http.StatusConflict},
		{"content type with charset", http.MethodPatch, location, "x", map[string]string{"Upload-Offset": "5", "Content-Type": octets + "; charset=x"}, http.StatusUnsupportedMediaType},
		{"length set twice", http.MethodPatch, location, "x", map[string]string{"Upload-Offset": "5", "Content-Type": octets, "Upload-Length": "9"}, http.StatusBadRequest},
		{"too many bytes", http.MethodPatch, location, "world", map[string]string{"Upload-Offset": "5", "Content-Type": octets}, http.StatusRequestEntityTooLarge},
		{"checksum mismatch", http.MethodPatch, location, "olle", map[string]string{"Upload-Offset": "5", "Content-Type": octets, "Upload-Checksum": hello}, 460},
		{"unknown checksum algorithm", http.MethodPatch, location, "olle", map[string]string{"Upload-Offset": "5", "Content-Type": octets, "Upload-Checksum": "x AAAA"}, http.StatusBadRequest},
		{"matching checksum", http.MethodPatch, root + part, "hello", map[string]string{"Upload-Offset": "0", "Content-Type": octets, "Upload-Checksum": hello}, http.StatusNoContent},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := mustDo(t, test.method, test.url, test.body, test.header); got.StatusCode != test.want {
				t.Errorf("got %s, want %d", got.Status, test.want)
			}
		})
	}
	if got := mustDo(t, http.MethodHead, location, "", nil).Header.Get("Upload-Offset"); got != "5" {
		t.Errorf("after the rejected requests the offset is %s", got)
	}
}

func TestReferenceModifiesResponses(t *testing.T) {
	server := uploadtest.NewReference(t, uploadtest.Expiry(time.Minute))
	location := upload(t, server.Endpoint, "9", "hello")
	server.ModifyResponses(1, http.MethodHead, func(a *uploadtest.Response) {
		a.Header["Upload-Offset"], a.Header["Tus-Resumable"] = "7", ""
	})
	modified := mustDo(t, http.MethodHead, location, "", nil)
	if got := modified.Header.Get("Upload-Offset"); got != "7" || modified.Header.Get("Tus-Resumable") != "" {
		t.Errorf("headers %v", modified.Header)
	}
	if got := mustDo(t, http.MethodHead, location, "", nil).Header.Get("Upload-Offset"); got != "5" {
		t.Errorf("next response has offset %s", got)
	}
	server.Advance(time.Hour)
	if got := mustDo(t, http.MethodHead, location, "", nil); got.StatusCode != http.StatusGone {
		t.Errorf("after the expiry: %s", got.Status)
	}
	if got := server.Requests(); len(got) != 5 || got[4].Status != http.StatusGone || got[1].Body != 5 {
		t.Errorf("recorded %+v", got)
	}
}
