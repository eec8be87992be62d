//go:build !unix && !windows

package source

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ferryapp/ferry/uploader/fault"
)

func openRegular(path string) (*os.File, error) { return os.Open(path) }

func identify(string, fs.FileInfo) Identity { return Identity{} }

func identifyOpen(OpenFile, fs.FileInfo) Identity { return Identity{} }

func systemKind(error) (fault.Kind, bool) { return 0, false }

func isTooLong(error) bool { return false }

func isLink(info fs.FileInfo) bool { return info.Mode()&fs.ModeSymlink != 0 }

func driveMissing(error) bool { return false }

func hidden(path string) bool { return strings.HasPrefix(filepath.Base(path), ".") }
