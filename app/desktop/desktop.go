//go:build linux

// Package desktop drives the real Ferry program in its window on a virtual desktop,
// and compares the received files with their sources. Its tests, built with the tag
// desktop, are the end-to-end tests of the window.
//
// A [Ferry] must be used by one goroutine.
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

	"github.com/ferryapp/ferry/app/desktop/internal/virtual"
)

// Title is the title of Ferry's window.
const Title = "Ferry"

// Ferry is one profile on a virtual desktop, and the program that runs in it.
type Ferry struct {
	*virtual.Desktop
	Process *virtual.Process // the latest process
	Window  virtual.Window   // of the latest process

	binary, profile string
}

// New returns a Ferry that is not started.
func New(d *virtual.Desktop, binary, profile string) *Ferry {
	return &Ferry{Desktop: d, binary: binary, profile: profile}
}

// Profile returns the path of the data folder.
func (f *Ferry) Profile() string { return f.profile }

// Start starts the program and waits for its window.
func (f *Ferry) Start(ctx context.Context, args ...string) error {
	var err error
	if f.Process, err = f.Run(f.binary, append([]string{"--profile", f.profile}, args...)...); err != nil {
		return err
	}
	return f.AwaitWindow(ctx)
}

// StartHidden starts the program as at login, and waits for its tray icon, whose menu
// has the given entry.
func (f *Ferry) StartHidden(ctx context.Context, entry string) error {
	var err error
	if f.Process, err = f.Run(f.binary, "--profile", f.profile, "--hidden"); err != nil {
		return err
	}
	return f.AwaitTray(ctx, entry)
}

// AwaitWindow waits for the window to be visible.
func (f *Ferry) AwaitWindow(ctx context.Context) (err error) {
	f.Window, err = f.Desktop.AwaitWindow(ctx, Title)
	if err != nil && f.Process != nil {
		return fmt.Errorf("%w; output of Ferry: %s", err, f.Process.Log())
	}
	return err
}

// SendToRunning starts a second instance with files for the running one, and waits for
// it to exit.
func (f *Ferry) SendToRunning(ctx context.Context, paths ...string) error {
	second, err := f.Run(f.binary, append([]string{"--profile", f.profile}, paths...)...)
	if err != nil {
		return err
	}
	if err := second.Wait(ctx); err != nil {
		second.Kill()
		return fmt.Errorf("second instance: %w: %s", err, second.Log())
	}
	return nil
}

// Row is a transfer as listed by the command line.
type Row struct {
	ID      int64  `json:"id"`
	Path    string `json:"path"`
	State   string `json:"state"`
	URL     string `json:"url"`
	Message string `json:"message"`
}

// Rows returns all transfers, as listed by a second instance.
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

// AwaitRows waits until the transfers satisfy the condition, and returns them.
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
			return rows, fmt.Errorf("wait for %s, %d rows: %w", what, len(rows), ctx.Err())
		}
	}
}

// Drop drags files onto the window and waits until it has accepted them.
func (f *Ferry) Drop(ctx context.Context, paths ...string) error {
	return f.Desktop.Drop(ctx, f.Window, paths...)
}

// AwaitPlaced waits until the window is placed as the condition says.
func (f *Ferry) AwaitPlaced(ctx context.Context, what string, condition func(virtual.Window) bool) error {
	var err error
	f.Window, err = f.Desktop.AwaitPlaced(ctx, Title, what, condition)
	return err
}

// Quit chooses the Quit entry of the tray menu, which has the given label, and waits
// for the program to exit.
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

// ChooseTray chooses an entry of the tray menu and waits for its effect. It retries,
// because a menu that is rebuilt at that moment ignores the choice.
func (f *Ferry) ChooseTray(ctx context.Context, label string, done func(context.Context) error) error {
	for {
		attempt, cancel := context.WithTimeout(ctx, 20*time.Second)
		_ = f.ClickTray(attempt, label) // fails if the previous try removed the entry
		cancel()
		attempt, cancel = context.WithTimeout(ctx, 30*time.Second)
		err := done(attempt)
		cancel()
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
}

// ReceivedPath returns the path of a file that the built-in receiver has completely
// received.
func (f *Ferry) ReceivedPath(name string) string { return filepath.Join(f.profile, "Received", name) }

// AwaitReceived waits for a file to be received and compares it with its source.
func (f *Ferry) AwaitReceived(ctx context.Context, source, name string) error {
	err := f.await(ctx, name+" to be received", func() bool {
		_, err := os.Stat(f.ReceivedPath(name))
		return err == nil
	})
	if err != nil {
		return err
	}
	return SameBytes(source, f.ReceivedPath(name))
}

// Received describes the uploads of the built-in receiver.
type Received struct {
	Uploads int   // created, finished or not
	Partial int64 // bytes of unfinished uploads
}

// Received reads the receiver's upload folder.
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

// AwaitPartial waits until the receiver has at least size bytes of unfinished uploads,
// and returns its state.
func (f *Ferry) AwaitPartial(ctx context.Context, size int64) (r Received, err error) {
	waited := f.await(ctx, fmt.Sprintf("%d bytes to be received", size), func() bool {
		r, err = f.Received()
		return err != nil || r.Partial >= size
	})
	return r, errors.Join(waited, err)
}

// await polls the condition until it is true, ctx is done, or the program exits.
func (f *Ferry) await(ctx context.Context, what string, condition func() bool) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w; output of Ferry: %s", what, ctx.Err(), f.Process.Log())
		}
		if !f.Process.Running() && !condition() {
			return fmt.Errorf("wait for %s: Ferry exited; its output: %s", what, f.Process.Log())
		}
	}
	return nil
}
