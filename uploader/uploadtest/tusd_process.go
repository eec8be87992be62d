package uploadtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// TusdProcess is [Tusd] in a process of its own: a fault inside tusd, such as a data
// race, cannot end the test binary. It keeps its port, directory and recorded requests
// when it is restarted. Restart, Stop and Kill must be called from the test's goroutine.
type TusdProcess struct {
	URL      string // without a path
	Endpoint string // the creation URL
	Dir      string // of the file store

	t          testing.TB
	requestLog string // path of the file with the recorded requests
	Program
}

// tusdReady begins the line that [RunTusdProcess] prints once it accepts connections.
const tusdReady = "tusd listens on"

// NewTusdProcess starts a tusd that ends with the test. The file at path is a program
// whose main function calls [RunTusdProcess].
func NewTusdProcess(t testing.TB, path string) *TusdProcess {
	t.Helper()
	address := fmt.Sprintf("127.0.0.1:%d", freePort(t))
	s := &TusdProcess{
		URL: "http://" + address, Endpoint: "http://" + address + basePath, Dir: t.TempDir(),
		t: t, requestLog: filepath.Join(t.TempDir(), "requests.json"),
	}
	s.Program = Program{path: path, args: []string{address, s.Dir, s.requestLog}, ready: tusdReady}
	s.Restart(t)
	t.Cleanup(func() { s.Kill(t) })
	return s
}

// Requests returns every request the server has responded to, in the order of the
// responses.
func (s *TusdProcess) Requests() []Request {
	s.t.Helper()
	text, err := os.ReadFile(s.requestLog)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.t.Fatalf("read requests: %v", err)
	}
	var requests []Request
	for line := range bytes.Lines(text) {
		var r Request
		if err := json.Unmarshal(line, &r); err != nil {
			if !bytes.HasSuffix(line, []byte("\n")) {
				break // the server was killed, or is still writing it
			}
			s.t.Fatalf("read requests: %v", err)
		}
		requests = append(requests, r)
	}
	return requests
}

// Stored returns the server's uploads, in no particular order.
func (s *TusdProcess) Stored(t testing.TB) []StoredFile {
	t.Helper()
	return storedFiles(t, s.Dir)
}

// RunTusdProcess is the main function of a program for [NewTusdProcess]. It returns only
// when the server fails.
func RunTusdProcess(args []string) error {
	if len(args) != 3 {
		return errors.New("usage: tusd ADDRESS DIRECTORY REQUEST-LOG")
	}
	address, dir, requestLog := args[0], args[1], args[2]
	served, err := newTusdHandler(dir, options{})
	if err != nil {
		return err
	}
	log, err := os.OpenFile(requestLog, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Println(tusdReady, listener.Addr())
	server := &http.Server{Handler: recordRequests(served, requestWriter(log)), ReadHeaderTimeout: time.Minute}
	return server.Serve(listener)
}

// requestWriter returns a function that writes each request to the file as a line of JSON.
func requestWriter(file *os.File) func(Request) {
	var mu sync.Mutex
	return func(r Request) {
		line, err := json.Marshal(r)
		if err != nil {
			panic(err) // it has no value that cannot be encoded
		}
		mu.Lock()
		defer mu.Unlock()
		if _, err := file.Write(append(line, '\n')); err != nil {
			fmt.Fprintln(os.Stderr, "record request:", err)
			os.Exit(1)
		}
	}
}
