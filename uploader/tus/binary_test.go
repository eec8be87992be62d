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

func TestContractTusdProgram(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	contract(t, server.Endpoint, server.Stored)
}

func TestContractTusNode(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	contract(t, server.Endpoint, server.Stored)
}

func TestContractReference(t *testing.T) {
	server := uploadtest.NewReference(t)
	contract(t, server.Endpoint, server.Stored)
}

// program is a server in a process of its own.
type program interface {
	Kill(t testing.TB)
	Restart(t testing.TB)
	Stored(t testing.TB) []uploadtest.StoredFile
}

func TestContractTusdKilledInTheMiddle(t *testing.T) {
	server := uploadtest.NewTusdBinary(t)
	killedInTheMiddle(t, server.Endpoint, server)
}

func TestContractTusNodeKilledInTheMiddle(t *testing.T) {
	server := uploadtest.NewTusNode(t)
	killedInTheMiddle(t, server.Endpoint, server)
}

func killedInTheMiddle(t *testing.T, endpoint string, server program) {
	proxy := uploadtest.NewProxy(t, endpoint)
	client := connect(t, tus.Config{Endpoint: proxy.URL(endpoint)})
	const size = 16 << 20
	content := random(t, size)
	made, err := client.Create(t.Context(), tus.CreateRequest{Size: size, Metadata: metadata})
	if err != nil {
		t.Fatal(err)
	}
	body := &tripwire{Reader: bytes.NewReader(content), at: size / 2, trip: func() { server.Kill(t) }}
	_, err = client.Patch(t.Context(), made.URL, 0, body, size)
	wantKind(t, err, fault.Transient)

	server.Restart(t)
	status, err := client.Head(t.Context(), made.URL)
	if err != nil || status.Offset >= size || status.Length != size {
		t.Fatalf("after the kill: %+v, %v", status, err)
	}
	status, err = client.Patch(t.Context(), made.URL, status.Offset, bytes.NewReader(content[status.Offset:]), size-status.Offset)
	if err != nil || status.Offset != size {
		t.Fatalf("continuing: %+v, %v", status, err)
	}
	expectOne(t, server.Stored(t), content)
}

// tripwire does something once so many bytes were read.
type tripwire struct {
	*bytes.Reader
	at   int
	trip func()
}

func (w *tripwire) Read(p []byte) (int, error) {
	if w.trip != nil && int(w.Size())-w.Len() >= w.at {
		w.trip()
		w.trip = nil
	}
	return w.Reader.Read(p)
}
