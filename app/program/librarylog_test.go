package program

import (
	"bytes"
	"log"
	"log/slog"
	"strings"
	"testing"
)

func TestLibraryLogCopiesLinesWithoutContent(t *testing.T) {
	var before, logged bytes.Buffer
	previous := log.Writer()
	log.SetOutput(&before)
	defer log.SetOutput(previous)

	restore := useLibraryLog(slog.New(slog.NewTextHandler(&logged, nil)))
	log.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", "Bearer secret", nil)
	log.Print("http: other line")
	restore()
	log.Print("after")

	for _, want := range []string{`text="Unsolicited response received on idle HTTP channel"`, `text="http: other line"`} {
		if !strings.Contains(logged.String(), want) {
			t.Errorf("logged %q, want %q", logged.String(), want)
		}
	}
	if strings.Contains(logged.String(), "secret") || strings.Contains(before.String(), "HTTP") || !strings.Contains(before.String(), "after") {
		t.Errorf("logged %q, standard logger wrote %q", logged.String(), before.String())
	}
}
