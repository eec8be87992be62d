package cli

import (
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/app/words"
)

// TestDocumentedCommandsAreAccepted parses every command of ferry that is on a line of its
// own in a block of docs/servers.md, in a folder with the files that they name.
func TestDocumentedCommandsAreAccepted(t *testing.T) {
	if err := words.Load("en"); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/servers.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{
		"a.mov": "", "b.mov": "", "urls.txt": "https://a.example/1\nhttps://a.example/2\n", "token.txt": "X-Auth: token\n", "sign-video": "#!/bin/sh\n", "sign-video.exe": "", // Windows finds programs by their extension
	} {
		if err := os.WriteFile(name, []byte(content), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	elided := strings.NewReplacer("api2-….", "api2-freja.", "/assemblies/…", "/assemblies/0ab1", "*.mov", "a.mov b.mov")
	commands := regexp.MustCompile(`(?m)^ferry (.*)$`).FindAllStringSubmatch(string(page), -1)
	if len(commands) < 10 {
		t.Fatalf("%d commands", len(commands))
	}
	for _, command := range commands {
		t.Run(command[1], func(t *testing.T) {
			if _, err := Parse(strings.Fields(elided.Replace(command[1])), io.Discard); err != nil {
				t.Errorf("%v", err)
			}
		})
	}
}
