package program

import (
	"log/slog"
	"strings"
)

// complaints takes what the toolkit says to the standard logger into Ferry's log.
//
// The toolkit ends the program when it cannot open a window, as without OpenGL,
// right after it has said so. What has to be saved is saved first: then a panic
// takes its place, which ends the window alone.
type complaints struct {
	log   *slog.Logger
	fatal bool // the next line says why there is no window
}

// noWindow is what the toolkit says before it ends the program.
const noWindow = "window creation error"

// noGL is the panic of a window that cannot be opened, with the toolkit's reason.
type noGL struct{ cause string }

func (g noGL) String() string { return g.cause }

// Write is called by the standard logger, once for each line.
func (c *complaints) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	c.log.Warn("the toolkit complains", "text", text)
	if c.fatal {
		c.fatal = false
		panic(noGL{strings.TrimSpace(strings.TrimPrefix(text, "Cause:"))})
	}
	c.fatal = strings.HasSuffix(text, noWindow)
	return len(line), nil
}
