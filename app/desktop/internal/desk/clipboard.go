//go:build linux

package desk

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

// copiedFiles is the type under which file managers copy files.
const copiedFiles = "x-special/gnome-copied-files"

// CopyFiles puts files on the clipboard, as a file manager's Copy does, and waits
// for them to be there.
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
	// The program stays: whoever pastes asks it for what it holds.
	err := d.startService("xclip", launch{args: []string{"-selection", "clipboard", "-t", copiedFiles, "-i", "-quiet"}, input: input})
	if err != nil {
		return err
	}
	return await(ctx, "the files on the clipboard", func() (bool, error) {
		types, _ := d.run(ctx, "xclip", "-selection", "clipboard", "-o", "-t", "TARGETS") // fails as long as it is empty
		return strings.Contains(types, copiedFiles), nil
	})
}

// CopyText puts a text on the clipboard, and waits for it to be there.
func (d *Desktop) CopyText(ctx context.Context, text string) error {
	err := d.startService("xclip", launch{args: []string{"-selection", "clipboard", "-i", "-quiet"}, input: strings.NewReader(text)})
	if err != nil {
		return err
	}
	_, err = d.Clipboard(ctx, text)
	return err
}

// Clipboard waits for a text on the clipboard that holds a part, and returns it.
func (d *Desktop) Clipboard(ctx context.Context, part string) (text string, err error) {
	err = await(ctx, "the clipboard to hold "+part, func() (bool, error) {
		held, err := d.run(ctx, "xclip", "-selection", "clipboard", "-o")
		if err == nil { // fails as long as it is empty
			text = held
		}
		return strings.Contains(text, part), nil
	})
	if err != nil {
		err = fmt.Errorf("%w; it holds %q", err, text)
	}
	return text, err
}

// AwaitClipboard waits for the clipboard to hold exactly that text.
func (d *Desktop) AwaitClipboard(ctx context.Context, text string) error {
	var held string
	err := await(ctx, fmt.Sprintf("the clipboard to hold %q", text), func() (bool, error) {
		held, _ = d.run(ctx, "xclip", "-selection", "clipboard", "-o") // fails as long as it is empty
		return held == text, nil
	})
	if err != nil {
		return fmt.Errorf("%w; it holds %q", err, held)
	}
	return nil
}

// silenceXGB keeps the library from telling on the terminal that a test's X server has
// no passwords. Its logger belongs to the whole program.
var silenceXGB = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })

// AbandonPaste asks for the clipboard's text, and is gone before it is answered,
// as a program is that crashes. It returns when the owner was asked.
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
