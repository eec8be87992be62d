//go:build !windows && !darwin

package platform

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// errNoHome says that it is unknown where the user's settings are.
var errNoHome = errors.New("find autostart folder: there is no home folder")

// path is that of the entry, as the Desktop Application Autostart Specification
// has it.
func (a Autostart) path() (string, error) {
	config := os.Getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) { // relative ones are to be ignored (XDG Base Directory Specification)
		home, err := os.UserHomeDir()
		if err != nil {
			return "", errors.Join(errNoHome, err)
		}
		config = filepath.Join(home, ".config")
	}
	return filepath.Join(config, "autostart", a.ID+".desktop"), nil
}

// entry is the desktop entry.
func (a Autostart) entry() []byte {
	words := make([]string, len(a.Command))
	for i, word := range a.Command {
		words[i] = quotedExec(word)
	}
	return []byte("[Desktop Entry]\nType=Application\nName=" + escapedValue(a.Name) +
		"\nExec=" + escapedValue(strings.Join(words, " ")) +
		"\nTerminal=false\nX-GNOME-Autostart-enabled=true\n")
}

// quotedExec puts a word of a command line into the quotes of the Desktop Entry
// Specification ("The Exec key"), where per cent signs are doubled.
func quotedExec(word string) string {
	quoted := strings.NewReplacer(`"`, `\"`, "`", "\\`", `$`, `\$`, `\`, `\\`, `%`, `%%`).Replace(word)
	return `"` + quoted + `"`
}

// escapedValue is a text as a value of type string, which is one line.
func escapedValue(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
}

// switchedOff reports whether a desktop entry is one that is not to be started, for
// which desktops have two ways.
func switchedOff(entry []byte) bool {
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
