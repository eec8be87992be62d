package program

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// reading FILE PROGRAM ARG... runs a program whose standard input never ends, and
// interrupts it once it has the file. It must exit with 130.
func reading(ts *testscript.TestScript, _ bool, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	endless(ts, content, "INT", args[1:], func() bool { return held(ts) == int64(len(content)) })
}

// cutOff FILE NAME PROGRAM ARG... runs a program whose standard input never ends,
// and kills it once the tusd holds all that there was of it, under that name.
func cutOff(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	content := []byte(ts.ReadFile(args[0]))
	endless(ts, content, "KILL", args[2:], func() bool {
		for _, stored := range tusd.Stored(t) {
			if stored.Metadata["filename"] == args[1] && stored.Size == int64(len(content)) {
				return true
			}
		}
		return false
	})
}

// endless gives a program some content and no end of it, and a signal once it is
// so far.
func endless(ts *testscript.TestScript, content []byte, signal string, args []string, far func() bool) {
	cmd := program(ts, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, ts.Stdout(), ts.Stderr()
	in, err := cmd.StdinPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	_, err = in.Write(content)
	ts.Check(err)
	for deadline := time.Now().Add(scriptPatience); !far(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			ts.Fatalf("the standard input is not taken")
		}
	}
	ts.Check(cmd.Process.Signal(signalNamed(ts, signal)))
	if code := codeOf(ts, cmd.Wait()); code != codeAfter(signal) {
		ts.Fatalf("exit code %d, want %d", code, codeAfter(signal))
	}
}

// spooled N waits until the profile keeps as many streams.
func spooled(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	var have []string
	for deadline := time.Now().Add(scriptPatience); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if have = streams(ts); len(have) == want {
			return
		}
	}
	ts.Fatalf("the profile keeps %q, want %d streams", have, want)
}

// held is how many bytes the profile keeps of the standard input.
func held(ts *testscript.TestScript) int64 {
	var sum int64
	for _, path := range streams(ts) {
		if info, err := os.Stat(path); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

func streams(ts *testscript.TestScript) []string {
	paths, err := filepath.Glob(filepath.Join(ts.Getenv("FERRY_PROFILE"), "streams", "*", "*"))
	ts.Check(err)
	return paths
}

// kept CONNECTIONS CHUNK LIMIT checks that the profile remembers a batch that is
// to be sent like that.
func kept(ts *testscript.TestScript, _ bool, args []string) {
	connections, err := strconv.Atoi(args[0])
	ts.Check(err)
	chunk, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	limit, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	want := uploader.Options{Connections: connections, Chunk: chunk, Limit: limit, Again: true}
	ctx := context.Background()

	d, err := db.Open(ctx, filepath.Join(ts.Getenv("FERRY_PROFILE"), "ferry.db"))
	ts.Check(err)
	saved, err := d.Load(ctx)
	ts.Check(err)
	ts.Check(d.Close())
	for _, batch := range saved.Batches {
		if batch.Options == want {
			return
		}
	}
	ts.Fatalf("no batch of %+v is to be sent like %+v", saved.Batches, want)
}

// capped FILE BYTES checks that no request brought more bytes of the file to the
// tusd, and that there were as many as that takes.
func capped(t *testing.T, ts *testscript.TestScript, tusd *uploadtest.Tusd, args []string) {
	most, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	var file uploadtest.StoredFile
	for _, stored := range tusd.Stored(t) {
		if stored.Metadata["filename"] == args[0] {
			file = stored
		}
	}
	requests := int64(0)
	for _, request := range tusd.Requests() {
		if request.Method != http.MethodPatch || filepath.Base(request.Path) != filepath.Base(file.Path) {
			continue
		}
		requests++
		if request.Body > most {
			ts.Fatalf("a request brought %d bytes, more than %d", request.Body, most)
		}
	}
	if least := (file.Length + most - 1) / most; requests < least {
		ts.Fatalf("%d requests brought %d bytes, want at least %d of them", requests, file.Length, least)
	}
}
