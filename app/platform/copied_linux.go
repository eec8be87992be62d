package platform

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"sync"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// copiedForms are the forms in which copied files are asked for, the best first.
var copiedForms = []string{"x-special/gnome-copied-files", "text/uri-list", "UTF8_STRING", "STRING"}

// Copied returns what is on the clipboard of the X server, for ParseCopied. It
// waits for the program that has it until ctx ends. Without an X server, or with
// nothing on its clipboard, it fails with ErrNoClipboard.
func Copied(ctx context.Context) (string, error) {
	if os.Getenv("DISPLAY") == "" {
		return "", ErrNoClipboard
	}
	reader, err := newSelectionReader()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoClipboard, err)
	}
	stop := context.AfterFunc(ctx, reader.conn.Close) // which ends every wait
	text, err := reader.read()
	if stop() {
		reader.conn.Close()
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return text, err
}

// quiet keeps the library from writing to the terminal that the server went away,
// which a close is. Its logger belongs to the whole program.
var quiet = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })

// selectionReader asks the owner of the clipboard for it, as ICCCM 2.4 says.
type selectionReader struct {
	conn     *xgb.Conn
	window   xproto.Window
	property xproto.Atom
	atoms    map[string]xproto.Atom
}

func newSelectionReader() (*selectionReader, error) {
	quiet()
	conn, err := xgb.NewConn()
	if err != nil {
		return nil, err
	}
	r := &selectionReader{conn: conn, atoms: map[string]xproto.Atom{}}
	if err := r.prepare(); err != nil {
		conn.Close()
		return nil, err
	}
	return r, nil
}

// prepare makes the window that the answer comes to.
func (r *selectionReader) prepare() error {
	for _, name := range append([]string{"CLIPBOARD", "TARGETS", "INCR", "FERRY_COPIED"}, copiedForms...) {
		atom, err := xproto.InternAtom(r.conn, false, uint16(len(name)), name).Reply() //nolint:gosec // the names above
		if err != nil {
			return err
		}
		r.atoms[name] = atom.Atom
	}
	r.property = r.atoms["FERRY_COPIED"]
	window, err := xproto.NewWindowId(r.conn)
	if err != nil {
		return err
	}
	r.window = window
	root := xproto.Setup(r.conn).DefaultScreen(r.conn).Root
	return xproto.CreateWindowChecked(r.conn, 0, window, root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0,
		xproto.CwEventMask, []uint32{xproto.EventMaskPropertyChange}).Check()
}

func (r *selectionReader) read() (string, error) {
	targets, err := r.convert("TARGETS")
	if err != nil {
		return "", err
	}
	var offered []xproto.Atom
	for ; len(targets) >= 4; targets = targets[4:] {
		offered = append(offered, xproto.Atom(binary.NativeEndian.Uint32(targets)))
	}
	for _, form := range copiedForms {
		if slices.Contains(offered, r.atoms[form]) {
			text, err := r.convert(form)
			return string(text), err
		}
	}
	return "", ErrNoClipboard
}

// convert has the owner put the clipboard into a property of the window, in one
// form, and takes it out of there.
func (r *selectionReader) convert(form string) ([]byte, error) {
	err := xproto.ConvertSelectionChecked(r.conn, r.window, r.atoms["CLIPBOARD"], r.atoms[form], r.property, xproto.TimeCurrentTime).Check()
	if err != nil {
		return nil, fmt.Errorf("ask for the clipboard: %w", err)
	}
	for {
		event, err := r.next()
		if err != nil {
			return nil, err
		}
		if notify, ok := event.(xproto.SelectionNotifyEvent); ok {
			if notify.Property == xproto.AtomNone {
				return nil, ErrNoClipboard
			}
			break
		}
	}
	content, kind, err := r.take()
	if err != nil || kind != r.atoms["INCR"] {
		return content, err
	}
	return r.gather()
}

// gather takes a large clipboard in pieces (ICCCM 2.7.2). An empty one is its end.
func (r *selectionReader) gather() ([]byte, error) {
	var all []byte
	for {
		event, err := r.next()
		if err != nil {
			return nil, err
		}
		change, ok := event.(xproto.PropertyNotifyEvent)
		if !ok || change.Atom != r.property || change.State != xproto.PropertyNewValue {
			continue
		}
		piece, _, err := r.take()
		if err != nil {
			return nil, err
		}
		if len(piece) == 0 {
			return all, nil
		}
		if all = append(all, piece...); len(all) > copiedMost {
			return nil, errors.New("the clipboard is too large")
		}
	}
}

// take reads the property and removes it, which asks for the next piece.
func (r *selectionReader) take() ([]byte, xproto.Atom, error) {
	got, err := xproto.GetProperty(r.conn, true, r.window, r.property, xproto.GetPropertyTypeAny, 0, copiedMost/4).Reply()
	if err != nil {
		return nil, 0, fmt.Errorf("read the clipboard: %w", err)
	}
	return got.Value, got.Type, nil
}

func (r *selectionReader) next() (xgb.Event, error) {
	event, err := r.conn.WaitForEvent()
	switch {
	case event == nil && err == nil:
		return nil, errors.New("the X server went away")
	case err != nil:
		return nil, fmt.Errorf("read the clipboard: %w", err)
	}
	return event, nil
}
