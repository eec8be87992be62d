//go:build linux

package desk

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"
)

// CopyFiles puts files on the clipboard, as a file manager's Copy does.
func (d *Desktop) CopyFiles(paths ...string) error {
	lines := []string{"copy"}
	for _, path := range paths {
		path, err := filepath.Abs(path)
		if err != nil {
			return err
		}
		lines = append(lines, (&url.URL{Scheme: "file", Path: path}).String())
	}
	input := strings.NewReader(strings.Join(lines, "\n"))
	// The program stays: whoever pastes asks it for what it holds.
	return d.serve("xclip", launch{args: []string{"-selection", "clipboard", "-t", "x-special/gnome-copied-files", "-i", "-quiet"}, input: input})
}

// CopyText puts a text on the clipboard.
func (d *Desktop) CopyText(text string) error {
	return d.serve("xclip", launch{args: []string{"-selection", "clipboard", "-i", "-quiet"}, input: strings.NewReader(text)})
}

// Clipboard waits for a text on the clipboard that holds a part, and returns it.
func (d *Desktop) Clipboard(ctx context.Context, part string) (text string, err error) {
	err = await(ctx, "the clipboard to hold "+part, func() (bool, error) {
		text, _ = d.run(ctx, "xclip", "-selection", "clipboard", "-o") // fails as long as it is empty
		return strings.Contains(text, part), nil
	})
	return text, err
}
