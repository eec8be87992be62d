package program

import (
	"log/slog"
	"strings"
	"time"
)

// toolkitLog copies what Fyne writes to the standard logger to Ferry's log.
//
// If Fyne cannot open a window, for example without OpenGL, it logs the error and
// its cause in two lines and then exits the process. To let Ferry save its state,
// Write panics with a windowError after the second line.
//
// A line is logged once in repeatInterval: without a session bus, the toolkit writes the
// same lines at each change of the tray.
type toolkitLog struct {
	log       *slog.Logger
	nextFatal bool // the next line is the cause of a window error
	logged    map[string]time.Time
}

const (
	repeatInterval = time.Minute
	maxRemembered  = 100 // lines
)

// windowErrorSuffix ends the line that Fyne logs if it cannot open a window.
const windowErrorSuffix = "window creation error"

// windowError is the panic value for a window that cannot be opened.
type windowError struct{ cause string }

func (e windowError) String() string { return e.cause }

// Write receives one line; the standard logger calls it once per line.
func (l *toolkitLog) Write(line []byte) (int, error) {
	text := withoutContent(string(line))
	l.logOnce(text, time.Now())
	if l.nextFatal {
		l.nextFatal = false
		panic(windowError{strings.TrimSpace(strings.TrimPrefix(text, "Cause:"))})
	}
	l.nextFatal = strings.HasSuffix(text, windowErrorSuffix)
	return len(line), nil
}

// logOnce logs a line that was not logged in the last repeatInterval.
func (l *toolkitLog) logOnce(text string, now time.Time) {
	if last, ok := l.logged[text]; ok && now.Sub(last) < repeatInterval {
		return
	}
	if l.logged == nil || len(l.logged) >= maxRemembered {
		l.logged = map[string]time.Time{}
	}
	l.logged[text] = now
	l.log.Warn("message from toolkit", "text", text)
}
