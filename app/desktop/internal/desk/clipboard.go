//go:build linux

package desk

import (
	"context"
	"net/url"
	"path/filepath"
	"strings"
)

// copiedFiles is the type under which file managers copy files.
const copiedFiles = "x-special/gnome-copied-files"

// CopyFiles puts files on the clipboard, as a file manager's Copy does, and waits
// for them to be there.
func (d *Desktop) CopyFiles(ctx context.Context, paths ...string) error {
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
	err := d.serve("xclip", launch{args: []string{"-selection", "clipboard", "-t", copiedFiles, "-i", "-quiet"}, input: input})
	if err != nil {
		return err
	}
	return await(ctx, "the files on the clipboard", func() (bool, error) {
		types, _ := d.run(ctx, "xclip", "-selection", "clipboard", "-o", "-t", "TARGETS") // fails as long as it is empty
		return strings.Contains(types, copiedFiles), nil
	})
}

// CopyText puts a text on the clipboard, and waits for it to be there.
func (d *Desktop) CopyText(ctx context.Context, text string) error {
	err := d.serve("xclip", launch{args: []string{"-selection", "clipboard", "-i", "-quiet"}, input: strings.NewReader(text)})
	if err != nil {
		return err
	}
	_, err = d.Clipboard(ctx, text)
	return err
}

// Clipboard waits for a text on the clipboard that holds a part, and returns it.
func (d *Desktop) Clipboard(ctx context.Context, part string) (text string, err error) {
	err = await(ctx, "the clipboard to hold "+part, func() (bool, error) {
		text, _ = d.run(ctx, "xclip", "-selection", "clipboard", "-o") // fails as long as it is empty
		return strings.Contains(text, part), nil
	})
	return text, err
}
