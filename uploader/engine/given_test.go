package engine_test

import (
	"net/http"
	"testing"

	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// given makes an upload at a server as somebody else would, and returns its URL.
func given(t *testing.T, endpoint, size string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Tus-Resumable", "1.0.0")
	request.Header.Set("Upload-Length", size)
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusCreated {
		t.Fatalf("%v, %v", answer, err)
	}
	_ = answer.Body.Close()
	return answer.Header.Get("Location")
}

func TestAGivenUploadURLIsForOneFile(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := given(t, server.Endpoint, "3000000")
	b := newBench(t, url)
	b.give(uploader.Profile{Given: true, ChunkMax: 1 << 20})
	path, second := write(t, "film.mov", 3_000_000), write(t, "other.mov", 3_000_000)
	rows := b.finished(b.add(path, second))
	if rows[0].Phase != uploader.PhaseDone || rows[0].Session.URL != url {
		t.Errorf("the first is %v at %s: %v", rows[0].Phase, rows[0].Session.URL, rows[0].Fault)
	}
	if f := rows[1].Fault; rows[1].Phase != uploader.PhaseFailed || f.Code != fault.CodeGivenTaken {
		t.Errorf("the second is %v: %v", rows[1].Phase, f)
	}
	wantStored(t, server, path)
	if n := count(server.Requests(), http.MethodPost); n != 1 {
		t.Errorf("%d uploads were created, of which one by this test", n)
	}
	if third := b.finished(b.add(write(t, "third.mov", 10)))[0]; third.Fault == nil || third.Fault.Code != fault.CodeGivenTaken {
		t.Errorf("a later one is %v: %v", third.Phase, third.Fault)
	}
}

func TestAGivenUploadIsContinuedAndNeverRemoved(t *testing.T) {
	t.Parallel()
	server := uploadtest.NewTusd(t)
	url := given(t, server.Endpoint, "6000000")
	proxy := uploadtest.NewProxy(t, server.Endpoint)
	proxy.Slow(4 << 20)
	b := newBench(t, proxy.URL(url))
	b.give(uploader.Profile{Given: true})
	path := write(t, "film.mov", 6_000_000)
	b.add(path)
	b.until("a part of it", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 1 && s.Sent(s.Transfers[0]) > 1<<20 })
	b.restart()
	proxy.Heal(t)
	b.untilState(uploader.StateDone)
	wantStored(t, server, path)
	if all := bodyBytes(server.Requests()); all >= 12_000_000 {
		t.Errorf("%d bytes crossed", all)
	}

	t.Run("what somebody else began is not continued", func(t *testing.T) {
		b.do(uploader.Remove{Target: uploader.Everything()})
		b.until("an empty list", func(s *uploader.Snapshot) bool { return len(s.Transfers) == 0 })
		if row := b.finished(b.add(path))[0]; row.Fault == nil || row.Fault.Code != fault.CodeGivenBegun {
			t.Errorf("%v: %v", row.Phase, row.Fault)
		}
		if n := count(server.Requests(), http.MethodDelete); n != 0 {
			t.Errorf("%d uploads were removed", n)
		}
	})
	t.Run("one of another size is not this file's", func(t *testing.T) {
		b := newBench(t, given(t, server.Endpoint, "5"))
		b.give(uploader.Profile{Given: true})
		if row := b.finished(b.add(write(t, "six.bin", 6)))[0]; row.Fault == nil || row.Fault.Kind != fault.Mismatch {
			t.Errorf("%v: %v", row.Phase, row.Fault)
		}
	})
}
