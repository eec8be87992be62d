package platform

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	fileManagerName = "org.freedesktop.FileManager1"
	fileManagerPath = dbus.ObjectPath("/org/freedesktop/FileManager1")
)

// reveal opens the file's folder in the desktop's file manager with the file
// selected, or only the folder where the file manager does not support that.
func reveal(ctx context.Context, path string) error {
	return showItem(ctx, "ShowItems", path, filepath.Dir(path))
}

// openFolder opens a folder in the desktop's file manager.
func openFolder(ctx context.Context, dir string) error {
	return showItem(ctx, "ShowFolders", dir, dir)
}

// openFile opens a file with the default program of its type.
func openFile(_ context.Context, path string) error {
	if err := xdgOpen(path); err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	return nil
}

// showItem calls the file manager's method for path, or opens dir if that fails.
func showItem(ctx context.Context, method, path, dir string) error {
	busErr := callFileManager(ctx, method, path)
	if busErr == nil || ctx.Err() != nil {
		return busErr
	}
	if err := xdgOpen(dir); err != nil {
		return fmt.Errorf("open file manager: %w", errors.Join(busErr, err))
	}
	return nil
}

func callFileManager(ctx context.Context, method, path string) error {
	conn, err := bus.ConnectSession(ctx)
	if err != nil {
		return err
	}
	defer bus.Close(conn)
	uri := (&url.URL{Scheme: "file", Path: path}).String()
	return bus.Call(ctx, conn.Object(fileManagerName, fileManagerPath), fileManagerName+"."+method, 0, []string{uri}, "").Err
}

// xdgOpen starts the default program for a file or folder. It takes no context: the
// program keeps running when Ferry exits.
func xdgOpen(path string) error {
	command := exec.Command("xdg-open", path) //nolint:gosec // no shell; the path is absolute, so it is no option
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }()
	return nil
}
