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

// crashPlanEnv is the environment variable that makes this test binary run a
// crash process. Its value is the crashPlan in JSON.
const crashPlanEnv = "FERRY_CRASH_PLAN"

// crashPlan is what a crash process uploads, and the access at which it kills itself.
type crashPlan struct {
	Database, Endpoint, Folder string

	Access string // the kind of access
	After  bool   // kill after the access instead of before
	N      int64  // number of the access, from 1

	// Again is the batch with which the folder is added again once all files but one are
	// uploaded; 0 if it is added once. Only the accesses from then on are counted.
	Again uploader.BatchID

	ignored atomic.Bool // accesses are not counted
	count   atomic.Int64
}

// The kinds of access.
const (
	storeAccess = "the database"
	fileAccess  = "a file"
)

// do performs one access and kills the process at the planned one.
func (p *crashPlan) do(access string, call func() error) error {
	crash := p.Access == access && !p.ignored.Load() && p.count.Add(1) == p.N
	if crash && !p.After {
		killSelf()
	}
	err := call()
	if crash {
		killSelf()
	}
	return err
}

// killSelf kills this process, without any cleanup.
func killSelf() {
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {}
}

// runCrashProcess uploads a folder and kills itself at the planned access.
func runCrashProcess(encoded string) int {
	p := &crashPlan{}
	err := json.Unmarshal([]byte(encoded), p)
	if err == nil {
		err = p.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (p *crashPlan) run(ctx context.Context) error {
	p.ignored.Store(p.Again != 0)
	store, err := db.Open(ctx, p.Database)
	if err != nil {
		return err
	}
	transport := netx.Transport(netx.Config{})
	book := connect.New(connect.Config{WrapTransport: func(*http.Transport) http.RoundTripper { return transport }})
	engine := engine.New(engine.Config{
		Store: crashingStore{store, p}, Disk: source.NewDisk(crashingDisk{plan: p}), Connect: book.Connect, Log: slog.New(slog.DiscardHandler),
	})
	ctx, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- engine.Run(ctx) }()
	err = p.upload(ctx, engine)
	stop()
	return errors.Join(err, <-done, store.Close())
}

func (p *crashPlan) upload(ctx context.Context, engine *engine.Engine) error {
	if err := engine.Do(ctx, uploader.SaveServer{Server: uploader.Server{Name: "studio", Endpoint: p.Endpoint}}); err != nil {
		return err
	}
	batch := uploader.NewBatchID()
	add := uploader.Add{Batch: batch, Server: uploader.BuiltinServer + 1, Paths: []string{p.Folder}}
	if err := engine.Do(ctx, add); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	if p.Again == 0 {
		return waitUntil(ctx, engine, func(s *uploader.Snapshot) bool { return isScanned(s, batch) && s.Totals.Pending == 0 })
	}
	if err := waitUntil(ctx, engine, func(s *uploader.Snapshot) bool { return isScanned(s, batch) && s.Totals.Pending == 1 }); err != nil {
		return err
	}
	p.ignored.Store(false)
	add.Batch = p.Again
	if err := engine.Do(ctx, add); err != nil {
		return err
	}
	return waitUntil(ctx, engine, func(s *uploader.Snapshot) bool { return isScanned(s, p.Again) })
}

func isScanned(s *uploader.Snapshot, batch uploader.BatchID) bool {
	b := s.Batches[batch]
	return b != nil && b.Scanned
}

// waitUntil waits for a snapshot for which cond returns true.
func waitUntil(ctx context.Context, engine *engine.Engine, cond func(*uploader.Snapshot) bool) error {
	for range engine.Watch(ctx) {
		if cond(engine.Snapshot()) {
			return nil
		}
	}
	return ctx.Err()
}

// crashingStore is a store that counts accesses for the crashPlan.
type crashingStore struct {
	uploader.Store
	plan *crashPlan
}

func (s crashingStore) Load(ctx context.Context) (saved uploader.Saved, err error) {
	err = s.plan.do(storeAccess, func() error { saved, err = s.Store.Load(ctx); return err })
	return saved, err
}

func (s crashingStore) LoadFirst(ctx context.Context, limit int) (saved uploader.Saved, err error) {
	err = s.plan.do(storeAccess, func() error { saved, err = s.Store.LoadFirst(ctx, limit); return err })
	return saved, err
}

func (s crashingStore) Save(ctx context.Context, changes uploader.Changes) error {
	return s.plan.do(storeAccess, func() error { return s.Store.Save(ctx, changes) })
}

func (s crashingStore) Proof(ctx context.Context, id uploader.TransferID) (proof source.Proof, err error) {
	err = s.plan.do(storeAccess, func() error { proof, err = s.Store.Proof(ctx, id); return err })
	return proof, err
}

// crashingDisk is a file system that counts accesses for the crashPlan.
type crashingDisk struct {
	system source.OS
	plan   *crashPlan
}

func (d crashingDisk) Stat(path string) (info fs.FileInfo, err error) {
	err = d.plan.do(fileAccess, func() error { info, err = d.system.Stat(path); return err })
	return info, err
}

func (d crashingDisk) Open(path string) (source.OpenFile, error) {
	return d.plan.open(func() (source.OpenFile, error) { return d.system.Open(path) })
}

func (d crashingDisk) OpenFolder(path string) (source.Folder, error) {
	return d.plan.openFolder(func() (source.Folder, error) { return d.system.OpenFolder(path) })
}

func (p *crashPlan) open(open func() (source.OpenFile, error)) (file source.OpenFile, err error) {
	err = p.do(fileAccess, func() error { file, err = open(); return err })
	if err != nil {
		return nil, err
	}
	return crashingFile{file, p}, nil
}

func (p *crashPlan) openFolder(open func() (source.Folder, error)) (folder source.Folder, err error) {
	err = p.do(fileAccess, func() error { folder, err = open(); return err })
	if err != nil {
		return nil, err
	}
	return crashingFolder{folder, p}, nil
}

type crashingFolder struct {
	source.Folder
	plan *crashPlan
}

func (m crashingFolder) Names() (names []string, err error) {
	err = m.plan.do(fileAccess, func() error { names, err = m.Folder.Names(); return err })
	return names, err
}

func (m crashingFolder) Lstat(name string) (info fs.FileInfo, err error) {
	err = m.plan.do(fileAccess, func() error { info, err = m.Folder.Lstat(name); return err })
	return info, err
}

func (m crashingFolder) Open(name string) (source.OpenFile, error) {
	return m.plan.open(func() (source.OpenFile, error) { return m.Folder.Open(name) })
}

func (m crashingFolder) OpenFolder(name string) (source.Folder, error) {
	return m.plan.openFolder(func() (source.Folder, error) { return m.Folder.OpenFolder(name) })
}

type crashingFile struct {
	source.OpenFile
	plan *crashPlan
}

func (m crashingFile) ReadAt(p []byte, at int64) (n int, err error) {
	err = m.plan.do(fileAccess, func() error { n, err = m.OpenFile.ReadAt(p, at); return err })
	return n, err
}

func (m crashingFile) Stat() (info fs.FileInfo, err error) {
	err = m.plan.do(fileAccess, func() error { info, err = m.OpenFile.Stat(); return err })
	return info, err
}

// TestCrashAtEveryAccessConverges kills a process at its first access to the
// database, then another at its second, and so on until one finishes; the same with
// accesses to files. A normal run afterwards must finish every upload.
func TestCrashAtEveryAccessConverges(t *testing.T) {
	for _, c := range []struct {
		name  string
		of    string
		after bool
	}{
		{"before a database access", storeAccess, false},
		{"after a database access", storeAccess, true},
		{"before a file access", fileAccess, false},
		{"after a file access", fileAccess, true},
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

// crashAndResume runs a crash process and then finishes its uploads in this process.
// It reports whether the process crashed.
func crashAndResume(t *testing.T, p *crashPlan) bool {
	t.Helper()
	server := newTusd(t)
	p.Database, p.Endpoint, p.Folder = filepath.Join(t.TempDir(), "ferry.db"), server.Endpoint, createSmallSet(t)
	crashed := p.runProcess(t)

	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	runner := newEngineRunner(t, p.Database, transport)
	wantDone(t, runner.waitFinal(runner.addedBatch(p)))
	runner.stop()
	checkServer(t, server, []string{p.Folder})
	if t.Failed() {
		t.Fatalf("after a crash at access %d of %s", p.N, p.Access)
	}
	return crashed
}

// TestCrashWhileAddingAgain kills a process that adds a folder again while one of its
// files is not uploaded yet: at its first access to the database from then on, then another
// at its second, and so on. A normal run afterwards asks nothing and uploads nothing twice.
func TestCrashWhileAddingAgain(t *testing.T) {
	for name, after := range map[string]bool{"before a database access": false, "after a database access": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := int64(1); ; n++ {
				if !crashWhileAddingAgain(t, &crashPlan{Access: storeAccess, After: after, N: n, Again: uploader.NewBatchID()}) {
					t.Logf("%d accesses", n-1)
					return
				}
			}
		})
	}
}

func crashWhileAddingAgain(t *testing.T, p *crashPlan) bool {
	t.Helper()
	var held atomic.Bool
	held.Store(true)
	server := uploadtest.NewTusd(t, uploadtest.Wrap(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if held.Load() && r.Method == http.MethodPost && r.Header.Get("Upload-Length") == "3145728" { // film.mov
				http.Error(w, "locked", http.StatusLocked)
				return
			}
			next.ServeHTTP(w, r)
		})
	}))
	p.Database, p.Endpoint, p.Folder = filepath.Join(t.TempDir(), "ferry.db"), server.Endpoint, createSmallSet(t)
	crashed := p.runProcess(t)
	transport := netx.Transport(netx.Config{})
	defer transport.CloseIdleConnections()
	runner := newEngineRunner(t, p.Database, transport)
	if runner.engine.Snapshot().Batches[p.Again] == nil { // it was not saved: the user adds it again
		runner.do(uploader.Add{Batch: p.Again, Server: runner.addServer(p.Endpoint), Paths: []string{p.Folder}})
	}
	held.Store(false) // not earlier: the file would no longer be unfinished when it is added again
	transfers := runner.waitFinal(p.Again)
	wantDone(t, transfers)
	if all := runner.engine.Snapshot().Transfers; len(transfers) != 4 || all.Len() != 4 {
		t.Errorf("%d transfers of 4 files, %d with the second batch", all.Len(), len(transfers))
	}
	runner.stop()
	checkServer(t, server, []string{p.Folder})
	if t.Failed() {
		t.Fatalf("after a crash at access %d of %s", p.N, p.Access)
	}
	return crashed
}

// runProcess runs the crash process and reports whether it crashed.
func (p *crashPlan) runProcess(t *testing.T) bool {
	t.Helper()
	encoded, err := json.Marshal(p)
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
		t.Fatalf("crash process: %v\n%s", err, stderr.String())
		return false
	}
}

// addedBatch returns the batch that the crash process added. If it was not saved,
// addedBatch adds it, as a user would.
func (r *engineRunner) addedBatch(p *crashPlan) uploader.BatchID {
	r.t.Helper()
	for id := range r.engine.Snapshot().Batches {
		return id
	}
	batch := uploader.NewBatchID()
	r.do(uploader.Add{Batch: batch, Server: r.addServer(p.Endpoint), Paths: []string{p.Folder}})
	return batch
}
