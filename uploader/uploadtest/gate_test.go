package uploadtest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// heldBytes is what a server gets of an upload that a gate holds.
const heldBytes = 256 << 10

func TestGateHoldsUploadsUntilReleased(t *testing.T) {
	server := uploadtest.NewTusd(t)
	gate := uploadtest.NewGate(server.Config.Handler)
	front := startGate(t, gate)
	content := strings.Repeat("x", 2*heldBytes)
	gate.Hold()
	gate.Hold()
	location := upload(t, front+"/files/", strconv.Itoa(len(content)), "")
	sent := make(chan int, 1)
	go func() { sent <- send(t, location, content).StatusCode }()
	waitStored(t, server, heldBytes)
	select {
	case status := <-sent:
		t.Fatalf("status %d while the gate is closed", status)
	default:
	}
	for gate.Held() != 1 {
		time.Sleep(time.Millisecond)
	}
	gate.Release()
	gate.Release()
	if status := <-sent; status != http.StatusNoContent {
		t.Errorf("status %d, want 204", status)
	}
	waitStored(t, server, int64(len(content)))
	if held := gate.Held(); held != 0 {
		t.Errorf("%d uploads wait for the open gate", held)
	}
}

func TestGateKeepsFirstBytesOfDisconnectedClient(t *testing.T) {
	server := uploadtest.NewTusd(t)
	gate := uploadtest.NewGate(server.Config.Handler)
	front := startGate(t, gate)
	gate.Hold()
	location := upload(t, front+"/files/", strconv.Itoa(2*heldBytes), "")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		request, _ := http.NewRequestWithContext(ctx, http.MethodPatch, location, strings.NewReader(strings.Repeat("x", 2*heldBytes)))
		request.Header = http.Header{"Tus-Resumable": {"1.0.0"}, "Upload-Offset": {"0"}, "Content-Type": {"application/offset+octet-stream"}}
		_, err := http.DefaultClient.Do(request)
		ended <- err
	}()
	waitStored(t, server, heldBytes)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	head := mustDo(t, http.MethodHead, location, "", nil) // waits until the server has ended the other request
	if got := head.Header.Get("Upload-Offset"); got != strconv.Itoa(heldBytes) {
		t.Errorf("the server has %s bytes, want %d", got, heldBytes)
	}
}

func TestGateDropsWhatItHolds(t *testing.T) {
	server := uploadtest.NewTusd(t)
	gate := uploadtest.NewGate(server.Config.Handler)
	front := startGate(t, gate)
	content := strings.Repeat("x", 2*heldBytes)
	gate.Hold()
	location := upload(t, front+"/files/", strconv.Itoa(len(content)), "")
	sent := make(chan int, 1)
	go func() { sent <- send(t, location, content).StatusCode }()
	for gate.Held() != 1 {
		time.Sleep(time.Millisecond)
	}
	gate.Drop()
	if status := <-sent; status == http.StatusNoContent {
		t.Error("an upload that was dropped is complete")
	}
	waitStored(t, server, heldBytes)
	if other := upload(t, front+"/files/", "1", ""); send(t, other, "x").StatusCode != http.StatusNoContent {
		t.Error("the next upload is dropped as well")
	}
}

// startGate starts a server with a gate and returns its URL without a path.
func startGate(t *testing.T, gate *uploadtest.Gate) string {
	t.Helper()
	front := httptest.NewServer(gate)
	t.Cleanup(front.Close)
	return front.URL
}

// waitStored waits until the only upload of a server has that many bytes.
func waitStored(t *testing.T, server *uploadtest.Tusd, size int64) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		files := server.Stored(t)
		if len(files) == 1 && files[0].Size == size {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server has %+v, want one upload of %d bytes", files, size)
		}
	}
}
