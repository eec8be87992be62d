package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/ferryapp/ferry/app/bridge"
	"github.com/ferryapp/ferry/app/platform"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader/fault"
)

// settingsFiles exports the settings to files and imports them. It must be used on the UI
// goroutine.
type settingsFiles struct {
	bridge      *bridge.Bridge
	settings    *settings.Current
	files       *fileDialogs
	log         *slog.Logger
	showMessage func(text string)
}

// exportSettings asks for a folder, and writes the settings to a new file in it.
func (f *settingsFiles) exportSettings() {
	question := platform.ChooserOptions{Title: words.Text("settings.export.where"), AcceptLabel: words.Text("settings.export.here")}
	f.files.chooseFolders(question, func(folders []string) {
		path := filepath.Join(folders[0], "ferry-settings-"+time.Now().Format("20060102-150405.000")+".json")
		f.bridge.Run(func(context.Context) {
			err := writeSettings(path, f.settings.Get())
			f.bridge.Post(func() { f.report(err, words.Text("settings.export.done", words.Data{"File": words.Path(path)})) })
		})
	})
}

// importSettings asks for a file, and uses the settings in it.
func (f *settingsFiles) importSettings() {
	question := platform.ChooserOptions{Title: words.Text("settings.import.which"), AcceptLabel: words.Text("settings.import.accept")}
	f.files.chooseFiles(question, func(paths []string) {
		f.bridge.Run(func(context.Context) {
			imported, invalid, err := readSettings(paths[0])
			if err == nil {
				f.settings.Update(func(s *settings.Settings) {
					*s = imported.WithComputerOf(*s) // also because only receivedFolder changes the folder, together with the receiver
				})
			}
			f.bridge.Post(func() {
				text := words.Text("settings.import.done")
				if len(invalid) > 0 {
					text = words.Count("settings.import.partly", len(invalid))
				}
				f.report(err, text)
			})
		})
	})
}

// report shows a text, or why a file was not written or read.
func (f *settingsFiles) report(err error, text string) {
	switch {
	case err == nil:
		f.showMessage(text)
	case errors.Is(err, settings.ErrNotSettings):
		f.showMessage(words.Text("settings.import.refused"))
	default:
		f.log.Warn("settings file failed", "err", err)
		f.showMessage(words.Fault(fault.New(fault.LocalDisk, fault.Save, err), words.Subject{}).Short)
	}
}

// writeSettings writes settings to a new file.
func writeSettings(path string, s settings.Settings) (err error) {
	data, err := s.Export()
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Close())
}

// readSettings reads the settings from a file.
func readSettings(path string) (s settings.Settings, invalid []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return s, nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, settings.MaxFileSize))
	if err != nil {
		return s, nil, err
	}
	return settings.Import(data)
}
