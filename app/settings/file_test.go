package settings_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/settings"
)

func TestImportIsTheInverseOfExport(t *testing.T) {
	for name, s := range map[string]settings.Settings{"defaults": settings.Default(), "others": nonDefault()} {
		t.Run(name, func(t *testing.T) {
			data, err := s.Export()
			if err != nil {
				t.Fatal(err)
			}
			got, invalid, err := settings.Import(data)
			if err != nil || len(invalid) > 0 {
				t.Fatalf("invalid %v, %v", invalid, err)
			}
			s = s.WithComputerOf(settings.Default()) // not in the file
			for _, name := range []string{"receiver", "program"} {
				if bytes.Contains(data, []byte(`"`+name+`"`)) {
					t.Errorf("the file contains %q: %s", name, data)
				}
			}
			if diff := cmp.Diff(s, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestImportRefusesOtherFiles(t *testing.T) {
	for _, text := range []string{"", "null", "[]", "{}", `{"settings": {}}`, `{"ferrySettings": 1}`, `{"name": "package"}`, "PNG"} {
		if _, _, err := settings.Import([]byte(text)); !errors.Is(err, settings.ErrNotSettings) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestImportStartsNoProgram(t *testing.T) {
	file := `{"ferrySettings": 1, "settings": {"whenDone": {"action": "program", "program": "/bin/sh"}, "receiver": {"folder": "/etc"}}}`
	got, _, err := settings.Import([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(settings.Default(), got); diff != "" {
		t.Error(diff)
	}
}

func TestImportReplacesInvalidSettings(t *testing.T) {
	data, err := settings.Default().Export()
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"theme": "`, `"theme": "no`, 1)
	if text == string(data) {
		t.Fatal("the theme is not in the file")
	}
	got, invalid, err := settings.Import([]byte(text))
	if err != nil || len(invalid) != 1 {
		t.Errorf("invalid %v, %v", invalid, err)
	}
	if diff := cmp.Diff(settings.Default(), got); diff != "" {
		t.Error(diff)
	}
}
