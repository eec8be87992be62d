//go:build unix

package profile

import (
	"fmt"
	"os"
	"syscall"
)

// checkOwner returns [ErrShared] if dir belongs to a user other than this one and root, or
// if every user may write to it, also if each may only remove own files.
func checkOwner(dir string) error {
	info, err := os.Stat(dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || stat.Uid != 0 && int64(stat.Uid) != int64(os.Geteuid()) || info.Mode().Perm()&0o002 != 0 {
		return fmt.Errorf("%s: %w (mode %v)", dir, ErrShared, info.Mode())
	}
	return nil
}
