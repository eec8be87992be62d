package instance

import (
	"io/fs"

	"golang.org/x/sys/windows"
)

// noFollow are the flags to open a file without following a link; the link itself is
// opened, and is not a regular file.
const noFollow = windows.FILE_FLAG_OPEN_REPARSE_POINT

func isNotRegularError(error) bool { return false }

// ownedByUser is always true: on Windows the permissions of the profile folder decide
// who may place files in it.
func ownedByUser(fs.FileInfo) bool { return true }

// accessibleByOthers is always false, for the same reason.
func accessibleByOthers(fs.FileInfo) bool { return false }
