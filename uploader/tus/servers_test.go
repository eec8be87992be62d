package tus_test

import (
	"bytes"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/tus"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

var _ uploader.Protocol = (*tus.Client)(nil)

func TestContractTusdProcess(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	testContract(t, server.Endpoint, server.Stored)
}

func TestContractTusNode(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	testContract(t, server.Endpoint, server.Stored)
}

func TestContractReference(t *testing.T) {
	server := uploadtest.NewReference(t)
	testContract(t, server.Endpoint, server.Stored)
}

// process is a server in its own process.
type process interface {
	Kill(t testing.TB)
	Restart(t testing.TB)
	Stored(t testing.TB) []uploadtest.StoredFile
}

func TestContractTusdKilledDuringPatch(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	testKilledDuringPatch(t, server.Endpoint, server)
}

func TestContractTusNodeKilledDuringPatch(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	testKilledDuringPatch(t, server.Endpoint, server)
}

func testKilledDuringPatch(t *testing.T, endpoint string, server process) {
	proxy := uploadtest.NewProxy(t, endpoint)
	client := newClient(t, tus.Config{Endpoint: proxy.URL(endpoint)})
	const size = 16 << 20
	content := randomBytes(t, size)
	upload, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	body := &triggerReader{Reader: bytes.NewReader(content), offset: size / 2, trigger: func() { server.Kill(t) }}
	_, err = client.Patch(t.Context(), upload.URL, 0, body, size)
	wantKind(t, err, fault.Transient)

	server.Restart(t)
	status, err := client.Head(t.Context(), upload.URL)
	if err != nil || status.Offset >= size || status.Length != size {
		t.Fatalf("after the kill: %+v, %v", status, err)
	}
	status, err = client.Patch(t.Context(), upload.URL, status.Offset, bytes.NewReader(content[status.Offset:]), size-status.Offset)
	if err != nil || status.Offset != size {
		t.Fatalf("resuming: %+v, %v", status, err)
	}
	wantStored(t, server.Stored(t), content)
}

// triggerReader calls trigger once offset bytes have been read.
type triggerReader struct {
	*bytes.Reader
	offset  int
	trigger func()
}

func (r *triggerReader) Read(p []byte) (int, error) {
	if r.trigger != nil && int(r.Size())-r.Len() >= r.offset {
		r.trigger()
		r.trigger = nil
	}
	return r.Reader.Read(p)
}
