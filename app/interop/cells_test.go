package interop_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/ferryapp/ferry/app/feed"
)

// cell is a column of the table.
type cell struct {
	name string
	run  func(c *client) error
}

func cells() []cell {
	return []cell{
		{"0 B", func(c *client) error { return sendOne(c, "empty.bin", 0) }},
		{"6 B", func(c *client) error { return sendOne(c, "six.bin", 6) }},
		{"30 MB", func(c *client) error { return sendOne(c, "film.mov", middleSize()) }},
		{"folder", sendFolder},
		{"kill -9", killAndResume},
		{"same name", sendSameName},
		{"refused", sendRefused},
	}
}

// The sizes of files. The smaller ones are several chunks of every hosted service.
func middleSize() int64 {
	if *full {
		return 30_000_000
	}
	return 14_000_000
}

func largeSize() int64 {
	if *full {
		return 300_000_000
	}
	return 24_000_000
}

// sendOne sends one file.
func sendOne(c *client, name string, size int64) error {
	f := createFile(c.t, filepath.Join(c.t.TempDir(), name), size)
	before, err := c.server.stored()
	if err != nil {
		return err
	}
	r, err := c.send(c.t.Context(), nil, f.path)
	if err := r.wantDone(err); err != nil {
		return err
	}
	return checkStored(c.server, before, f)
}

// sendFolder sends a folder of files with names in several scripts.
func sendFolder(c *client) error {
	folder := filepath.Join(c.t.TempDir(), "Mappe 文件夹")
	smallest := int64(0)
	if c.server.noEmpty {
		smallest = 1
	}
	files := createFolder(c.t, folder, smallest)
	before, err := c.server.stored()
	if err != nil {
		return err
	}
	paths := []string{folder}
	if c.server.createURL != nil { // there is one URL for each file
		paths = nil
		for _, f := range files {
			paths = append(paths, f.path)
		}
	}
	r, err := c.send(c.t.Context(), nil, paths...)
	if err := r.wantDone(err); err != nil {
		return err
	}
	return checkStored(c.server, before, files...)
}

// killAndResume kills the program when it has sent about half of a file, and resumes in
// another run, which must not send the first half again.
func killAndResume(c *client) error {
	f := createFile(c.t, filepath.Join(c.t.TempDir(), "long film.mov"), largeSize())
	before, err := c.server.stored()
	if err != nil {
		return err
	}
	start := c.proxy.Upstream()
	ctx, kill := context.WithCancel(c.t.Context())
	defer kill()
	go func() {
		poll := time.NewTicker(5 * time.Millisecond)
		defer poll.Stop()
		for range poll.C {
			if ctx.Err() != nil || c.proxy.Upstream()-start > f.size/2 {
				kill() // exec.CommandContext kills with SIGKILL
				return
			}
		}
	}()
	r, err := c.send(ctx, []string{"--limit", fmt.Sprint(f.size / 2)}, f.path)
	switch {
	case err != nil && !errors.Is(err, context.Canceled):
		return err
	case ctx.Err() == nil:
		return fmt.Errorf("it ended before half was sent: exit status %d: %s", r.code, r.reason())
	}
	killed := c.proxy.Upstream()
	r, err = c.resume(c.t.Context())
	if err := r.wantDone(err); err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	if again := c.proxy.Upstream() - killed; again > f.size*8/10 && !c.server.wholeOnly {
		return fmt.Errorf("resumed run sent %d of %d bytes", again, f.size)
	}
	return checkStored(c.server, before, f)
}

// sendSameName sends two files of one name, each with other content.
func sendSameName(c *client) error {
	name := "twice.bin"
	first := createFile(c.t, filepath.Join(c.t.TempDir(), name), 1000)
	second := createFile(c.t, filepath.Join(c.t.TempDir(), name), 2000)
	before, err := c.server.stored()
	if err != nil {
		return err
	}
	r, err := c.send(c.t.Context(), nil, first.path)
	if err := r.wantDone(err); err != nil {
		return err
	}
	r, err = c.send(c.t.Context(), nil, second.path)
	switch c.server.sameName {
	case keepsBoth:
		if err := r.wantDone(err); err != nil {
			return fmt.Errorf("second file: %w", err)
		}
		return checkStored(c.server, before, first, second)
	case replacesFirst:
		if err := r.wantDone(err); err != nil {
			return fmt.Errorf("second file: %w", err)
		}
		return checkStored(c.server, before, second)
	default:
		if err := r.wantRefused(err, refusal{fault: "exists"}); err != nil {
			return fmt.Errorf("second file: %w", err)
		}
		return checkStored(c.server, before, first)
	}
}

// sendRefused sends a file that the server does not accept: Ferry reports it and ends.
func sendRefused(c *client) error {
	want := c.server.refused
	f := createSparseFile(c.t, filepath.Join(c.t.TempDir(), want.name), want.size)
	before, err := c.server.stored()
	if err != nil {
		return err
	}
	r, err := c.send(c.t.Context(), nil, f.path)
	if err := r.wantRefused(err, want); err != nil {
		return err
	}
	after, err := c.server.stored()
	if err == nil && len(after) != len(before) {
		err = errors.New("server has the refused file")
	}
	return err
}

// wantRefused fails unless the run ended because the server refused its file, with the
// kind of fault and the words of want.
func (r *report) wantRefused(err error, want refusal) error {
	switch {
	case err != nil:
		return err
	case r.code != 1:
		return fmt.Errorf("exit status %d, want 1: %s", r.code, r.reason())
	}
	for _, e := range r.events {
		if e.Event.Event == feed.Failed && e.Fault == want.fault && strings.Contains(e.Message+"\n"+e.ServerMessage, want.words) {
			return nil
		}
	}
	return fmt.Errorf("reported as %q, want %s with %q", r.reason(), want.fault, want.words)
}
