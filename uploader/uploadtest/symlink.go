package uploadtest

import "os"

// Symlink is [os.Symlink], which fails also where that makes no link and reports no error, as
// under Wine. Windows makes links for administrators and developers only.
func Symlink(target, path string) error {
	if err := os.Symlink(target, path); err != nil {
		return err
	}
	_, err := os.Lstat(path)
	return err
}
