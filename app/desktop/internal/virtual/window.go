//go:build linux

package virtual

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Window is a window on the screen, without its frame. Sizes are in pixels.
type Window struct {
	ID            string
	X, Y          int
	Width, Height int
}

// Visible reports whether a window with exactly that title is visible.
func (d *Desktop) Visible(ctx context.Context, title string) bool {
	_, err := d.findWindow(ctx, title)
	return err == nil
}

// AwaitWindow waits for a window with exactly that title to be visible.
func (d *Desktop) AwaitWindow(ctx context.Context, title string) (w Window, err error) {
	err = await(ctx, fmt.Sprintf("the window %q", title), func() (bool, error) {
		var findErr error
		w, findErr = d.findWindow(ctx, title)
		return findErr == nil, nil
	})
	return w, err
}

// AwaitHidden waits until no window with exactly that title is visible.
func (d *Desktop) AwaitHidden(ctx context.Context, title string) error {
	return await(ctx, fmt.Sprintf("the window %q to be hidden", title), func() (bool, error) {
		return !d.Visible(ctx, title), nil
	})
}

func (d *Desktop) findWindow(ctx context.Context, title string) (Window, error) {
	found, err := d.run(ctx, "xdotool", "search", "--onlyvisible", "--name", "(^| · )"+regexp.QuoteMeta(title)+"$") // the progress is before the title
	if err != nil {
		return Window{}, err
	}
	ids := strings.Fields(found)
	if len(ids) == 0 {
		return Window{}, fmt.Errorf("no window is titled %q", title)
	}
	return d.windowGeometry(ctx, ids[len(ids)-1])
}

// windowGeometry returns the position and size of a window inside its frame.
func (d *Desktop) windowGeometry(ctx context.Context, id string) (Window, error) {
	described, err := d.run(ctx, "xwininfo", "-id", id)
	if err != nil {
		return Window{}, err
	}
	w := Window{ID: id}
	fields := map[string]*int{"Absolute upper-left X": &w.X, "Absolute upper-left Y": &w.Y, "Width": &w.Width, "Height": &w.Height}
	for line := range strings.Lines(described) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		if field, known := fields[key]; known {
			if *field, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
				return Window{}, fmt.Errorf("read window geometry: %w", err)
			}
		}
	}
	return w, nil
}

// CloseWindow requests the window to close, as its close button does.
func (d *Desktop) CloseWindow(ctx context.Context, w Window) error {
	_, err := d.run(ctx, "wmctrl", "-i", "-c", w.ID)
	return err
}

// Key presses keys, such as "ctrl+o", in the focused window.
func (d *Desktop) Key(ctx context.Context, keys ...string) error {
	_, err := d.run(ctx, "xdotool", append([]string{"key"}, keys...)...)
	return err
}

// SetKeyboardLayout changes the keyboard layout, such as to "ru".
func (d *Desktop) SetKeyboardLayout(ctx context.Context, layout string) error {
	_, err := d.run(ctx, "setxkbmap", layout)
	return err
}

// Type types text into the focused control.
func (d *Desktop) Type(ctx context.Context, text string) error {
	_, err := d.run(ctx, "xdotool", "type", "--delay", "30", "--", text)
	return err
}

// Click clicks the left button at a point of the window.
func (d *Desktop) Click(ctx context.Context, w Window, x, y int) error {
	_, err := d.run(ctx, "xdotool", "mousemove", strconv.Itoa(w.X+x), strconv.Itoa(w.Y+y), "sleep", "0.1", "click", "1")
	return err
}

// DoubleClick clicks the left button twice, quickly, at a point of the window.
func (d *Desktop) DoubleClick(ctx context.Context, w Window, x, y int) error {
	_, err := d.run(ctx, "xdotool", "mousemove", strconv.Itoa(w.X+x), strconv.Itoa(w.Y+y), "sleep", "0.1", "click", "--repeat", "2", "--delay", "80", "1")
	return err
}

// DragInside moves the pointer between two points of the window with the left button pressed,
// and then presses keys before the button is released.
func (d *Desktop) DragInside(ctx context.Context, w Window, fromX, fromY, toX, toY int, keys ...string) error {
	return d.drag(ctx, w.X+fromX, w.Y+fromY, w.X+toX, w.Y+toY, keys...)
}

