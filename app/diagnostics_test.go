package app

import (
	"errors"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/settings"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

func TestDiagnosticsContainNoPrivateData(t *testing.T) {
	snapshot := apptest.Folders()
	snapshot.Transfers.At(0).Fault = fault.New(fault.Refused, fault.Patch, errors.New("https://user:pw@secret.example.com/token refused raws"))
	snapshot.Transfers.At(0).Phase = uploader.PhaseFailed
	s := startWindow(t, apptest.NewEngineAt(snapshot), func(c *Config, _ *fakeDesktop) { c.Version = "1.2.3" })
	s.config.Settings.Update(func(set *settings.Settings) { set.Transfers.Ignore = []string{"merger-plan*"} })
	s.copyDiagnostics()
	text := s.toolkit.Clipboard().Content()
	for _, want := range []string{"version: 1.2.3", "refused", `"simultaneous": 3`, "ignore patterns: 1"} {
		if !strings.Contains(text, want) {
			t.Errorf("diagnostics lack %q:\n%s", want, text)
		}
	}
	private := []string{"pw@", "secret", "raws", "merger", "example.com", "http"}
	for transfer := range snapshot.Transfers.Values() {
		private = append(private, transfer.Source.Name())
	}
	for _, word := range private {
		if strings.Contains(text, word) {
			t.Errorf("diagnostics contain %q:\n%s", word, text)
		}
	}
}
