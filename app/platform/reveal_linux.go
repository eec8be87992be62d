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
	return show(ctx, "ShowItems", path, filepath.Dir(path))
}

// OpenFolder shows the content of a folder in the desktop's file manager.
func OpenFolder(ctx context.Context, dir string) error {
	return show(ctx, "ShowFolders", dir, dir)
}

// OpenFile opens a file with the program that the desktop has for its kind.
func OpenFile(_ context.Context, path string) error {
	if err := launch(path); err != nil {
		return fmt.Errorf("open file: %w", err)
	}
	return nil
}

// show asks the running file manager, and otherwise opens the folder.
func show(ctx context.Context, method, path, dir string) error {
	busErr := askFileManager(ctx, method, path)
	if busErr == nil || ctx.Err() != nil {
		return busErr
	}
	if err := launch(dir); err != nil {
		return fmt.Errorf("show folder: %w", errors.Join(busErr, err))
	}
	return nil
}

func askFileManager(ctx context.Context, method, path string) error {
	conn, err := connectSession()
	if err != nil {
		return err
	}
	defer conn.Close()
	uri := (&url.URL{Scheme: "file", Path: path}).String()
	return conn.Object(fileManagerName, fileManagerPath).
		CallWithContext(ctx, fileManagerName+"."+method, 0, []string{uri}, "").Err
}

// launch starts the desktop's program for a file or folder. It does not end with a
// context: the program belongs to the user from then on.
func launch(path string) error {
	command := exec.Command("xdg-open", path)
	if err := command.Start(); err != nil {
		return err
	}
	go func() { _ = command.Wait() }()
	return nil
}
