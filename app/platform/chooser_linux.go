package platform

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	portalName    = "org.freedesktop.portal.Desktop"
	portalPath    = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	portalOpen    = "org.freedesktop.portal.FileChooser.OpenFile"
	portalRequest = "org.freedesktop.portal.Request"
)

// portalChooser shows the desktop's file dialog through the XDG desktop portal:
// https://flatpak.github.io/xdg-desktop-portal. The library
// github.com/rymdport/portal is not used because its filechooser.OpenFile takes no
// context, does not export Request.Close, subscribes to the response after the call
// and decodes "+" in file names as a space.
type portalChooser struct{}

// NewChooser returns the desktop's file dialog.
func NewChooser() Chooser { return portalChooser{} }

func (c portalChooser) Files(ctx context.Context, options ChooserOptions) ([]string, error) {
	return c.open(ctx, options, false)
}

func (c portalChooser) Folders(ctx context.Context, options ChooserOptions) ([]string, error) {
	return c.open(ctx, options, true)
}

func (c portalChooser) open(ctx context.Context, options ChooserOptions, directory bool) ([]string, error) {
	conn, err := bus.ConnectSession(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChooser, err)
	}
	defer bus.Close(conn)

	token := "ferry" + rand.Text()
	signals, err := bus.Subscribe(ctx, conn, bus.MatchOwner(portalName), []dbus.MatchOption{
		dbus.WithMatchObjectPath(requestPath(conn, token)), dbus.WithMatchInterface(portalRequest), dbus.WithMatchMember("Response"),
	})
	if err != nil {
		return nil, fmt.Errorf("subscribe to file dialog response: %w", err)
	}
	var handle dbus.ObjectPath
	err = bus.Call(ctx, conn.Object(portalName, portalPath), portalOpen, 0, options.ParentWindow, options.Title, map[string]dbus.Variant{
		"handle_token": dbus.MakeVariant(token),
		"multiple":     dbus.MakeVariant(true),
		"directory":    dbus.MakeVariant(directory),
		"accept_label": dbus.MakeVariant(options.AcceptLabel),
	}).Store(&handle)
	if err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChooser, err)
	}
	response, err := waitResponse(ctx, signals)
	if ctx.Err() != nil {
		closeDialog(ctx, conn, handle)
	}
	if err != nil {
		return nil, fmt.Errorf("wait for file dialog: %w", err)
	}
	return parseResponse(response)
}

// closeDialogTimeout is how long the bus may take to read that a dialog is to be closed.
const closeDialogTimeout = time.Second

// closeDialog closes a dialog after ctx has ended. If the bus does not read that, the portal
// closes the dialog when the connection ends.
func closeDialog(ctx context.Context, conn *dbus.Conn, handle dbus.ObjectPath) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeDialogTimeout)
	defer cancel()
	_ = bus.Call(ctx, conn.Object(portalName, handle), portalRequest+".Close", dbus.FlagNoReplyExpected).Err // there is nothing to close then
}

// requestPath returns the object path of the portal's request. It is known before
// the call, so that the response cannot arrive before it is subscribed to.
func requestPath(conn *dbus.Conn, token string) dbus.ObjectPath {
	sender := strings.ReplaceAll(strings.TrimPrefix(conn.Names()[0], ":"), ".", "_")
	return dbus.ObjectPath("/org/freedesktop/portal/desktop/request/" + sender + "/" + token)
}

// waitResponse waits for the portal's response. It fails if the portal ends first, since
// its dialogs end with it.
func waitResponse(ctx context.Context, signals <-chan *dbus.Signal) (*dbus.Signal, error) {
	for {
		select {
		case signal, open := <-signals:
			if !open {
				return nil, errors.New("session bus disconnected")
			}
			if signal.Name == portalRequest+".Response" {
				return signal, nil
			}
			if owner, changed := bus.NewOwner(signal, portalName); changed && owner == "" {
				return nil, errors.New("portal ended")
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// parseResponse reads the portal's Response signal. Its status is 0 unless the user
// cancelled.
func parseResponse(signal *dbus.Signal) ([]string, error) {
	var status uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(signal.Body, &status, &results); err != nil {
		return nil, fmt.Errorf("parse file dialog response: %w", err)
	}
	if status != 0 {
		return nil, nil
	}
	var uris []string
	if err := results["uris"].Store(&uris); err != nil {
		return nil, fmt.Errorf("parse file dialog response: %w", err)
	}
	paths := make([]string, 0, len(uris))
	for _, uri := range uris {
		path, ok := parseFileURI(uri)
		if !ok {
			return nil, fmt.Errorf("parse file dialog response: %q is not a local file", uri)
		}
		paths = append(paths, path)
	}
	return paths, nil
}
