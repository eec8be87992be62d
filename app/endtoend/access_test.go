package endtoend_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/ferryapp/ferry/app/connect"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/engine"
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// mortality is the variable of the environment that makes a mortal of this
// program. It holds the mortal's fate.
const mortality = "FERRY_MORTAL"

// fate is what a mortal has to do, and when it dies.
type fate struct {
	Database, Endpoint, Folder string

	Of    string // what kind of access it dies of
	After bool   // it dies when the access is over
	N     int64  // of which it dies, from 1

	seen atomic.Int64
}

// The accesses of which a mortal can die.
const (
	ofDatabase = "the database"
	ofFiles    = "a file"
)

// access does something that the mortal may die of.
func (f *fate) access(of string, do func() error) error {
	last := f.Of == of && f.seen.Add(1) == f.N
	if last && !f.After {
		die()
	}
	err := do()
	if last {
		die()
	}
	return err
}

// die ends this program as a power cut would.
func die() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {}
}

// mortal sends a folder, and dies over it when that is its fate.
func mortal(told string) int {
	f := &fate{}
	err := json.Unmarshal([]byte(told), f)
	if err == nil {
		err = f.live(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (f *fate) live(ctx context.Context) error {
	store, err := db.Open(ctx, f.Database)
	if err != nil {
		return err
	}
	transport := netx.Transport(netx.Config{})
	book := connect.NewBook(connect.Config{Network: func(*http.Transport) http.RoundTripper { return transport }})
	engine := engine.New(engine.Config{
		Store: mortalStore{store, f}, Disk: source.NewDisk(mortalDisk{fate: f}), Connect: book.Connect, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	err = f.deliver(ctx, engine)
	stop()
	return errors.Join(err, <-ended, store.Close())
}

func (f *fate) deliver(ctx context.Context, engine *engine.Engine) error {
	if err := engine.Do(ctx, uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: f.Endpoint}}); err != nil {
		return err
	}
	batch := uploader.NewBatchID()
	add := uploader.Add{Batch: batch, Server: uploader.BuiltinServer + 1, Paths: []string{f.Folder}}
	if err := engine.Do(ctx, add); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for range engine.Watch(ctx) {
		s := engine.Snapshot()
		if b := s.Batches[batch]; b != nil && b.Expanded && s.Totals.Pending == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// mortalStore is a database of which its user may die.
type mortalStore struct {
	uploader.Store
	fate *fate
}

func (s mortalStore) Load(ctx context.Context) (saved uploader.Saved, err error) {
	err = s.fate.access(ofDatabase, func() error { saved, err = s.Store.Load(ctx); return err })
	return saved, err
}

func (s mortalStore) Save(ctx context.Context, changes uploader.Changes) error {
	return s.fate.access(ofDatabase, func() error { return s.Store.Save(ctx, changes) })
}

func (s mortalStore) FindPrevious(ctx context.Context, fingerprints []string) (found map[string][]uploader.Transfer, err error) {
	err = s.fate.access(ofDatabase, func() error { found, err = s.Store.FindPrevious(ctx, fingerprints); return err })
	return found, err
}

func (s mortalStore) Proof(ctx context.Context, id uploader.TransferID) (proof source.Proof, err error) {
	err = s.fate.access(ofDatabase, func() error { proof, err = s.Store.Proof(ctx, id); return err })
	return proof, err
}

// mortalDisk is a disk of which its user may die.
type mortalDisk struct {
	own  source.OS
	fate *fate
}

func (d mortalDisk) Stat(path string) (info fs.FileInfo, err error) {
	err = d.fate.access(ofFiles, func() error { info, err = d.own.Stat(path); return err })
	return info, err
}

func (d mortalDisk) ReadDir(path string) (entries []fs.DirEntry, err error) {
	err = d.fate.access(ofFiles, func() error { entries, err = d.own.ReadDir(path); return err })
	return entries, err
}

func (d mortalDisk) Open(path string) (file source.Opened, err error) {
	err = d.fate.access(ofFiles, func() error { file, err = d.own.Open(path); return err })
	if err != nil {
		return nil, err
	}
	return mortalFile{file, d.fate}, nil
}

type mortalFile struct {
	source.Opened
	fate *fate
}

func (m mortalFile) ReadAt(p []byte, at int64) (n int, err error) {
	err = m.fate.access(ofFiles, func() error { n, err = m.Opened.ReadAt(p, at); return err })
	return n, err
}

func (m mortalFile) Stat() (info fs.FileInfo, err error) {
	err = m.fate.access(ofFiles, func() error { info, err = m.Opened.Stat(); return err })
	return info, err
}

// TestDeathAtAnyAccessConverges has a program die over its first access to the
// database, then another over its second, and so on until one survived; and the
// same with accesses to files. Afterwards a normal run brings everything across.
func TestDeathAtAnyAccessConverges(t *testing.T) {
	for _, c := range []struct {
		name  string
		of    string
		after bool
	}{
		{"before it came to the database", ofDatabase, false},
		{"when the database had done it", ofDatabase, true},
		{"before it came to a file", ofFiles, false},
		{"when it had the file's answer", ofFiles, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n := int64(1); ; n++ {
				if !diesOf(t, &fate{Of: c.of, After: c.after, N: n}) {
					t.Logf("%d accesses", n-1)
					return
				}
			}
		})
	}
}

// diesOf lets a mortal meet its fate, and has another run go on. It reports
// whether the mortal died.
func diesOf(t *testing.T, f *fate) bool {
	t.Helper()
	server := uploadtest.NewTusd(t)
	f.Database, f.Endpoint, f.Folder = filepath.Join(t.TempDir(), "ferry.db"), server.Endpoint, handful(t)
	died := f.befalls(t)

	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	b := newBench(t, f.Database, transport)
	wantDone(t, b.impatient(b.known(f)))
	b.quit()
	compare(t, server, []string{f.Folder})
	if t.Failed() {
		t.Fatalf("with access %d of %s", f.N, f.Of)
	}
	return died
}

// befalls runs the mortal and reports whether it died.
func (f *fate) befalls(t *testing.T) bool {
	t.Helper()
	told, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), mortality+"="+string(told), "NO_PROXY=*", "GORACE=atexit_sleep_ms=0")
	command.Stderr = &said
	err = command.Run()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return false
	case ended && !exit.Exited():
		return true
	default:
		t.Fatalf("the mortal ended with %v:\n%s", err, said.String())
		return false
	}
}

// known is the batch that the mortal had told of, or that is told of now, as a
// person does who sees that it is not there.
func (b *bench) known(f *fate) uploader.BatchID {
	b.t.Helper()
	for id := range b.engine.Snapshot().Batches {
		return id
	}
	batch := uploader.NewBatchID()
	b.do(uploader.Add{Batch: batch, Server: b.serve(f.Endpoint), Paths: []string{f.Folder}})
	return batch
}
