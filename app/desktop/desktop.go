//go:build linux

// Package desktop uses Ferry as a person does: the real program with its real
// window, on a desktop of its own, with real drags, and real files that are
// compared byte by byte where they arrive. Its tests are the end-to-end tests,
// built with the tag desktop; the program in demo shows the main thing that
// Ferry is for.
//
// A Ferry is used by one goroutine, like the Desktop it runs on.
package desktop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/desktop/internal/desk"
)

// Title is the title of Ferry's window.
const Title = "Ferry"

// Ferry is one profile on a desktop, and the program that runs on it.
type Ferry struct {
	*desk.Desktop
	Process *desk.Process // the latest start
	Window  desk.Window   // of the latest start

	binary, profile string
}

// New prepares a Ferry that is not started yet.
func New(d *desk.Desktop, binary, profile string) *Ferry {
	return &Ferry{Desktop: d, binary: binary, profile: profile}
}

// Profile is the folder that holds everything Ferry remembers.
func (f *Ferry) Profile() string { return f.profile }

// Start starts the program and waits for its window.
func (f *Ferry) Start(ctx context.Context, args ...string) error {
	var err error
	if f.Process, err = f.Run(f.binary, append([]string{"--profile", f.profile}, args...)...); err != nil {
		return err
	}
	return f.AwaitWindow(ctx)
}

// StartHidden starts the program as a login does, and waits for its tray icon,
// whose menu has an entry of that name.
func (f *Ferry) StartHidden(ctx context.Context, entry string) error {
	var err error
	if f.Process, err = f.Run(f.binary, "--profile", f.profile, "--hidden"); err != nil {
		return err
	}
	return f.AwaitTray(ctx, entry)
}

// AwaitWindow waits for the window to be on the screen.
func (f *Ferry) AwaitWindow(ctx context.Context) (err error) {
	f.Window, err = f.Desktop.AwaitWindow(ctx, Title)
	if err != nil && f.Process != nil {
		return fmt.Errorf("%w; Ferry said: %s", err, f.Process.Log())
	}
	return err
}

// SendToRunning starts the program a second time, with files for the one that runs,
// and waits for it to end.
func (f *Ferry) SendToRunning(ctx context.Context, paths ...string) error {
	second, err := f.Run(f.binary, append([]string{"--profile", f.profile}, paths...)...)
	if err != nil {
		return err
	}
	if err := second.Wait(ctx); err != nil {
		second.Kill()
		return fmt.Errorf("second start: %w: %s", err, second.Log())
	}
	return nil
}

// Row is a transfer as the command line lists it.
type Row struct {
	ID    int64  `json:"id"`
	Path  string `json:"path"`
	State string `json:"state"`
	URL   string `json:"url"`
}

// Rows are all transfers there are, as the running Ferry tells a second one.
func (f *Ferry) Rows(ctx context.Context) ([]Row, error) {
	text, err := f.Output(ctx, f.binary, "--profile", f.profile, "list", "--json", "--all")
	if err != nil {
		return nil, err
	}
	var rows []Row
	for decoder := json.NewDecoder(strings.NewReader(text)); ; {
		var row Row
		if err := decoder.Decode(&row); errors.Is(err, io.EOF) {
			return rows, nil
		} else if err != nil {
			return nil, fmt.Errorf("read list: %w", err)
		}
		rows = append(rows, row)
	}
}

// AwaitRows waits for the transfers to be as wanted.
func (f *Ferry) AwaitRows(ctx context.Context, what string, condition func([]Row) bool) (rows []Row, err error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		if rows, err = f.Rows(ctx); err != nil || condition(rows) {
			return rows, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return rows, fmt.Errorf("waiting for %s, there are %d rows: %w", what, len(rows), ctx.Err())
		}
	}
}

// Drop drags files onto the window and waits until it has taken them.
func (f *Ferry) Drop(ctx context.Context, paths ...string) error {
	return f.Desktop.Drop(ctx, f.Window, paths...)
}

// Quit chooses Quit in the tray, whose label that is, and waits for the program to
// end by itself.
func (f *Ferry) Quit(ctx context.Context, label string) error {
	err := f.ChooseTray(ctx, label, func(ctx context.Context) error {
		if err := f.Process.Wait(ctx); f.Process.Running() {
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	return f.Process.Wait(ctx)
}

// ChooseTray chooses an entry of the tray's menu and waits for what comes of it. A menu
// that is built anew at that moment takes no notice, and is asked again.
func (f *Ferry) ChooseTray(ctx context.Context, label string, done func(context.Context) error) error {
	for {
		soon, cancel := context.WithTimeout(ctx, 20*time.Second)
		_ = f.ClickTray(soon, label) // which is not there any more when it was heard the last time
		cancel()
		soon, cancel = context.WithTimeout(ctx, 30*time.Second)
		err := done(soon)
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// ReceivedPath is where a file lies once the built-in receiver has all of it.
func (f *Ferry) ReceivedPath(name string) string { return filepath.Join(f.profile, "Received", name) }

// AwaitReceived waits for a file to be received and compares it with its source.
func (f *Ferry) AwaitReceived(ctx context.Context, source, name string) error {
	err := f.await(ctx, name+" to arrive", func() bool {
		_, err := os.Stat(f.ReceivedPath(name))
		return err == nil
	})
	if err != nil {
		return err
	}
	return SameBytes(source, f.ReceivedPath(name))
}

// Received describes what the built-in receiver was sent.
type Received struct {
	Uploads int   // ever created, finished or not
	Partial int64 // bytes it holds of those that are not finished
}

// Received looks at the receiver's own files.
func (f *Ferry) Received() (Received, error) {
	dir := f.ReceivedPath(".ferry/uploads")
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Received{}, nil
	}
	if err != nil {
		return Received{}, err
	}
	var r Received
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasSuffix(name, ".done") {
			r.Uploads++
		}
		id, unfinished := strings.CutSuffix(name, ".info")
		if !unfinished {
			continue
		}
		r.Uploads++
		if info, err := os.Stat(filepath.Join(dir, id)); err == nil {
			r.Partial += info.Size()
		}
	}
	return r, nil
}

// AwaitPartial waits until the receiver holds at least size bytes of what is not
// launchFinished, and returns what it holds.
func (f *Ferry) AwaitPartial(ctx context.Context, size int64) (r Received, err error) {
	waited := f.await(ctx, fmt.Sprintf("%d bytes to be received", size), func() bool {
		r, err = f.Received()
		return err != nil || r.Partial >= size
	})
	return r, errors.Join(waited, err)
}

// await asks again and again whether the condition holds, until it does, ctx
// ends, or the program does.
func (f *Ferry) await(ctx context.Context, what string, condition func() bool) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waiting for %s: %w; Ferry said: %s", what, ctx.Err(), f.Process.Log())
		}
		if !f.Process.Running() && !condition() {
			return fmt.Errorf("waiting for %s: Ferry ended; it said: %s", what, f.Process.Log())
		}
	}
	return nil
}
