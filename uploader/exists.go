package uploader

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/source"
)

// ExistsPolicy is what becomes of a file whose name exists on the server already (a fault
// of kind fault.Exists).
type ExistsPolicy uint8

// The policies.
const (
	ExistsAsk       ExistsPolicy = iota // it fails with the fault, and the user is asked
	ExistsOverwrite                     // the file on the server is overwritten
	ExistsRename                        // it is uploaded under another name
	ExistsSkip                          // it is not uploaded
	existsPolicies
)

var existsNames = [existsPolicies]string{"", "overwrite", "rename", "skip"}

// String returns the name of the policy, as stored in the database.
func (p ExistsPolicy) String() string { return nameOf(existsNames[:], uint8(p), "exists") }

// ParseExistsPolicy is the inverse of String.
func ParseExistsPolicy(name string) (ExistsPolicy, error) {
	i, err := parseName(existsNames[:], name, "exists policy")
	return ExistsPolicy(i), err
}

// MaxNameNumber is the greatest number that is put into a name that exists.
const MaxNameNumber = 100

// NameExists reports whether the transfer failed because a file with its name exists on
// the server.
func (t *Transfer) NameExists() bool {
	return t.Phase == PhaseFailed && fault.Is(t.Fault, fault.Exists)
}

// Skipped reports whether the transfer was not uploaded because a file with its name
// exists on the server.
func (t *Transfer) Skipped() bool {
	return t.Phase == PhaseCancelled && fault.Is(t.Fault, fault.Exists)
}

// RemoteFile returns the transfer's file under the name that the server gets: with the
// NameNumber, if there is one, before the extension of its name.
func (t *Transfer) RemoteFile() source.File { return numbered(t.Source, t.NameNumber) }

// Renamed returns the name under which the file is uploaded if it is not its own; "" otherwise.
func (t *Transfer) Renamed() string {
	if t.NameNumber == 0 {
		return ""
	}
	return t.RemoteFile().Name()
}

// NextName returns the name that [ExistsRename] tries next.
func (t *Transfer) NextName() string { return numbered(t.Source, NextNameNumber(t.NameNumber)).Name() }

// NextNameNumber returns the number in the name that is tried after the one with number n;
// after MaxNameNumber it begins again.
func NextNameNumber(n int32) int32 {
	if n >= MaxNameNumber {
		return 2
	}
	return max(n, 1) + 1
}

// numbered returns a file with a number in its name; 0 is none. Its Path does not exist.
func numbered(f source.File, number int32) source.File {
	if number == 0 {
		return f
	}
	stem, extension := splitName(f.Name())
	name := fmt.Sprintf("%s (%d)%s", stem, number, extension)
	f.Path = filepath.Join(filepath.Dir(f.Path), name)
	if f.RelPath != "" {
		f.RelPath = path.Join(path.Dir(f.RelPath), name)
	}
	return f
}

// splitName splits a file name before its extension, which may be one such as .tar.gz. A
// name such as .profile has none.
func splitName(name string) (stem, extension string) {
	stem = strings.TrimSuffix(name, filepath.Ext(name))
	stem = strings.TrimSuffix(stem, ".tar")
	if strings.Trim(stem, ".") == "" {
		return name, ""
	}
	return stem, name[len(stem):]
}
