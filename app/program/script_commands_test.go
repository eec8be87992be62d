package program

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
)

// cmdExits implements "exits CODE PROGRAM ARG...": it runs a program and compares its
// exit code.
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	cmd := newCmd(ts, args[1:]...)
	cmd.Stdout, cmd.Stderr = ts.Stdout(), ts.Stderr()
	wantExitCode(ts, cmd.Run(), want)
}

// wantExitCode compares an exit code, given the error of Run or Wait.
func wantExitCode(ts *testscript.TestScript, err error, want int) {
	code := 0
	if exitErr, ok := errors.AsType[*exec.ExitError](err); ok {
		code = exitErr.ExitCode()
	} else {
		ts.Check(err)
	}
	if code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}

// cmdInterrupt implements "interrupt SIGNAL PROGRAM ARG...": it runs a program that
// uploads to $HELD or $AUTH and prints events as JSON, and sends it a signal at its first
// progress event. These servers hold uploads until the program has ended, so that none is
// complete. The exit code must be 129 after HUP, and 130 after any other but KILL. PIPE
// closes the reader of its output instead; the exit code must be 141.
func cmdInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	heldOf(ts).hold()
	defer heldOf(ts).drop()
	cmd := newCmd(ts, args[1:]...)
	cmd.Stderr = ts.Stderr()
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(out)
	sent := false
	for lines.Scan() {
		_, err := fmt.Fprintln(ts.Stdout(), lines.Text())
		ts.Check(err)
		if !sent && strings.Contains(lines.Text(), `"event":"progress"`) {
			sent = true
			if args[0] == "PIPE" {
				ts.Check(out.Close())
				break
			}
			ts.Check(sendSignal(cmd, signalNamed(ts, args[0])))
		}
	}
	ts.Check(lines.Err())
	wantExitCode(ts, cmd.Wait(), exitCodeAfter(args[0]))
}

// cmdInterruptFirst implements "interruptfirst": it interrupts the first program that runs in
// the background.
func cmdInterruptFirst(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(sendSignal(ts.BackgroundCmds()[0], os.Interrupt))
}

// exitCodeAfter returns the exit code of a program after a signal.
func exitCodeAfter(signal string) int {
	if signal == "KILL" {
		return killedCode
	}
	switch signal {
	case "HUP":
		return cli.ExitHangup
	case "PIPE":
		return cli.ExitBrokenPipe
	}
	return cli.ExitInterrupted
}

func signalNamed(ts *testscript.TestScript, name string) os.Signal {
	switch name {
	case "INT":
		return os.Interrupt
	case "TERM":
		return terminate
	case "HUP":
		return hangUp
	case "KILL":
		return os.Kill
	default:
		ts.Fatalf("unknown signal %s", name)
		return nil
	}
}

// cmdStartReceiver implements "startreceiver PROGRAM ARG...": it starts a receiver
// and sets $RECEIVER to its URL, and $RECEIVERPLAIN to that without a fingerprint. At the end of the script the receiver is interrupted
// and its exit code must be 0.
func cmdStartReceiver(ts *testscript.TestScript, _ bool, args []string) {
	cmd := newCmd(ts, args...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		ts.Check(sendSignal(cmd, os.Interrupt))
		wantExitCode(ts, cmd.Wait(), cli.ExitOK)
	})
	var event struct{ URL string }
	ts.Check(json.NewDecoder(out).Decode(&event))
	plain, _, _ := strings.Cut(event.URL, "#")
	ts.Setenv("RECEIVER", event.URL)
	ts.Setenv("RECEIVERPLAIN", plain)
}

// cmdWaitFor implements "waitfor FILE [TEXT]": it waits until the file exists and
// contains the text.
func cmdWaitFor(ts *testscript.TestScript, _ bool, args []string) {
	for deadline := time.Now().Add(scriptTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err == nil && (len(args) == 1 || bytes.Contains(text, []byte(args[1]))) {
			return
		}
	}
	ts.Fatalf("timeout waiting for %s", strings.Join(args, " with "))
}

// cmdRandom implements "random FILE SIZE": it makes a file of random bytes.
func cmdRandom(ts *testscript.TestScript, _ bool, args []string) {
	size, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	file, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	_, err = io.CopyN(file, rand.Reader, size)
	ts.Check(errors.Join(err, file.Close()))
}

