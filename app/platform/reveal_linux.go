package platform

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"

	"github.com/godbus/dbus/v5"
)

const (
	fileManagerName = "org.freedesktop.FileManager1"
	fileManagerPath = dbus.ObjectPath("/org/freedesktop/FileManager1")
)

// Reveal shows the file in the desktop's file manager, selected in its folder.
// Where the file manager cannot be asked for that, the folder is opened.
func Reveal(ctx context.Context, path string) error {
	busErr := showItem(ctx, path)
	if busErr == nil || ctx.Err() != nil {
		return busErr
	}
	if err := openFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("reveal file: %w", errors.Join(busErr, err))
	}
	return nil
}

func showItem(ctx context.Context, path string) error {
	conn, err := connectSession()
	if err != nil {
		return err
	}
	defer conn.Close()
	uri := (&url.URL{Scheme: "file", Path: path}).String()
	return conn.Object(fileManagerName, fileManagerPath).
		CallWithContext(ctx, fileManagerName+".ShowItems", 0, []string{uri}, "").Err
}

// openFolder does not end with a context: the file manager it starts belongs to
// the user from then on.
func openFolder(dir string) error {
	command := exec.Command("xdg-open", dir)
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }()
	return nil
}
