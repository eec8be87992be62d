//go:build linux

package virtual

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// dragSource is a small window from which files are dragged. It prints the point to
// press, then "delivered" when the files are requested, and exits at the end of the
// drag. It needs the Python of Debian's GTK packages.
//
//go:embed dragsource.py
var dragSource string

// dragSteps is the number of pointer moves of a drag.
const dragSteps = 12

// Drop drags files onto the middle of a window, as from a file manager, and returns
// when the window has accepted them.
func (d *Desktop) Drop(ctx context.Context, w Window, paths ...string) error {
	args := []string{"-c", dragSource}
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		args = append(args, (&url.URL{Scheme: "file", Path: path}).String())
	}
	reader, writer, err := os.Pipe()
	if err != nil {
		return err
	}
	defer reader.Close()
	source, err := d.start("/usr/bin/python3", launch{args: args, files: []*os.File{writer}})
	writer.Close()
	if err != nil {
		return err
	}
	defer source.terminate()

	stop := context.AfterFunc(ctx, func() { reader.Close() })
	defer stop()
	var x, y int
	if _, err := fmt.Fscan(reader, &x, &y); err != nil {
		return fmt.Errorf("drag: %w: %s", err, source.Log())
	}
	if err := d.drag(ctx, x, y, w.X+w.Width/2, w.Y+w.Height/2); err != nil {
		return err
	}
	ending, err := io.ReadAll(reader)
	if err != nil || !strings.Contains(string(ending), "delivered") {
		return fmt.Errorf("drag: the window did not accept the files: %w", context.Cause(ctx))
	}
	return source.Wait(ctx)
}

// drag moves the pointer with the left button pressed, and presses keys before it is released.
// The pauses make toolkits recognise the drag and its target.
func (d *Desktop) drag(ctx context.Context, fromX, fromY, toX, toY int, keys ...string) error {
	move := func(x, y int) []string { return []string{"mousemove", strconv.Itoa(x), strconv.Itoa(y)} }
	args := append(move(fromX, fromY), "sleep", "0.2", "mousedown", "1", "sleep", "0.2")
	for i := 1; i <= dragSteps; i++ {
		args = append(args, move(fromX+(toX-fromX)*i/dragSteps, fromY+(toY-fromY)*i/dragSteps)...)
		args = append(args, "sleep", "0.03")
	}
	args = append(args, "sleep", "0.4")
	for _, key := range keys {
		args = append(args, "key", key, "sleep", "0.2")
	}
	args = append(args, "mouseup", "1")
	_, err := d.run(ctx, "xdotool", args...)
	return err
}
