//go:build linux

package desk

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

// dragSource is a small window to drag files out of. It prints the point to
// press, then "delivered" when the files were taken, and ends with the drag. It
// runs in the Python that Debian packages its GTK for, wherever else one is.
//
//go:embed dragsource.py
var dragSource string

// dragSteps is how many moves the pointer makes on the way.
const dragSteps = 12

// Drop drags files onto the middle of a window, as out of a file manager, and
// returns when the window has taken them.
func (d *Desktop) Drop(ctx context.Context, w Window, paths ...string) error {
	args := []string{"-c", dragSource}
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		args = append(args, (&url.URL{Scheme: "file", Path: path}).String())
	}
	told, tell, err := os.Pipe()
	if err != nil {
		return err
	}
	defer told.Close()
	source, err := d.start("/usr/bin/python3", launch{args: args, files: []*os.File{tell}})
	tell.Close()
	if err != nil {
		return err
	}
	defer source.terminate()

	stop := context.AfterFunc(ctx, func() { told.Close() })
	defer stop()
	var x, y int
	if _, err := fmt.Fscan(told, &x, &y); err != nil {
		return fmt.Errorf("drag: %w: %s", err, source.Log())
	}
	if err := d.drag(ctx, x, y, w.X+w.Width/2, w.Y+w.Height/2); err != nil {
		return err
	}
	ending, err := io.ReadAll(told)
	if err != nil || !strings.Contains(string(ending), "delivered") {
		return fmt.Errorf("drag: the window did not take the files: %w", context.Cause(ctx))
	}
	return source.Wait(ctx)
}

// drag moves the pointer with the left button held. The pauses are those of a
// hand: a drag begins and a target is recognised by what lies between events.
func (d *Desktop) drag(ctx context.Context, fromX, fromY, toX, toY int) error {
	move := func(x, y int) []string { return []string{"mousemove", strconv.Itoa(x), strconv.Itoa(y)} }
	args := append(move(fromX, fromY), "sleep", "0.2", "mousedown", "1", "sleep", "0.2")
	for i := 1; i <= dragSteps; i++ {
		args = append(args, move(fromX+(toX-fromX)*i/dragSteps, fromY+(toY-fromY)*i/dragSteps)...)
		args = append(args, "sleep", "0.03")
	}
	args = append(args, "sleep", "0.4", "mouseup", "1")
	_, err := d.run(ctx, "xdotool", args...)
	return err
}
