package program

import (
	"log"
	"log/slog"
	"strings"
)

// libraryLog copies what libraries write to the standard logger to Ferry's log, such as
// net/http about a response that nobody requested. On the standard error it would appear
// between the lines of the command.
type libraryLog struct{ log *slog.Logger }

// useLibraryLog makes the standard logger write to log until restore is called.
func useLibraryLog(logger *slog.Logger) (restore func()) {
	writer, flags := log.Writer(), log.Flags()
	log.SetFlags(0)
	log.SetOutput(libraryLog{logger})
	return func() {
		log.SetFlags(flags)
		log.SetOutput(writer)
	}
}

// Write receives one line; the standard logger calls it once per line.
func (l libraryLog) Write(line []byte) (int, error) {
	l.log.Warn("message from library", "text", withoutContent(string(line)))
	return len(line), nil
}

// withoutContent returns a line without the bytes of a response that net/http quotes, which may
// contain a secret.
func withoutContent(line string) string {
	text, _, _ := strings.Cut(line, " starting with ")
	return strings.TrimSpace(text)
}
