// Command tusd is the tus server of the tests in package endtoend.
package main

import (
	"fmt"
	"os"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

func main() {
	if err := uploadtest.RunTusdProcess(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tusd:", err)
		os.Exit(1)
	}
}
