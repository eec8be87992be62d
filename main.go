// Ferry uploads files of any size to tus servers and resumes interrupted uploads.
package main

import (
	"os"

	"github.com/ferryapp/ferry/app/cli"
	"github.com/ferryapp/ferry/app/program"
)

// version is set by the linker.
var version = "unknown"

func main() {
	program.TuneGC()
	os.Exit(program.Run(version, os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
