//go:build !windows && !darwin

package platform

import (
	"bufio"
	"bytes"
	"path/filepath"
	"strings"

	"github.com/adrg/xdg"
)

// path returns the path of the entry (Desktop Application Autostart Specification).
func (a Autostart) path() (string, error) {
	return filepath.Join(xdg.ConfigHome, "autostart", a.ID+".desktop"), nil
}

// entry returns the desktop entry.
func (a Autostart) entry() []byte {
	args := make([]string, len(a.Command))
	for i, arg := range a.Command {
		args[i] = quoteExecArg(arg)
	}
	return []byte("[Desktop Entry]\nType=Application\nName=" + escapeValue(a.Name) +
		"\nExec=" + escapeValue(strings.Join(args, " ")) +
		"\nTerminal=false\nX-GNOME-Autostart-enabled=true\n")
}

// quoteExecArg quotes an argument of the Exec key (Desktop Entry Specification,
// "The Exec key"). Percent signs are doubled because they start field codes.
func quoteExecArg(arg string) string {
	quoted := strings.NewReplacer(`"`, `\"`, "`", "\\`", `$`, `\$`, `\`, `\\`, `%`, `%%`).Replace(arg)
	return `"` + quoted + `"`
}

// escapeValue escapes a value of type string, which is one line.
func escapeValue(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
}

// entryDisabled reports whether a desktop entry is disabled. Desktops use one of
// two keys.
func entryDisabled(entry []byte) bool {
	lines := bufio.NewScanner(bytes.NewReader(entry))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		switch strings.TrimSpace(key) + "=" + strings.TrimSpace(value) {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return true
		}
	}
	return false
}
