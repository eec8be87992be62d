package platform

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
)

// path returns the path of the launch agent (launchd.plist(5)).
func (a Autostart) path() (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("find home folder: %w", err)
	}
	return filepath.Join(home, "Library", "LaunchAgents", a.ID+".plist"), nil
}

// entry returns the launch agent. launchd reads it at the next login.
func (a Autostart) entry() []byte {
	var text bytes.Buffer
	element := func(name, value string) {
		text.WriteString("<" + name + ">")
		_ = xml.EscapeText(&text, []byte(value)) // writing to a buffer cannot fail
		text.WriteString("</" + name + ">\n")
	}
	text.WriteString(xml.Header +
		`<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">` + "\n" +
		`<plist version="1.0"><dict>` + "\n")
	element("key", "Label")
	element("string", a.ID)
	element("key", "ProgramArguments")
	text.WriteString("<array>\n")
	for _, arg := range a.Command {
		element("string", arg)
	}
	text.WriteString("</array>\n")
	element("key", "RunAtLoad")
	text.WriteString("<true/>\n")
	element("key", "ProcessType")
	element("string", "Interactive")
	text.WriteString("</dict></plist>\n")
	return text.Bytes()
}

// entryDisabled reports whether a launch agent is disabled.
func entryDisabled(entry []byte) bool {
	return bytes.Contains(bytes.ReplaceAll(entry, []byte("\n"), nil), []byte("<key>Disabled</key><true/>"))
}
