package program

import (
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"
)

func TestComplaintsOfTheToolkit(t *testing.T) {
	var kept strings.Builder
	said := log.New(&complaints{log: slog.New(slog.NewTextHandler(&kept, nil))}, "", 0)
	said.Println("Fyne error: ", "something small")
	said.Println("  Cause:", "a reason")
	if !strings.Contains(kept.String(), "something small") {
		t.Errorf("kept %q", kept.String())
	}
	defer func() {
		if got := fmt.Sprint(recover()); got != "VersionUnavailable: GLX" {
			t.Errorf("ended with %q", got)
		}
	}()
	said.Println("Fyne error: ", noWindow)
	said.Println("  Cause:", "VersionUnavailable: GLX")
	t.Error("the program goes on, and the toolkit ends it")
}
