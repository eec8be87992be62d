// Command manual writes the manual page and the completions of shells for Ferry's command
// line to packaging/linux, from the grammar in package cli:
//
//	go run ./packaging/manual
//
// Its test fails if the files do not match the grammar.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/words"
)

func main() {
	root := flag.String("root", ".", "the root `folder` of the repository")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	files, err := generate()
	if err != nil {
		return err
	}
	for path, text := range files {
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // part of the source code, which everyone may read
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil { //nolint:gosec // the same
			return err
		}
	}
	return nil
}

// generate returns the text of each file by its path below the root of the repository.
func generate() (map[string]string, error) {
	if err := words.Load(string(words.English)); err != nil {
		return nil, err
	}
	grammar, err := cli.Grammar()
	if err != nil {
		return nil, err
	}
	commands := commandsOf(grammar)
	return map[string]string{
		"packaging/linux/man/ferry.1":            manualPage(grammar, commands),
		"packaging/linux/completions/ferry.bash": bashCompletion(commands),
		"packaging/linux/completions/_ferry":     zshCompletion(commands),
		"packaging/linux/completions/ferry.fish": fishCompletion(commands),
	}, nil
}