// cmdUnchanged implements "unchanged DURATION FILE": it makes the file one that was last
// modified that long ago.
func cmdUnchanged(ts *testscript.TestScript, _ bool, args []string) {
	age, err := time.ParseDuration(args[0])
	ts.Check(err)
	modified := time.Now().Add(-age)
	ts.Check(os.Chtimes(ts.MkAbs(args[1]), modified, modified))
}

// appenders stop the appenders of the scripts that are running.
var appenders sync.Map // of *testscript.TestScript to func()

// cmdAppend implements "append [FILE]": it appends to the file all the time, until the
// command is given without a file or the script ends.
func cmdAppend(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) == 0 {
		stop, _ := appenders.LoadAndDelete(ts)
		stop.(func())()
		return
	}
	file, err := os.OpenFile(ts.MkAbs(args[0]), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	ts.Check(err)
	stopped, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		defer file.Close()
		for {
			select {
			case <-stopped:
				return
			case <-time.After(20 * time.Millisecond):
				_, _ = file.WriteString("a line of the log\n")
			}
		}
	}()
	stop := sync.OnceFunc(func() { close(stopped); <-ended })
	appenders.Store(ts, stop)
	ts.Defer(stop)
}

// notUTF8 is a name of bytes that are not UTF-8.
const notUTF8 = "\xff\xfe"

// cmdSpecialNames implements "specialnames DIR": it makes a folder of files with
// special characters in their names. The name that is not UTF-8 is in $NOTUTF8.
func cmdSpecialNames(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv("NOTUTF8", notUTF8)
	dir := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(dir, 0o700))
	for i, name := range []string{
		"with space", `"quoted" 'twice'`, "emoji 😀", "中文文件", "new\nline", "tab\there", "-dash", "send", "%s$(x)`y`;&|", "ends with dot.", notUTF8,
	} {
		ts.Check(os.WriteFile(filepath.Join(dir, name), []byte(fmt.Sprintf("content %d of %s", i, dir)), 0o600))
	}
}

// cmdReceived implements "received FILE|DIR...": it checks that the profile's
// Received folder contains a copy of each file, compared by content.
func cmdReceived(ts *testscript.TestScript, _ bool, args []string) {
	got := checksums(ts, filepath.Join(ts.Getenv("FERRY_PROFILE"), "Received"))
	for _, arg := range args {
		for sum, path := range checksums(ts, ts.MkAbs(arg)) {
			if got[sum] == "" {
				ts.Fatalf("%q was not received", path)
			}
		}
	}
}

// checksums returns the paths of all regular files under root by checksum.
func checksums(ts *testscript.TestScript, root string) map[string]string {
	paths := map[string]string{}
	ts.Check(filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		paths[checksum(ts, path)] = path
		return nil
	}))
	return paths
}

func checksum(ts *testscript.TestScript, path string) string {
	data, err := os.ReadFile(path)
	ts.Check(err)
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// cmdSaveSettings implements "savesettings JSON": it saves the settings in the
// profile.
func cmdSaveSettings(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	d := openDB(ctx, ts)
	ts.Check(d.SaveSetting(ctx, "settings", json.RawMessage(args[0])))
	ts.Check(d.Close())
}

// cmdSavedOptions implements "savedoptions CONNECTIONS CHUNK LIMIT": it checks that
// the profile contains a batch with these options.
func cmdSavedOptions(ts *testscript.TestScript, _ bool, args []string) {
	connections, err := strconv.Atoi(args[0])
	ts.Check(err)
	chunk, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	limit, err := strconv.ParseInt(args[2], 10, 64)
	ts.Check(err)
	want := uploader.BatchOptions{Connections: connections, ChunkMax: chunk, Limit: limit, UploadAgain: true}

	ctx := context.Background()
	d := openDB(ctx, ts)
	saved, err := d.Load(ctx)
	ts.Check(err)
	ts.Check(d.Close())
	for _, batch := range saved.Batches {
		if batch.Options == want {
			return
		}
	}
	ts.Fatalf("no batch with options %+v in %+v", want, saved.Batches)
}

func openDB(ctx context.Context, ts *testscript.TestScript) *db.DB {
	d, err := db.Open(ctx, filepath.Join(ts.Getenv("FERRY_PROFILE"), "ferry.db"))
	ts.Check(err)
	return d
}
