package cli

import (
	"os/exec"
	"path/filepath"

	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
)

// PerFile is the flag for the program that prints what a service issues for each file; see
// [connect.ParsePerFile].
type PerFile struct {
	PerFile string `placeholder:"PROGRAM" help:"${help_per_file}"`
}

// completePerFile makes the path of the program absolute: the instance that runs it may have
// another working folder.
func (p *PerFile) completePerFile(to string) error {
	if p.PerFile == "" {
		return nil
	}
	if to == "" {
		return usageError("cli.usage.header.to", words.Data{"Flag": "--per-file"})
	}
	path, err := exec.LookPath(p.PerFile)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return usageError("cli.usage.per-file", words.Data{"Program": words.Printable(p.PerFile)})
	}
	p.PerFile = path
	return nil
}

// usePerFile makes this run ask a program about each file that is uploaded to a server; ""
// for none.
func (x *Executor) usePerFile(id uploader.ServerID, program string) {
	if server, ok := x.Engine.Snapshot().Server(id); ok && program != "" {
		x.Connector.SetPerFile(server.Endpoint, program)
	}
}
