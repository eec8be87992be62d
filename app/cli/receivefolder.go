package cli

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/ferryapp/ferry/app/words"
)

// checkReceiveFolder returns an error if files from other computers must not be saved in dir,
// an absolute path that need not exist: programs would read them there, whatever their
// names, or they would be among Ferry's own files.
func checkReceiveFolder(dir, profile, received string) error {
	reason := ""
	switch dir = resolve(dir); {
	case isAny(dir, exactFolders()):
		reason = "cli.receive.folder.system"
	case isAny(dir, homeFolders()):
		reason = "cli.receive.folder.home"
	case isIn(dir, systemFolders()) && !isIn(dir, openFolders()):
		reason = "cli.receive.folder.system"
	case isIn(dir, programFolders()):
		reason = "cli.receive.folder.home"
	case isIn(dir, []string{profile}) && !isIn(dir, []string{received, resolve(received)}), isIn(resolve(profile), []string{dir}):
		reason = "cli.receive.folder.profile"
	default:
		return nil
	}
	return userError(reason, words.Data{"Dir": words.Printable(dir)})
}

// exactFolders returns folders that are refused, but not the folders in them.
func exactFolders() []string {
	folders := []string{filepath.VolumeName(os.Getenv("SystemRoot")) + string(filepath.Separator)}
	if runtime.GOOS == "windows" {
		return append(folders, os.Getenv("PUBLIC"), os.Getenv("ProgramData"))
	}
	return append(folders, "/home", "/Users", "/var", "/opt", "/root", "/run", "/srv", "/mnt", "/media")
}

// homeFolders returns the user's home folder and the one that contains it.
func homeFolders() []string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return nil
	}
	return []string{home, filepath.Dir(home)}
}

// programFolders returns folders in the user's home from which programs read settings, keys
// and what to start.
func programFolders() []string {
	home, err := os.UserHomeDir()
	if err != nil || home == "" {
		return nil
	}
	var folders []string
	for _, name := range []string{".ssh", ".gnupg", ".config", ".local/bin", "bin", "Library/LaunchAgents"} {
		folders = append(folders, filepath.Join(home, filepath.FromSlash(name)))
	}
	return append(folders, os.Getenv("XDG_CONFIG_HOME"), os.Getenv("APPDATA"))
}

// systemFolders returns folders that are refused with everything in them.
func systemFolders() []string {
	if runtime.GOOS == "windows" {
		return []string{os.Getenv("SystemRoot"), os.Getenv("ProgramFiles"), os.Getenv("ProgramFiles(x86)")}
	}
	return []string{"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/System", "/Library", "/Applications", "/var/spool/cron"}
}

// openFolders returns folders in systemFolders that are for data of users.
func openFolders() []string {
	if runtime.GOOS == "windows" {
		return nil
	}
	return []string{"/dev/shm", "/usr/home"}
}

// resolve returns path without links in the part of it that exists.
func resolve(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	parent := filepath.Dir(path)
	if parent == path {
		return path
	}
	return filepath.Join(resolve(parent), filepath.Base(path))
}

// isIn reports whether path is one of folders, or in one, by the identity of the folders:
// links, and upper and lower case where that does not matter, lead to the same one.
func isIn(path string, folders []string) bool {
	for {
		if isAny(path, folders) {
			return true
		}
		parent := filepath.Dir(path)
		if parent == path {
			return false
		}
		path = parent
	}
}

// isAny reports whether path is one of folders.
func isAny(path string, folders []string) bool {
	info, err := os.Stat(path)
	for _, folder := range folders {
		if folder == "" {
			continue
		}
		if filepath.Clean(folder) == path {
			return true
		}
		if other, otherErr := os.Stat(folder); err == nil && otherErr == nil && os.SameFile(info, other) {
			return true
		}
	}
	return false
}
