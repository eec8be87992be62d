package program

import (
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"
	"time"
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

func TestToolkitLogSkipsRepeatedLines(t *testing.T) {
	var logged strings.Builder
	toolkit := &toolkitLog{log: slog.New(slog.NewTextHandler(&logged, nil))}
	now := time.Now()
	for range 3 {
		toolkit.logOnce("bus lost", now)
		toolkit.logOnce("other", now)
	}
	toolkit.logOnce("bus lost", now.Add(repeatInterval))
	if lost, other := strings.Count(logged.String(), "bus lost"), strings.Count(logged.String(), "other"); lost != 2 || other != 1 {
		t.Errorf("logged %d and %d times, want 2 and 1: %s", lost, other, logged.String())
	}
}
