package interop_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// target is a kind of server: a row of the table.
type target struct {
	name  string
	about string // version, options, or what the double enforces
	full  bool   // it is run with -full only: it must be installed, or takes long
	start func(t *testing.T) *instance

	// missing are the cells that do not work, with the reason, by the cell's name.
	missing map[string]string
}

// instance is a running server.
type instance struct {
	endpoint string   // URL at which uploads are created
	headers  []string // header lines to sign in

	// options are further arguments of ferry send, in which addressMark stands for the
	// endpoint. A preset among them takes the place of --to.
	options []string

	// perFile is the path of a program that prints the sign-in for each file; "" for none.
	perFile string

	// createURL creates an upload and returns its URL, for servers whose upload URLs are
	// given. nil: Ferry creates the uploads.
	createURL func(path string) (string, error)

	proxy     *uploadtest.Proxy        // the clients' one; nil: one that is started in front of endpoint
	stored    func() ([]stored, error) // the complete files
	hasName   func(name, path string) bool
	sameName  sameName
	refused   refusal
	noEmpty   bool // files without bytes are refused or lost; the folder has none
	wholeOnly bool // a request that was cut leaves nothing on the server
}

// sameName is what a server does with a second file of the same name.
type sameName int

const (
	keepsBoth sameName = iota
	refusesSecond
	replacesFirst
)

// refusal is a file that a server does not accept, and how Ferry reports it.
type refusal struct {
	name  string // of the file
	size  int64
	fault string // kind of the fault
	words string // in the text for the user, or in the server's own words
}

// hasBaseName reports whether a server knows a file by its name without folder.
func hasBaseName(name, path string) bool { return name == filepath.Base(path) }

// hasAnyName is for servers that do not keep names.
func hasAnyName(string, string) bool { return true }

// hasPathBelow reports whether a server knows a file by its path below the folder of the
// test.
func hasPathBelow(name, path string) bool {
	return strings.HasSuffix(filepath.ToSlash(path), "/"+name)
}

// newClient returns a client with a profile of its own.
func newClient(t testing.TB, server *instance, proxy *uploadtest.Proxy) *client {
	t.Helper()
	return &client{t: t, profile: t.TempDir(), server: server, proxy: proxy}
}

// targets returns the rows of the table.
func targets() []target {
	return slices.Concat(tusdTargets(), nodeTargets(), proxyTargets(), serviceTargets())
}
