// Ferry uploads files of any size to any tus server, and never starts over.
package main

import (
	"os"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/program"
)

// version is set by the linker.
var version = "unknown"

func main() {
	program.GiveRoom()
	os.Exit(program.Run(version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
