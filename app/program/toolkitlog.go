package program

import (
	"log/slog"
	"strings"
)

// toolkitLog copies what Fyne writes to the standard logger to Ferry's log.
//
// If Fyne cannot open a window, for example without OpenGL, it logs the error and
// its cause in two lines and then exits the process. To let Ferry save its state,
// Write panics with a windowError after the second line.
type toolkitLog struct {
	log       *slog.Logger
	nextFatal bool // the next line is the cause of a window error
}

// windowErrorSuffix ends the line that Fyne logs if it cannot open a window.
const windowErrorSuffix = "window creation error"

// windowError is the panic value for a window that cannot be opened.
type windowError struct{ cause string }

func (e windowError) String() string { return e.cause }

// Write receives one line; the standard logger calls it once per line.
func (l *toolkitLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	l.log.Warn("message from toolkit", "text", text)
	if l.nextFatal {
		l.nextFatal = false
		panic(windowError{strings.TrimSpace(strings.TrimPrefix(text, "Cause:"))})
	}
	l.nextFatal = strings.HasSuffix(text, windowErrorSuffix)
	return len(line), nil
}
