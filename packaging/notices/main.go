// Command notices writes the licences of Ferry and of everything that is linked into it
// to assets/notices/notices.txt, from which the program and the packages show them:
//
//	go run ./packaging/notices
//
// It lists what the builds for all systems link (go list -deps) and reads the licences
// from the module cache. A component without a licence is an error. Its test fails if
// the file does not match go.mod.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

func main() {
	root := flag.String("root", ".", "the root `folder` of the repository")
	flag.Parse()
	if err := run(context.Background(), *root); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

// file is where the notices are written, below the root of the repository.
const file = "assets/notices/notices.txt"

func run(ctx context.Context, root string) error {
	linked, missing, err := listLinked(ctx, root, nil)
	if err != nil {
		return err
	}
	if len(missing) > 0 {
		return fmt.Errorf("packages cannot be loaded: %q", missing)
	}
	text, err := format(linked)
	if err != nil {
		return err
	}
	return os.WriteFile(root+"/"+file, text, 0o644) //nolint:gosec // part of the source code, which everyone may read
}
