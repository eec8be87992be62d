//go:build linux

// Demo shows what Ferry is for, on a virtual screen: a file is dropped on the
// window and crosses to the built-in receiver; Ferry is killed half way through
// a large one, is started again, and finishes it. Every byte is compared.
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
	"github.com/ferryapp/ferry/app/desktop/internal/desk"
)

const (
	mebibyte = 1 << 20

	// drawTime is how long a person looks before taking a picture: long enough for
	// the window to have drawn what happened.
	drawTime = 700 * time.Millisecond
)

func main() {
	binary := flag.String("ferry", "bin/ferry", "the `program` to show")
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
	screen, err := desk.Start(ctx, dir)
	if err != nil {
		return err
	}
	defer screen.Close()
	s := &demo{
		Ferry: desktop.New(screen, binary, filepath.Join(dir, "profile")),
		files: dir, out: out, started: time.Now(),
	}
	defer func() {
		if s.Process != nil {
			s.Process.Kill()
		}
	}()
	return s.run(ctx, size)
}

func (s *demo) run(ctx context.Context, size int64) error {
	scenes := []func(context.Context) error{
		s.open,
		s.uploadFile,
		func(ctx context.Context) error { return s.killAndResume(ctx, size) },
		s.quit,
	}
	for _, scene := range scenes {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	fmt.Printf("\nThe pictures are in %s\n", s.out)
	return nil
}

func (s *demo) open(ctx context.Context) error {
	if err := s.Start(ctx); err != nil {
		return err
	}
	return s.step(ctx, "Ferry's window is open")
}

func (s *demo) quit(ctx context.Context) error {
	if err := s.Quit(ctx, "Quit"); err != nil {
		return fmt.Errorf("quit: %w", err)
	}
	return s.step(ctx, "Quit in the tray ended it in order")
}

// uploadFile drops a file and waits for it.
func (s *demo) uploadFile(ctx context.Context) error {
	photo := filepath.Join(s.files, "Iceland 0417.raw")
	if err := desktop.WriteFile(photo, 48*mebibyte, 1); err != nil {
		return err
	}
	if err := s.Drop(ctx, photo); err != nil {
		return err
	}
	if err := s.AwaitReceived(ctx, photo, filepath.Base(photo)); err != nil {
		return err
	}
	return s.step(ctx, "a file of 48 MiB was dropped on it and has arrived; every byte is equal")
}

// killAndResume kills Ferry half way through a large file and starts it again.
func (s *demo) killAndResume(ctx context.Context, size int64) error {
	film := filepath.Join(s.files, "interview-final.mov")
	if err := s.send(ctx, film, size); err != nil {
		return err
	}
	s.Process.Kill()
	held, err := s.Received()
	if err != nil {
		return err
	}
	if held.Partial == 0 {
		return errors.New("the file had arrived before Ferry was killed: try a larger -size")
	}
	if err := s.step(ctx, fmt.Sprintf("Ferry was killed (kill -9); the receiver holds %d MiB of it", held.Partial/mebibyte)); err != nil {
		return err
	}
	return s.resume(ctx, film, held)
}

// send drops a file and returns when a good part of it has crossed.
func (s *demo) send(ctx context.Context, path string, size int64) error {
	if err := desktop.WriteFile(path, size, 2); err != nil {
		return err
	}
	if err := s.Drop(ctx, path); err != nil {
		return err
	}
	if _, err := s.AwaitPartial(ctx, size*2/5); err != nil {
		return err
	}
	return s.step(ctx, fmt.Sprintf("a file of %d MiB was dropped and is on its way", size/mebibyte))
}

// resume starts Ferry again and waits for the file that was held in part.
func (s *demo) resume(ctx context.Context, path string, held desktop.Received) error {
	if err := s.Start(ctx); err != nil {
		return err
	}
	if err := s.step(ctx, "Ferry was started again"); err != nil {
		return err
	}
	if err := s.AwaitReceived(ctx, path, filepath.Base(path)); err != nil {
		return err
	}
	after, err := s.Received()
	if err != nil {
		return err
	}
	if after.Uploads != held.Uploads {
		return fmt.Errorf("the upload was created anew: %d in all, %d before", after.Uploads, held.Uploads)
	}
	return s.step(ctx, "it has arrived in the same upload; every byte is equal")
}

// step prints what has happened and takes a picture of it.
func (s *demo) step(ctx context.Context, what string) error {
	fmt.Printf("%6.1f s  %s\n", time.Since(s.started).Seconds(), what)
	select {
	case <-time.After(drawTime):
	case <-ctx.Done():
		return ctx.Err()
	}
	s.picture++
	return s.Screenshot(ctx, filepath.Join(s.out, fmt.Sprintf("%d.png", s.picture)))
}
