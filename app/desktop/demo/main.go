//go:build linux

// Demo uploads files with Ferry on a virtual desktop: one file is dropped on the window,
// Ferry is killed during the upload of a large one, and resumes it after a restart.
// The received files are compared with their sources.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/ferryapp/ferry/app/desktop"
	"github.com/ferryapp/ferry/app/desktop/internal/virtual"
)

const (
	mebibyte = 1 << 20

	// drawTime is the time for the window to draw before a picture.
	drawTime = 700 * time.Millisecond
)

func main() {
	binary := flag.String("ferry", "bin/ferry", "the `program` to run")
	out := flag.String("out", ".cache/demo", "the `folder` for the pictures")
	size := flag.Int64("size", 3072, "`MiB` of the large file")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *binary, *out, *size*mebibyte)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// demo is one run of the demo.
type demo struct {
	*desktop.Ferry

	files   string // where the source files are made
	out     string
	started time.Time
	picture int
}

func run(ctx context.Context, binary, out string, size int64) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "ferry-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if binary, err = filepath.Abs(binary); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	screen, err := virtual.Start(ctx, dir)
	if err != nil {
		return err
	}
	defer screen.Close()
	d := &demo{
		Ferry: desktop.New(screen, binary, filepath.Join(dir, "profile")),
		files: dir, out: out, started: time.Now(),
	}
	defer func() {
		if d.Process != nil {
			d.Process.Kill()
		}
	}()
	return d.run(ctx, size)
}

func (d *demo) run(ctx context.Context, size int64) error {
	steps := []func(context.Context) error{
		d.open,
		d.uploadFile,
		func(ctx context.Context) error { return d.killAndResume(ctx, size) },
		d.quit,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("\nThe pictures are in %s\n", d.out)
	return nil
}

func (d *demo) open(ctx context.Context) error {
	if err := d.Start(ctx); err != nil {
		return err
	}
	return d.step(ctx, "Ferry is running")
}

func (d *demo) quit(ctx context.Context) error {
	if err := d.Quit(ctx, "Quit"); err != nil {
		return fmt.Errorf("quit: %w", err)
	}
	return d.step(ctx, "Ferry was quit from the tray")
}

// uploadFile drops a file and waits for it to be received.
func (d *demo) uploadFile(ctx context.Context) error {
	photo := filepath.Join(d.files, "Iceland 0417.raw")
	if err := desktop.WriteFile(photo, 48*mebibyte, 1); err != nil {
		return err
	}
	if err := d.Drop(ctx, photo); err != nil {
		return err
	}
	if err := d.AwaitReceived(ctx, photo, filepath.Base(photo)); err != nil {
		return err
	}
	return d.step(ctx, "a file of 48 MiB was dropped and received; its content is equal")
}

// killAndResume kills Ferry during the upload of a large file and restarts it.
func (d *demo) killAndResume(ctx context.Context, size int64) error {
	film := filepath.Join(d.files, "interview-final.mov")
	if err := d.send(ctx, film, size); err != nil {
		return err
	}
	d.Process.Kill()
	before, err := d.Received()
	if err != nil {
		return err
	}
	if before.Partial == 0 {
		return errors.New("the file was received before Ferry was killed; use a larger -size")
	}
	if err := d.step(ctx, fmt.Sprintf("Ferry was killed (kill -9); the receiver has %d MiB of the file", before.Partial/mebibyte)); err != nil {
		return err
	}
	return d.resume(ctx, film, before)
}

// send drops a file and returns when two fifths of it are uploaded.
func (d *demo) send(ctx context.Context, path string, size int64) error {
	if err := desktop.WriteFile(path, size, 2); err != nil {
		return err
	}
	if err := d.Drop(ctx, path); err != nil {
		return err
	}
	if _, err := d.AwaitPartial(ctx, size*2/5); err != nil {
		return err
	}
	return d.step(ctx, fmt.Sprintf("a file of %d MiB was dropped and is being uploaded", size/mebibyte))
}

// resume restarts Ferry and waits for the partially received file.
func (d *demo) resume(ctx context.Context, path string, before desktop.Received) error {
	if err := d.Start(ctx); err != nil {
		return err
	}
	if err := d.step(ctx, "Ferry was restarted"); err != nil {
		return err
	}
	if err := d.AwaitReceived(ctx, path, filepath.Base(path)); err != nil {
		return err
	}
	after, err := d.Received()
	if err != nil {
		return err
	}
	if after.Uploads != before.Uploads {
		return fmt.Errorf("%d uploads created, %d before the restart", after.Uploads, before.Uploads)
	}
	return d.step(ctx, "the file was received in the same upload; its content is equal")
}

// step prints a line and takes a picture.
func (d *demo) step(ctx context.Context, what string) error {
	fmt.Printf("%6.1f s  %s\n", time.Since(d.started).Seconds(), what)
	select {
	case <-time.After(drawTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	d.picture++
	return d.Screenshot(ctx, filepath.Join(d.out, fmt.Sprintf("%d.png", d.picture)))
}
