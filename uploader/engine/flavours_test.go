package engine_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// The real tusd as its operators set it up: each way has answers of its own.

func TestAServerWithALimitRefusesWhatIsLargerAndTakesTheRest(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.MaxSize(5<<20))
	b := newBench(t, server.Endpoint)
	small, fits, large := write(t, "a.txt", 100), write(t, "b.mov", 5<<20), write(t, "c.mov", 5<<20+1)
	for _, row := range b.finished(b.add(small, fits, large)) {
		if tooLarge := row.Fault != nil && row.Fault.Kind == fault.TooLarge; tooLarge != (row.Source.Path == large) {
			t.Errorf("%s: %v", row.Source.Name(), row.Fault)
		}
	}
	wantStored(t, server, small, fits)
}

func TestAServerWithoutConcatenationGetsFilesInOnePiece(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.NoConcatenation())
	b := newBench(t, server.Endpoint)
	path := write(t, "film.mov", 30<<20)
	if row := b.finished(b.addWith(uploader.Options{Connections: 4}, path))[0]; row.Session.Parts != 0 {
		t.Errorf("it crossed in %d parts", row.Session.Parts)
	}
	wantStored(t, server, path)
}

func TestAServerWithoutTerminationKeepsWhatIsGivenUp(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.NoTermination())
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20)
	b.add(write(t, "film.mov", 30<<20))
	b.until("some of it", func(s *uploader.Snapshot) bool {
		return len(server.Stored(t)) == 1 && len(s.Live) == 1 && s.Transfers[0].Session.URL != ""
	})
	b.do(uploader.Cancel{Target: uploader.Everything()})
	b.until("its end", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseCancelled })
	if left := len(server.Stored(t)); left != 1 {
		t.Errorf("the server holds %d uploads", left)
	}
}

func TestAServerBehindAProxyIsReachedThroughItAlone(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.BehindProxy())
	origin, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(&url.URL{Scheme: origin.Scheme, Host: origin.Host})
		r.SetXForwarded()
	}})
	defer front.Close()
	b := newBench(t, front.URL+origin.Path)
	small, large := write(t, "note.txt", 100), write(t, "film.mov", 20<<20)
	for _, row := range b.finished(b.add(small, large)) {
		if !strings.HasPrefix(row.Session.URL, front.URL) {
			t.Errorf("%s went to %s", row.Source.Name(), row.Session.URL)
		}
	}
	wantStored(t, server, small, large)
}

func TestAServerThatGivesUpOnSlowNetworksIsContinued(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.NetworkTimeout(200*time.Millisecond))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	path := write(t, "film.mov", 30<<20)
	proxy.Slow(8 << 20)
	batch := b.add(path)
	b.until("some of it", func(s *uploader.Snapshot) bool {
		return len(s.Transfers) == 1 && s.Live[s.Transfers[0].ID].Sent > 4<<20
	})
	proxy.Slow(1)
	b.until("the server to give up", func(s *uploader.Snapshot) bool { return s.Transfers[0].Phase == uploader.PhaseWaiting })
	proxy.Heal(t)
	if row := b.finished(batch)[0]; row.Resumed == 0 {
		t.Error("it began anew")
	}
	wantStored(t, server, path)
}

func TestAServerThatRejectsAFileIsQuotedAndTakesTheOthers(t *testing.T) {
	reject := `if grep -q "\"Size\":666[,}]"; then
		echo '{"RejectUpload":true,"HTTPResponse":{"StatusCode":400,"Body":"no such numbers here"}}'
	fi`
	server := uploadtest.NewTusdBinary(t, uploadtest.Hook("pre-create", reject))
	b := newBench(t, server.Endpoint)
	good, bad := write(t, "good.txt", 100), write(t, "bad.txt", 666)
	for _, row := range b.finished(b.add(good, bad)) {
		if row.Source.Path == good {
			continue
		}
		if row.Fault == nil || row.Fault.Kind != fault.Refused || !strings.Contains(row.Fault.Detail, "no such numbers here") {
			t.Errorf("rejected with %v", row.Fault)
		}
	}
	wantStored(t, server, good)
}

func TestAServerThatFailsAtTheEndIsAskedWhatItHolds(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "failed once")
	server := uploadtest.NewTusdBinary(t, uploadtest.Hook("pre-finish", `[ -e "`+marker+`" ] || { touch "`+marker+`"; exit 1; }`))
	b := newBench(t, server.Endpoint)
	path := write(t, "film.mov", 20<<20)
	if row := b.finished(b.add(path))[0]; row.Phase != uploader.PhaseDone {
		t.Errorf("%v, %v", row.Phase, row.Fault)
	}
	if _, err := os.Stat(marker); err != nil {
		t.Errorf("the server did not fail: %v", err)
	}
	wantStored(t, server, path)
}

func TestAServerThatStopsAnUploadIsNotAskedAgain(t *testing.T) {
	server := uploadtest.NewTusdBinary(t, uploadtest.Hook("post-receive", `echo '{"StopUpload":true}'`))
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	b := newBench(t, proxy.URL(server.Endpoint))
	proxy.Slow(8 << 20) // the event comes once a second
	row := b.finished(b.add(write(t, "film.mov", 60<<20)))[0]
	// It also removes the upload, and closes the connection on a body that is still
	// coming, so that its words may be lost.
	said := fault.Is(row.Fault, fault.Refused) && row.Fault.Code == "ERR_UPLOAD_STOPPED"
	if !said && !fault.Is(row.Fault, fault.Gone) {
		t.Errorf("ended with %v", row.Fault)
	}
	if left := server.Stored(t); len(left) != 0 {
		t.Errorf("%d uploads were begun after it", len(left))
	}
}
