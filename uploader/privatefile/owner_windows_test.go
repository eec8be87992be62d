package privatefile_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/ferryapp/ferry/uploader/privatefile"
	"github.com/ferryapp/ferry/uploader/uploadtest"
)

// accessList returns the access list of a file or folder as SDDL.
func accessList(t *testing.T, path string) string {
	t.Helper()
	descriptor, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	return descriptor.String()
}

func TestNewFolderIsOfTheUserAlone(t *testing.T) {
	if uploadtest.UnderWine() {
		t.Skip("Wine makes access lists of the modes of Unix files")
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new", "profile")
	dir, err := privatefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	if dir.Unprotected() {
		t.Skip("this file system has no access lists")
	}
	list := accessList(t, path)
	if !strings.HasPrefix(list, "D:P") {
		t.Errorf("the folder inherits its access list: %s", list)
	}
	for entry := range strings.SplitSeq(list, "(") {
		if fields := strings.Split(strings.TrimSuffix(entry, ")"), ";"); len(fields) == 6 {
			if account := fields[5]; account != user.User.Sid.String() && account != "SY" && account != "BA" && account != "LA" {
				t.Errorf("%s has access: %s", account, list)
			}
		}
	}
	if err := dir.WriteFile("file", nil); err != nil {
		t.Errorf("the user cannot write to the folder: %v", err)
	}
}

func TestExistingFolderKeepsItsAccessList(t *testing.T) {
	path := filepath.Join(t.TempDir(), "existing")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	before := accessList(t, path)
	dir, err := privatefile.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	dir.Close()
	if after := accessList(t, path); after != before {
		t.Errorf("the access list was %s and is %s", before, after)
	}
}
