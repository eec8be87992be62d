//go:build linux

package virtual

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/url"
	"path/filepath"
	"strings"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// copiedFiles is the type of files copied in a file manager.
const copiedFiles = "x-special/gnome-copied-files"

// CopyFiles copies files to the clipboard, as a file manager does, and waits for them
// to be there.
func (d *Desktop) CopyFiles(ctx context.Context, paths ...string) error {
	lines := []string{"copy"}
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		lines = append(lines, (&url.URL{Scheme: "file", Path: path}).String())
	}
	input := strings.NewReader(strings.Join(lines, "\n"))
	// The program keeps running to serve the clipboard.
	err := d.startService("xclip", launch{args: []string{"-selection", "clipboard", "-t", copiedFiles, "-i", "-quiet"}, input: input})
	if err != nil {
		return err
	}
	return await(ctx, "the files on the clipboard", func() (bool, error) {
		types, _ := d.run(ctx, "xclip", "-selection", "clipboard", "-o", "-t", "TARGETS") // fails while it is empty
		return strings.Contains(types, copiedFiles), nil
	})
}

// CopyText copies a text to the clipboard and waits for it to be there.
func (d *Desktop) CopyText(ctx context.Context, text string) error {
	err := d.startService("xclip", launch{args: []string{"-selection", "clipboard", "-i", "-quiet"}, input: strings.NewReader(text)})
	if err != nil {
		return err
	}
	_, err = d.Clipboard(ctx, text)
	return err
}

// Clipboard waits until the clipboard has a text that contains part, and returns it.
func (d *Desktop) Clipboard(ctx context.Context, part string) (text string, err error) {
	err = await(ctx, "the clipboard to hold "+part, func() (bool, error) {
		got, err := d.run(ctx, "xclip", "-selection", "clipboard", "-o")
		if err == nil { // fails while it is empty
			text = got
		}
		return strings.Contains(text, part), nil
	})
	if err != nil {
		err = fmt.Errorf("%w; it has %q", err, text)
	}
	return text, err
}

// AwaitClipboard waits until the clipboard has exactly the text.
func (d *Desktop) AwaitClipboard(ctx context.Context, text string) error {
	var got string
	err := await(ctx, fmt.Sprintf("the clipboard to hold %q", text), func() (bool, error) {
		got, _ = d.run(ctx, "xclip", "-selection", "clipboard", "-o") // fails while it is empty
		return got == text, nil
	})
	if err != nil {
		return fmt.Errorf("%w; it has %q", err, got)
	}
	return nil
}

// silenceXGB turns off xgb's log, which reports that the test's X server requires no
// authentication. The logger is global.
var silenceXGB = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })

// AbandonPaste requests the clipboard's text and closes the window before the response,
// as a program does that crashes. It returns when the request was sent.
func (d *Desktop) AbandonPaste() error {
	silenceXGB()
	conn, err := xgb.NewConnDisplay(d.display)
	if err != nil {
		return fmt.Errorf("abandon paste: %w", err)
	}
	defer conn.Close()
	window, err := xproto.NewWindowId(conn)
	if err != nil {
		return fmt.Errorf("abandon paste: %w", err)
	}
	atoms := make([]xproto.Atom, 2)
	for i, name := range []string{"CLIPBOARD", "UTF8_STRING"} {
		reply, err := xproto.InternAtom(conn, false, uint16(len(name)), name).Reply()
		if err != nil {
			return fmt.Errorf("abandon paste: %w", err)
		}
		atoms[i] = reply.Atom
	}
	screen := xproto.Setup(conn).DefaultScreen(conn)
	xproto.CreateWindow(conn, screen.RootDepth, window, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOutput, screen.RootVisual, 0, nil)
	xproto.ConvertSelection(conn, window, atoms[0], atoms[1], atoms[1], xproto.TimeCurrentTime)
	return xproto.DestroyWindowChecked(conn, window).Check()
}