// MovePointer moves the pointer to a point of the screen.
func (d *Desktop) MovePointer(ctx context.Context, x, y int) error {
	_, err := d.run(ctx, "xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y))
	return err
}

// ClickWith clicks a mouse button at a point of the window; 1 is left, 3 is right.
func (d *Desktop) ClickWith(ctx context.Context, w Window, x, y, button int) error {
	_, err := d.run(ctx, "xdotool", "mousemove", strconv.Itoa(w.X+x), strconv.Itoa(w.Y+y), "sleep", "0.1", "click", strconv.Itoa(button))
	return err
}

// ClickHolding is like Click, with a key held down.
func (d *Desktop) ClickHolding(ctx context.Context, key string, w Window, x, y int) error {
	_, err := d.run(ctx, "xdotool", "mousemove", strconv.Itoa(w.X+x), strconv.Itoa(w.Y+y), "keydown", key, "sleep", "0.1", "click", "1", "sleep", "0.1", "keyup", key)
	return err
}

// Focus activates the window and waits until it has the focus.
func (d *Desktop) Focus(ctx context.Context, w Window) error {
	_, err := d.run(ctx, "xdotool", "windowactivate", "--sync", w.ID)
	return err
}

// Colour returns the colour of a point of the window, such as #1A2B3C.
func (d *Desktop) Colour(ctx context.Context, w Window, x, y int) (string, error) {
	text, err := d.run(ctx, "import", "-silent", "-window", w.ID, "-crop", fmt.Sprintf("1x1+%d+%d", x, y), "-depth", "8", "txt:-")
	if err != nil {
		return "", err
	}
	if found := colour.FindString(text); found != "" {
		return found, nil
	}
	return "", fmt.Errorf("no colour in %q", text)
}

var colour = regexp.MustCompile("#[0-9A-F]{6}")

// AwaitColour waits until the colour of a point of the window matches.
func (d *Desktop) AwaitColour(ctx context.Context, w Window, x, y int, what string, match func(colour string) bool) error {
	var got string
	var colourErr error
	err := await(ctx, what, func() (bool, error) {
		got, colourErr = d.Colour(ctx, w, x, y) // fails while the window opens or closes
		return colourErr == nil && match(got), nil
	})
	if err != nil {
		err = errors.Join(fmt.Errorf("%w; the colour was %q", err, got), colourErr)
	}
	return err
}

// Screenshot saves a picture of the screen as PNG.
func (d *Desktop) Screenshot(ctx context.Context, path string) error {
	return d.screenshot(ctx, "root", path)
}

// WindowScreenshot saves a picture of a window as PNG.
func (d *Desktop) WindowScreenshot(ctx context.Context, w Window, path string) error {
	return d.screenshot(ctx, w.ID, path)
}

func (d *Desktop) screenshot(ctx context.Context, window, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	_, err = d.run(ctx, "import", "-silent", "-window", window, "png:"+path)
	return err
}

// Resize resizes the window and moves it to the top left of the screen.
func (d *Desktop) Resize(ctx context.Context, w Window, width, height int) error {
	_, err := d.run(ctx, "wmctrl", "-i", "-r", w.ID, "-e", fmt.Sprintf("0,20,40,%d,%d", width, height))
	return err
}

// Place resizes the window and moves the upper left corner of its frame.
func (d *Desktop) Place(ctx context.Context, w Window, x, y, width, height int) error {
	_, err := d.run(ctx, "wmctrl", "-i", "-r", w.ID, "-e", fmt.Sprintf("0,%d,%d,%d,%d", x, y, width, height))
	return err
}

// SetMaximized maximises the window, or returns it to its size.
func (d *Desktop) SetMaximized(ctx context.Context, w Window, maximized bool) error {
	action := "remove"
	if maximized {
		action = "add"
	}
	_, err := d.run(ctx, "wmctrl", "-i", "-r", w.ID, "-b", action+",maximized_vert,maximized_horz")
	return err
}

// AwaitPlaced waits until the window with that title, inside its frame, is placed as the condition
// says.
func (d *Desktop) AwaitPlaced(ctx context.Context, title, what string, condition func(Window) bool) (w Window, err error) {
	err = await(ctx, what, func() (bool, error) {
		var findErr error
		w, findErr = d.findWindow(ctx, title)
		return findErr == nil && condition(w), nil
	})
	if err != nil {
		return w, fmt.Errorf("%w; the window is %+v", err, w)
	}
	return w, nil
}

// OpenTrayMenu opens the menu of the only icon in the tray.
func (d *Desktop) OpenTrayMenu(ctx context.Context) error {
	const fromEdge, top = 12, 14 // the middle of the last icon
	_, err := d.run(ctx, "xdotool", "mousemove", strconv.Itoa(Width-fromEdge), strconv.Itoa(top), "sleep", "0.2", "click", "3")
	return err
}
