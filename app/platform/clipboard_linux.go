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

// clipboardTargets are the formats that are read, in order of preference.
var clipboardTargets = []string{"x-special/gnome-copied-files", "text/uri-list", "UTF8_STRING", "STRING"}

// ReadClipboard returns the content of the X clipboard for [ParseClipboard]. It blocks until the
// program that owns the clipboard has sent it or ctx is done. Without an X server, or
// with an empty clipboard, it fails with [ErrNoClipboard].
func ReadClipboard(ctx context.Context) (string, error) {
	if os.Getenv("DISPLAY") == "" {
		return "", ErrNoClipboard
	}
	reader, err := newSelectionReader()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoClipboard, err)
	}
	stop := context.AfterFunc(ctx, reader.conn.Close) // ends every wait
	var text string
	err = guard(func() (err error) { text, err = reader.read(); return err })
	if stop() {
		reader.conn.Close()
	}
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return text, err
}

// silenceXGB keeps xgb from logging to the terminal that the connection was closed.
// Its logger is global.
var silenceXGB = sync.OnceFunc(func() { xgb.Logger = log.New(io.Discard, "", 0) })

// selectionReader requests the clipboard from its owner (ICCCM 2.4).
type selectionReader struct {
	conn     *xgb.Conn
	window   xproto.Window
	property xproto.Atom
	atoms    map[string]xproto.Atom
}

func newSelectionReader() (*selectionReader, error) {
	silenceXGB()
	conn, err := xgb.NewConn()
	if err != nil {
		return nil, err
	}
	r := &selectionReader{conn: conn, atoms: map[string]xproto.Atom{}}
	if err := r.init(); err != nil {
		conn.Close()
		return nil, err
	}
	return r, nil
}

// init creates the window whose property receives the content.
func (r *selectionReader) init() error {
	for _, name := range append([]string{"CLIPBOARD", "TARGETS", "INCR", "FERRY_COPIED"}, clipboardTargets...) {
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
	for _, target := range clipboardTargets {
		if slices.Contains(offered, r.atoms[target]) {
			text, err := r.convert(target)
			return string(text), err
		}
	}
	return "", ErrNoClipboard
}

// convert makes the owner write the clipboard to the window's property in the target
// format, and reads it.
func (r *selectionReader) convert(target string) ([]byte, error) {
	err := xproto.ConvertSelectionChecked(r.conn, r.window, r.atoms["CLIPBOARD"], r.atoms[target], r.property, xproto.TimeCurrentTime).Check()
	if err != nil {
		return nil, fmt.Errorf("request clipboard: %w", err)
	}
	for {
		event, err := r.nextEvent()
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
	content, kind, err := r.takeProperty()
	if err != nil || kind != r.atoms["INCR"] {
		return content, err
	}
	return r.readIncremental()
}

// readIncremental reads a large clipboard, which arrives in pieces and ends with an
// empty one (ICCCM 2.7.2).
func (r *selectionReader) readIncremental() ([]byte, error) {
	var all []byte
	for {
		event, err := r.nextEvent()
		if err != nil {
			return nil, err
		}
		change, ok := event.(xproto.PropertyNotifyEvent)
		if !ok || change.Atom != r.property || change.State != xproto.PropertyNewValue {
			continue
		}
		piece, _, err := r.takeProperty()
		if err != nil {
			return nil, err
		}
		if len(piece) == 0 {
			return all, nil
		}
		if all = append(all, piece...); len(all) > maxClipboardBytes {
			return nil, errors.New("read clipboard: too large")
		}
	}
}

// takeProperty reads and deletes the property. Deleting requests the next piece.
func (r *selectionReader) takeProperty() ([]byte, xproto.Atom, error) {
	reply, err := xproto.GetProperty(r.conn, true, r.window, r.property, xproto.GetPropertyTypeAny, 0, maxClipboardBytes/4).Reply()
	if err != nil {
		return nil, 0, fmt.Errorf("read clipboard: %w", err)
	}
	return reply.Value, reply.Type, nil
}

func (r *selectionReader) nextEvent() (xgb.Event, error) {
	event, err := r.conn.WaitForEvent()
	switch {
	case event == nil && err == nil:
		return nil, errors.New("read clipboard: X server disconnected")
	case err != nil:
		return nil, fmt.Errorf("read clipboard: %w", err)
	}
	return event, nil
}
