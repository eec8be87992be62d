package platform

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	portalName    = "org.freedesktop.portal.Desktop"
	portalPath    = dbus.ObjectPath("/org/freedesktop/portal/desktop")
	portalOpen    = "org.freedesktop.portal.FileChooser.OpenFile"
	portalRequest = "org.freedesktop.portal.Request"
)

// portalChooser asks the desktop portal, which shows the dialog of the desktop
// in use: https://flatpak.github.io/xdg-desktop-portal.
type portalChooser struct{}

// NewChooser returns the desktop's file dialog.
func NewChooser() Chooser { return portalChooser{} }

func (c portalChooser) Files(ctx context.Context, question Question) ([]string, error) {
	return c.ask(ctx, question, map[string]dbus.Variant{})
}

func (c portalChooser) Folders(ctx context.Context, question Question) ([]string, error) {
	return c.ask(ctx, question, map[string]dbus.Variant{"directory": dbus.MakeVariant(true)})
}

func (c portalChooser) ask(ctx context.Context, question Question, options map[string]dbus.Variant) ([]string, error) {
	conn, err := connectSession()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoChooser, err)
	}
	defer conn.Close()

	token := "ferry" + rand.Text()
	options["handle_token"] = dbus.MakeVariant(token)
	options["multiple"] = dbus.MakeVariant(true)
	options["accept_label"] = dbus.MakeVariant(question.Accept)
	answers, err := awaitResponse(conn, requestPath(conn, token))
	if err != nil {
		return nil, fmt.Errorf("await file dialog: %w", err)
	}
	var handle dbus.ObjectPath
	err = conn.Object(portalName, portalPath).
		CallWithContext(ctx, portalOpen, 0, question.Parent, question.Title, options).Store(&handle)
	if err != nil {
		return nil, openError(ctx, err)
	}
	answer, err := nextResponse(ctx, answers)
	if ctx.Err() != nil {
		conn.Object(portalName, handle).Call(portalRequest+".Close", dbus.FlagNoReplyExpected)
	}
	if err != nil {
		return nil, fmt.Errorf("await file dialog: %w", err)
	}
	return readAnswer(answer)
}

// nextResponse passes over what the bus itself signals.
func nextResponse(ctx context.Context, answers <-chan *dbus.Signal) (*dbus.Signal, error) {
	for {
		select {
		case answer, open := <-answers:
			if !open {
				return nil, errors.New("the session bus went away")
			}
			if answer.Name == portalRequest+".Response" {
				return answer, nil
			}
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func openError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrNoChooser, err)
}

// requestPath is where the answer will come from. It is known before the
// question is put, so that no answer is too fast.
func requestPath(conn *dbus.Conn, token string) dbus.ObjectPath {
	sender := strings.ReplaceAll(strings.TrimPrefix(conn.Names()[0], ":"), ".", "_")
	return dbus.ObjectPath("/org/freedesktop/portal/desktop/request/" + sender + "/" + token)
}

func awaitResponse(conn *dbus.Conn, path dbus.ObjectPath) (<-chan *dbus.Signal, error) {
	answers := make(chan *dbus.Signal, 4)
	conn.Signal(answers)
	return answers, conn.AddMatchSignal(
		dbus.WithMatchObjectPath(path), dbus.WithMatchInterface(portalRequest), dbus.WithMatchMember("Response"))
}

// readAnswer understands the portal's Response: 0 is agreed, 1 is cancelled.
func readAnswer(signal *dbus.Signal) ([]string, error) {
	var status uint32
	var results map[string]dbus.Variant
	if err := dbus.Store(signal.Body, &status, &results); err != nil {
		return nil, fmt.Errorf("read file dialog: %w", err)
	}
	if status != 0 {
		return nil, nil
	}
	var uris []string
	if err := results["uris"].Store(&uris); err != nil {
		return nil, fmt.Errorf("read file dialog: %w", err)
	}
	paths := make([]string, 0, len(uris))
	for _, uri := range uris {
		path, err := pathOf(uri)
		if err != nil {
			return nil, err
		}
		paths = append(paths, path)
	}
	return paths, nil
}

// pathOf is the path of a file URI (RFC 8089). Only its percent signs are
// undone: a plus in it is a plus.
func pathOf(uri string) (string, error) {
	parsed, err := url.Parse(uri)
	if err != nil {
		return "", fmt.Errorf("read file URI: %w", err)
	}
	if parsed.Scheme != "file" || !filepath.IsAbs(parsed.Path) {
		return "", fmt.Errorf("read file URI: %q is not a local file", uri)
	}
	return filepath.Clean(parsed.Path), nil
}
