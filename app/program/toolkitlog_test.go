package program

import (
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"
)

func TestToolkitLogPanicsOnWindowError(t *testing.T) {
	var logged strings.Builder
	toolkit := log.New(&toolkitLog{log: slog.New(slog.NewTextHandler(&logged, nil))}, "", 0)
	toolkit.Println("Fyne error: ", "other error")
	toolkit.Println("  Cause:", "a reason")
	if !strings.Contains(logged.String(), "other error") {
		t.Errorf("logged %q", logged.String())
	}
	defer func() {
		if got := fmt.Sprint(recover()); got != "VersionUnavailable: GLX" {
			t.Errorf("panic value %q", got)
		}
	}()
	toolkit.Println("Fyne error: ", windowErrorSuffix)
	toolkit.Println("  Cause:", "VersionUnavailable: GLX")
	t.Error("no panic")
}
