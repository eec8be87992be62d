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
	"github.com/ferryapp/ferry/uploader/netx"
	"github.com/ferryapp/ferry/uploader/source"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// crashPlanEnv is the variable of the environment that makes a mortal of this
// program. It holds the mortal's fate.
const crashPlanEnv = "FERRY_MORTAL"

// plan is what a mortal has to do, and when it dies.
type crashPlan struct {
	Database, Endpoint, Folder string

	Access    string // what kind of access it dies of
	After bool   // it dies when the access is over
	N     int64  // of which it dies, from 1

	count atomic.Int64
}

// The accesses of which a mortal can die.
const (
	storeAccess = "the database"
	fileAccess    = "a file"
)

// do does something that the mortal may die of.
func (f *crashPlan) do(access string, call func() error) error {
	crash := f.Access == access && f.count.Add(1) == f.N
	if crash && !f.After {
		killSelf()
	}
	err := call()
	if crash {
		killSelf()
	}
	return err
}

// killSelf ends this program as a power cut would.
func killSelf() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {}
}

// runCrashProcess sends a folder, and dies over it when that is its fate.
func runCrashProcess(encoded string) int {
	f := &crashPlan{}
	err := json.Unmarshal([]byte(encoded), f)
	if err == nil {
		err = f.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (f *crashPlan) run(ctx context.Context) error {
	store, err := db.Open(ctx, f.Database)
	if err != nil {
		return err
	}
	transport := netx.Transport(netx.Config{})
	book := connect.NewBook(connect.Config{Network: func(*http.Transport) http.RoundTripper { return transport }})
	engine := uploader.New(uploader.Config{
		Store: crashingStore{store, f}, Disk: source.NewDisk(crashingDisk{plan: f}), Connect: book.Connect, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- engine.Run(ctx) }()
	err = f.upload(ctx, engine)
	stop()
	return errors.Join(err, <-done, store.Close())
}

func (f *crashPlan) upload(ctx context.Context, engine *uploader.Engine) error {
	if err := engine.Do(ctx, uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: f.Endpoint}}); err != nil {
		return err
	}
	batch := uploader.NewBatchID()
	add := uploader.Add{Batch: batch, Server: uploader.BuiltinServer + 1, Paths: []string{f.Folder}}
	if err := engine.Do(ctx, add); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	for range engine.Watch(ctx) {
		s := engine.Snapshot()
		if b := s.Batches[batch]; b != nil && b.Expanded && s.Totals.Pending == 0 {
			return nil
		}
	}
	return ctx.Err()
}

// crashingStore is a database of which its user may die.
type crashingStore struct {
	uploader.Store
	plan *crashPlan
}

func (s crashingStore) Load(ctx context.Context) (saved uploader.Saved, err error) {
	err = s.plan.do(storeAccess, func() error { saved, err = s.Store.Load(ctx); return err })
	return saved, err
}

func (s crashingStore) Save(ctx context.Context, changes uploader.Changes) error {
	return s.plan.do(storeAccess, func() error { return s.Store.Save(ctx, changes) })
}

func (s crashingStore) FindPrevious(ctx context.Context, fingerprints []string) (found map[string][]uploader.Transfer, err error) {
	err = s.plan.do(storeAccess, func() error { found, err = s.Store.FindPrevious(ctx, fingerprints); return err })
	return found, err
}

func (s crashingStore) Proof(ctx context.Context, id uploader.TransferID) (proof source.Proof, err error) {
	err = s.plan.do(storeAccess, func() error { proof, err = s.Store.Proof(ctx, id); return err })
	return proof, err
}

// crashingDisk is a disk of which its user may die.
type crashingDisk struct {
	system  source.OS
	plan *crashPlan
}

func (d crashingDisk) Stat(path string) (info fs.FileInfo, err error) {
	err = d.plan.do(fileAccess, func() error { info, err = d.system.Stat(path); return err })
	return info, err
}

func (d crashingDisk) ReadDir(path string) (entries []fs.DirEntry, err error) {
	err = d.plan.do(fileAccess, func() error { entries, err = d.system.ReadDir(path); return err })
	return entries, err
}

func (d crashingDisk) Open(path string) (file source.Opened, err error) {
	err = d.plan.do(fileAccess, func() error { file, err = d.system.Open(path); return err })
	if err != nil {
		return nil, err
	}
	return crashingFile{file, d.plan}, nil
}

type crashingFile struct {
	source.Opened
	plan *crashPlan
}

func (m crashingFile) ReadAt(p []byte, at int64) (n int, err error) {
	err = m.plan.do(fileAccess, func() error { n, err = m.Opened.ReadAt(p, at); return err })
	return n, err
}

func (m crashingFile) Stat() (info fs.FileInfo, err error) {
	err = m.plan.do(fileAccess, func() error { info, err = m.Opened.Stat(); return err })
	return info, err
}

// TestCrashAtEveryAccessConverges has a program die over its first access to the
// database, then another over its second, and so on until one survived; and the
// same with accesses to files. Afterwards a normal run brings everything across.
func TestCrashAtEveryAccessConverges(t *testing.T) {
	for _, c := range []struct {
		name  string
		of    string
		after bool
	}{
		{"before it came to the database", storeAccess, false},
		{"when the database had done it", storeAccess, true},
		{"before it came to a file", fileAccess, false},
		{"when it had the file's answer", fileAccess, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n := int64(1); ; n++ {
				if !crashAndResume(t, &crashPlan{Access: c.of, After: c.after, N: n}) {
					t.Logf("%d accesses", n-1)
					return
				}
			}
		})
	}
}

// crashAndResume lets a mortal meet its fate, and has another run go on. It reports
// whether the mortal died.
func crashAndResume(t *testing.T, f *crashPlan) bool {
	t.Helper()
	server := uploadtest.NewTusd(t)
	f.Database, f.Endpoint, f.Folder = filepath.Join(t.TempDir(), "ferry.db"), server.Endpoint, createSmallSet(t)
	crashed := f.runProcess(t)

	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	b := newEngineRunner(t, f.Database, transport)
	wantDone(t, b.waitFinal(b.addedBatch(f)))
	b.stop()
	checkServer(t, server, []string{f.Folder})
	if t.Failed() {
		t.Fatalf("with access %d of %s", f.N, f.Access)
	}
	return crashed
}

// runProcess runs the mortal and reports whether it died.
func (f *crashPlan) runProcess(t *testing.T) bool {
	t.Helper()
	encoded, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), crashPlanEnv+"="+string(encoded), "NO_PROXY=*", "GORACE=atexit_sleep_ms=0")
	command.Stderr = &stderr
	err = command.Run()
	exit, exited := errors.AsType[*exec.ExitError](err)
	switch {
	case err == nil:
		return false
	case exited && !exit.Exited():
		return true
	default:
		t.Fatalf("the mortal ended with %v:\n%s", err, stderr.String())
		return false
	}
}

// addedBatch is the batch that the mortal had told of, or that is told of now, as a
// person does who sees that it is not there.
func (b *engineRunner) addedBatch(f *crashPlan) uploader.BatchID {
	b.t.Helper()
	for id := range b.engine.Snapshot().Batches {
		return id
	}
	batch := uploader.NewBatchID()
	b.do(uploader.Add{Batch: batch, Server: b.addServer(f.Endpoint), Paths: []string{f.Folder}})
	return batch
}
