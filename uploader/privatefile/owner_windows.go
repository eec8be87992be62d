package privatefile

import (
	"fmt"
	"io/fs"

	"golang.org/x/sys/windows"
)

const (
	ownersKnown = false
	openFlags   = 0
)

func ownedByUser(fs.FileInfo) bool { return true }

func linkCount(fs.FileInfo) uint64 { return 1 }

// restrict gives a new folder an access list of its own, without the entries of its parent
// folder: all access for this user, the system and the administrators. What is created in it
// inherits the list.
func restrict(path string) error {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("read user of this process: %w", err)
	}
	list := "D:P"
	for _, account := range []string{user.User.Sid.String(), "SY", "BA"} {
		list += "(A;OICI;FA;;;" + account + ")"
	}
	descriptor, err := windows.SecurityDescriptorFromString(list)
	if err != nil {
		return fmt.Errorf("make access list: %w", err)
	}
	entries, _, err := descriptor.DACL()
	if err != nil {
		return fmt.Errorf("make access list: %w", err)
	}
	err = windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT,
		windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, entries, nil)
	if err != nil {
		return fmt.Errorf("set access list of %s: %w", path, err)
	}
	return nil
}
