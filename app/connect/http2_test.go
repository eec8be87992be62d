package connect_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func TestUploadToServerWithHTTP2Only(t *testing.T) {
	tusd := uploadtest.NewTusd(t)
	target, err := url.Parse(tusd.URL)
	if err != nil {
		t.Fatal(err)
	}
	gateway := httptest.NewUnstartedServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host = target.Scheme, target.Host
		r.Out.Host = r.In.Host // tusd makes the Location from it
	}})
	gateway.Config.Protocols = &http.Protocols{}
	gateway.Config.Protocols.SetUnencryptedHTTP2(true)
	gateway.Start()
	defer gateway.Close()
	endpoint, err := url.Parse(tusd.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	client := connectTo(t, newConnector(t, connect.Config{}), uploader.Server{ID: 2, Endpoint: gateway.URL + endpoint.Path})
	probe(t, client)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<17) // 2 MiB: sent after 100 Continue
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: int64(len(content))})
	if err != nil {
		t.Fatal(err)
	}
	status, err := client.PatchWith(t.Context(), tus.PatchRequest{URL: upload.URL, Body: bytes.NewReader(content), Size: int64(len(content))})
	if err != nil || status.Offset != int64(len(content)) {
		t.Fatalf("server acknowledged %d of %d bytes (%v)", status.Offset, len(content), err)
	}
	if status, err := client.Head(t.Context(), upload.URL); err != nil || status.Offset != int64(len(content)) {
		t.Errorf("server has %d of %d bytes (%v)", status.Offset, len(content), err)
	}
}
